"""What every policy store keeps of the port `service/ports/policy.py`, on a real server."""

import asyncio
import secrets
from dataclasses import replace
from typing import Any, Literal

import pytest

from riffler.bandits.cost import Cost
from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.given import Given, Source
from riffler.errors import InvalidReward, MemoryCorrupt, RequestKeyReused, UnknownDecision
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import KnownPolicy, LoggedDecision, PolicyName, Read, RewardOutcome
from riffler.service.ports.keys import policy_index, policy_keys, request_key
from riffler.service.ports.taking import TakeOutcome

ARMS = ("none", "reread", "simplify")
KEY = PolicyKey("scripted", "m", "1", "1", "1")
OTHER = PolicyKey("scripted", "m", "2", "1", "1")
DIGEST = KEY.digest()


def decide(x: tuple[float, ...] = (1.0, 0.0), arm: str = "none", digest: str = DIGEST) -> Decision:
    """A decision of three arms."""
    chances = dict.fromkeys(ARMS, 1 / 3)
    return Decision(decision_id(digest, secrets.token_bytes(8)), "s", "1", x, ARMS, chances, arm, "p", "1")


async def learned_of(store: RedisPolicyStore, name: PolicyName) -> list[tuple[str, float | None]]:
    """Read what a policy learns: decisions and rewards, in the order in which rewards counted."""
    news = await store.news(name, Read(), 1000)
    assert news.ended
    return [(row.decision.id, row.reward) for row in news.rows]


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the server that all tests share."""
    return RedisPolicyStore(memory_connection)


@pytest.fixture
def name() -> PolicyName:
    """A policy of a tenant that no other test has."""
    return PolicyName(f"tenant-{secrets.token_hex(8)}", DIGEST, 2)


async def test_a_decision_comes_back_as_it_was_logged(store: RedisPolicyStore, name: PolicyName) -> None:
    """A logged decision is open, equal to the one given, and logging it again changes nothing."""
    decision = decide((1.0, 0.1))
    await store.record(name, decision)
    logged = await store.decision(name.tenant, decision.id)
    assert (logged.decision, logged.state, logged.reward, logged.order) == (decision, "open", None, 0)
    await store.reward(name.tenant, decision.id, Given(0.25))
    await store.record(name, decision)
    assert (await store.decision(name.tenant, decision.id)).reward == 0.25
    assert [each.decision for each in await store.log(name)] == [decision]


async def test_some_decisions_are_read_at_once(store: RedisPolicyStore, name: PolicyName) -> None:
    """They come whole and in the order asked for; what isn't there, also another policy's, is left out."""
    made = [await store.record(name, decide()) for _ in range(3)]
    await store.reward(name.tenant, made[0].id, Given(0.25, "judge", {"judge": 0.25}))
    await store.spent(name.tenant, made[2].id, Cost(7, 1.5))
    found = await store.some(name, [made[2].id, decide().id, made[0].id, decide(digest=OTHER.digest()).id])
    assert found == [await store.decision(name.tenant, each.id) for each in (made[2], made[0])]
    assert (found[0].cost, found[1].parts) == (Cost(7, 1.5), {"judge": 0.25})
    assert await store.some(name, []) == []


async def test_of_decisions_of_one_id_the_first_stands(store: RedisPolicyStore, name: PolicyName) -> None:
    """Of ten racing draws of one request one is logged, and each of them is told that one."""
    first = decide()
    draws = [replace(first, arm=ARMS[number % len(ARMS)]) for number in range(10)]
    told = await asyncio.gather(*(store.record(name, draw) for draw in draws))
    (logged,) = await store.log(name)
    assert {each.arm for each in told} == {logged.decision.arm}
    assert all(each == logged.decision for each in told)


async def test_of_many_rewards_one_counts(store: RedisPolicyStore, name: PolicyName) -> None:
    """Of twenty racing rewards exactly one counts, and is what a policy learns."""
    decision = decide()
    await store.record(name, decision)
    given_rewards = [number / 20 for number in range(20)]
    counted = await asyncio.gather(*(store.reward(name.tenant, decision.id, Given(reward)) for reward in given_rewards))
    assert sum(counted) == 1
    assert await learned_of(store, name) == [(decision.id, given_rewards[counted.index(True)])]


async def test_a_void_decision_teaches_nothing(store: RedisPolicyStore, name: PolicyName) -> None:
    """A decision that was given up takes no reward; one that was rewarded can't be given up."""
    lost, kept = decide(), decide()
    for decision in (lost, kept):
        await store.record(name, decision)
    await store.void(name.tenant, lost.id)
    assert not await store.reward(name.tenant, lost.id, Given(1.0))
    assert await store.reward(name.tenant, kept.id, Given(1.0))
    await store.void(name.tenant, kept.id)
    assert [each.state for each in await store.log(name)] == ["void", "rewarded"]
    assert await learned_of(store, name) == [(kept.id, 1.0)]


async def test_an_arm_that_was_not_executed_is_noted_once(store: RedisPolicyStore, name: PolicyName) -> None:
    """The first reason stays, the decision stays open, and its reward goes to the arm drawn."""
    decision = decide(arm="reread")
    await store.record(name, decision)
    assert (await store.decision(name.tenant, decision.id)).unexecuted == ""
    await store.unexecuted(name.tenant, decision.id, "the rewrite invents a number")
    await store.unexecuted(name.tenant, decision.id, "another reason")
    assert (await store.log(name))[0].unexecuted == "the rewrite invents a number"
    assert await store.reward(name.tenant, decision.id, Given(1.0))
    assert (await store.decision(name.tenant, decision.id)).unexecuted == "the rewrite invents a number"


async def test_what_is_another_s_is_unknown(store: RedisPolicyStore, name: PolicyName) -> None:
    """Another tenant's decision, one of another policy and a text that is no id are the same: unknown."""
    decision = decide()
    await store.record(name, decision)
    unknown = [(f"{name.tenant}x", decision.id), (name.tenant, decide().id), (name.tenant, "d12"), (name.tenant, "")]
    for tenant, id_ in unknown:
        with pytest.raises(UnknownDecision):
            await store.reward(tenant, id_, Given(1.0))
        with pytest.raises(UnknownDecision):
            await store.decision(tenant, id_)
        with pytest.raises(UnknownDecision):
            await store.void(tenant, id_)
        with pytest.raises(UnknownDecision):
            await store.unexecuted(tenant, id_, "why")
    assert (await store.decision(name.tenant, decision.id)).state == "open"


@pytest.mark.parametrize("reward", [-0.01, 1.01, float("nan"), float("inf"), True])
async def test_what_is_no_reward_is_refused(store: RedisPolicyStore, name: PolicyName, reward: float) -> None:
    """A reward outside [0, 1] is refused, and the decision stays open."""
    decision = decide()
    await store.record(name, decision)
    with pytest.raises(InvalidReward):
        await store.reward(name.tenant, decision.id, Given(reward))
    assert (await store.decision(name.tenant, decision.id)).state == "open"


async def test_what_cannot_be_read_back_is_an_error(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """A decision, and what a policy belongs to, are never taken for others when they are spoilt."""
    decision = decide()
    await store.record(name, decision)
    places = [(policy_keys(name.tenant, name.digest)[0], decision.id), (policy_index(name.tenant), name.digest)]
    for kept in ("{", "{}"):
        for key, field in places:
            await memory_connection.run(lambda client, key=key, field=field, kept=kept: client.hset(key, field, kept))
        with pytest.raises(MemoryCorrupt):
            await store.decision(name.tenant, decision.id)
        with pytest.raises(MemoryCorrupt):
            await store.policies(name.tenant)


async def test_an_empty_policy_knows_nothing(store: RedisPolicyStore, name: PolicyName) -> None:
    """Without rewards nothing is learned, and without decisions the log is empty."""
    news = await store.news(name, Read(), 10)
    assert (list(news.rows), news.read, news.ended, news.changed) == ([], Read(), True, None)
    assert (list(await store.log(name)), list(await store.policies(name.tenant))) == ([], [])
    assert await store.forget(name.tenant, "s") == 0


async def test_policies_are_listed_with_what_they_belong_to(store: RedisPolicyStore, name: PolicyName) -> None:
    """A policy that was introduced is listed, once, with its key and how many decisions and rewards it has."""
    for _ in range(2):
        await store.introduce(name, KEY)
    decisions = [decide() for _ in range(3)]
    for decision in decisions:
        await store.record(name, decision)
    await store.reward(name.tenant, decisions[1].id, Given(0.5))
    assert list(await store.policies(name.tenant)) == [KnownPolicy(name, KEY, 3, 1)]
    assert not await store.policies(f"{name.tenant}x")


async def test_a_reward_is_kept_with_its_parts_and_the_turn_with_its_cost(
    store: RedisPolicyStore, name: PolicyName
) -> None:
    """Source, parts and cost come back, from the log and alone; the newest cost counts."""
    decision = decide()
    await store.record(name, decision)
    assert (await store.decision(name.tenant, decision.id)).cost is None
    given = Given(0.1 + 0.2, "reference", {"judge": 1.0, "bleu": 1 / 3})
    await store.reward(name.tenant, decision.id, given)
    for cost in (Cost(1, 1.5), Cost(12, 3.25)):
        await store.spent(name.tenant, decision.id, cost)
    for logged in (await store.decision(name.tenant, decision.id), *(await store.log(name))):
        assert (logged.reward, logged.source, logged.parts) == (given.reward, given.source, given.parts)
        assert (logged.cost, logged.place, logged.order) == (Cost(12, 3.25), 0, 1)
    with pytest.raises(UnknownDecision):
        await store.spent(name.tenant, decide().id, Cost())


async def test_a_reward_can_be_corrected(store: RedisPolicyStore, name: PolicyName) -> None:
    """A correction takes the reward's place; who learned the old one is told from where on to learn anew, once."""
    first, second = decide(), decide()
    for decision in (first, second):
        await store.record(name, decision)
        assert await store.reward(name.tenant, decision.id, Given(0.5), "one-1") is RewardOutcome.COUNTED
    one, seen = [(await store.news(name, Read(), limit)).read for limit in (1, 10)]
    assert (await store.news(name, seen, 10)).changed is None
    correct = [await store.reward(name.tenant, second.id, Given(0.25), token, correct=True) for token in ("a-1", "a-1")]
    assert correct == [RewardOutcome.CORRECTED, RewardOutcome.REPEATED]
    news = await store.news(name, seen, 10)
    assert (news.changed, list(news.rows)) == (1, [])
    again = await store.news(name, replace(news.read, rewards=1, mark=one.mark), 10)
    assert (again.changed, [each.reward for each in again.rows], again.read.rewards) == (None, [0.25], 2)
    assert await learned_of(store, name) == [(first.id, 0.5), (second.id, 0.25)]
    with pytest.raises(RequestKeyReused):
        await store.reward(name.tenant, second.id, Given(0.75), "a-2", correct=True)
    late = [
        await store.reward(name.tenant, second.id, Given(0.5), "one-1", correct=correct) for correct in (True, False)
    ]
    assert late == [RewardOutcome.REPEATED] * 2, "a late retry of the first reward doesn't undo its correction"
    assert (await store.decision(name.tenant, second.id)).reward == 0.25


async def test_a_correction_of_nothing_is_a_reward(store: RedisPolicyStore, name: PolicyName) -> None:
    """An open decision is rewarded by a correction; a void one stays as it is."""
    decision, lost = decide(), decide()
    for each in (decision, lost):
        await store.record(name, each)
    await store.void(name.tenant, lost.id)
    said = [await store.reward(name.tenant, each.id, Given(1.0), correct=True) for each in (decision, lost)]
    assert said == [RewardOutcome.COUNTED, RewardOutcome.REFUSED]


async def test_of_racing_corrections_one_stands(store: RedisPolicyStore, name: PolicyName) -> None:
    """Each of ten corrections at once takes effect, one after the other: the last one is what is learned."""
    decision = decide()
    await store.record(name, decision)
    rewards = [number / 10 for number in range(10)]
    said = await asyncio.gather(
        *(store.reward(name.tenant, decision.id, Given(each), correct=True) for each in rewards)
    )
    assert sorted(said) == [RewardOutcome.COUNTED] + [RewardOutcome.CORRECTED] * 9
    ((id_, reward),) = await learned_of(store, name)
    assert (id_, (await store.decision(name.tenant, id_)).reward) == (decision.id, reward)


async def test_a_session_of_the_same_name_keeps_its_decisions(store: RedisPolicyStore, name: PolicyName) -> None:
    """Decisions belong to a life of a session: that of another one of its name takes them not along."""
    await store.introduce(name, KEY)
    earlier, later = decide(), decide()
    for decision, life in ((earlier, "a"), (later, "b")):
        await store.record(name, decision, life)
    assert [await store.forget(name.tenant, "s", life) for life in ("a", "", "a")] == [1, 0, 0]
    assert [each.decision for each in await store.log(name)] == [later]


async def test_a_session_s_decisions_are_deleted(store: RedisPolicyStore, name: PolicyName) -> None:
    """All of it is gone in all policies, others' stay as they are, and a reward that was learned is unlearned."""
    other = PolicyName(name.tenant, OTHER.digest(), 2)
    gone = [decide(), decide(), decide(digest=other.digest)]
    kept = [replace(decide(), session=session) for session in ("t", "", "s:t")]
    for decision in (gone[0], *kept, *gone[1:]):
        await store.introduce(*(((other, OTHER)) if decision is gone[2] else (name, KEY)))
        await store.record(other if decision is gone[2] else name, decision)
    for decision in (gone[0], kept[0], kept[1]):
        await store.reward(name.tenant, decision.id, Given(0.5))
    seen = (await store.news(name, Read(), 10)).read
    assert [await store.forget(name.tenant, "s") for _ in range(2)] == [3, 0]
    for decision in gone:
        with pytest.raises(UnknownDecision):
            await store.reward(name.tenant, decision.id, Given(1.0), correct=True)
    assert [each.decision for each in await store.log(name, 0, 3)] == kept
    assert [each.place for each in await store.log(name)] == [1, 2, 3]
    assert (await store.news(name, seen, 10)).changed == 0
    assert await learned_of(store, name) == [(kept[0].id, 0.5), (kept[1].id, 0.5)]
    assert sorted((each.decisions, each.rewards) for each in await store.policies(name.tenant)) == [(0, 0), (3, 2)]
    assert await store.record(name, gone[0]) == gone[0], "an id that is free can be taken"


async def test_a_reward_whose_answer_was_lost_counts_once(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """The same reward sent again, as a client does that heard no answer, is told that it counted, and learned once."""
    decision = decide()
    await store.record(name, decision)
    keys, package = policy_keys(name.tenant, name.digest), "riffler.service.policy"
    for token, said in (("one", 1), ("one", 2), ("two", 0)):
        assert (
            await memory_connection.script(package, "lua/reward.lua", keys, [decision.id, "0.5", token, "{}", "0"])
            == said
        )
    assert await learned_of(store, name) == [(decision.id, 0.5)]


async def test_a_reward_made_again_says_the_same(store: RedisPolicyStore, name: PolicyName) -> None:
    """With its token a reward that counted says so again, and counts once; others don't, or are refused."""
    decision = decide()
    await store.record(name, decision)
    said = [
        await store.reward(name.tenant, decision.id, Given(0.5), token)
        for token in ("mine-1", "mine-1", "other-1", None)
    ]
    assert said == [RewardOutcome.COUNTED, RewardOutcome.REPEATED, RewardOutcome.REFUSED, RewardOutcome.REFUSED]
    with pytest.raises(RequestKeyReused):
        await store.reward(name.tenant, decision.id, Given(0.75), "mine-2")
    assert await learned_of(store, name) == [(decision.id, 0.5)]


@pytest.mark.parametrize(
    ("first", "limit", "places"), [(0, 2, [0, 1]), (3, 10, [3, 4]), (9, 2, []), (1, None, [1, 2, 3, 4])]
)
async def test_the_log_can_be_read_in_parts(
    store: RedisPolicyStore, name: PolicyName, first: int, limit: int | None, places: list[int]
) -> None:
    """`first` and `limit` choose a stretch of the log."""
    decisions = [decide((1.0, float(number))) for number in range(5)]
    for decision in decisions:
        await store.record(name, decision)
    assert [each.decision for each in await store.log(name, first, limit)] == [decisions[place] for place in places]


async def test_a_named_request_has_one_answer(
    store: RedisPolicyStore, memory_connection: RedisConnection, name: PolicyName
) -> None:
    """The first answer stands, for a day; without one the name is given all the same, and not to another request."""
    assert await store.answer(name.tenant, "r", "this") == ""
    with pytest.raises(RequestKeyReused, match="'r'"):
        await store.answer(name.tenant, "r", "that", "mine")
    assert [await store.answer(name.tenant, "r", "this", each) for each in ("one", "two", "")] == ["", "one", "one"]
    for tenant, request in ((f"{name.tenant}x", "r"), (name.tenant, "s")):
        assert await store.answer(tenant, request, "that", "other") == ""
    left_s = await memory_connection.run(lambda client: client.ttl(request_key(name.tenant, "r")))
    assert 86_000 < left_s <= 86_400


async def test_answers_go_with_their_session(
    store: RedisPolicyStore, memory_connection: RedisConnection, name: PolicyName
) -> None:
    """To forget a session is to forget the answers to requests in it, and no others, of whatever name."""
    tenant = name.tenant
    where = [("s", "1"), ("s", "2"), ("s/1", ""), ("", "")]
    for session, life in where:
        for request in ("r", "r2"):
            assert await store.answer(tenant, request, "this", f"of {session} {life}", session=session, life=life) == ""
    await store.forget(tenant, "s", "1")
    left = [await store.answer(tenant, "r2", "this", session=session, life=life) for session, life in where]
    assert left == ["", "of s 2", "of s/1 ", "of  "]
    await store.forget(tenant, "s", "1")
    for session, life in where[1:3]:
        await store.forget(tenant, session, life)
    names: Any = await memory_connection.run(lambda client: client.keys(f"riffler:{{{tenant}/r/*"))
    assert sorted(names) == sorted(request_key(tenant, request) for request in ("r", "r2"))


async def test_of_racing_answers_one_stands(store: RedisPolicyStore, name: PolicyName) -> None:
    """Of ten answers to one request each is told the first one, which alone is told that it is."""
    said = await asyncio.gather(*(store.answer(name.tenant, "r", "this", f"answer {n}") for n in range(10)))
    assert sum(not each for each in said) == 1
    assert set(said) == {"", f"answer {said.index('')}"}


def elsewhere(decision: Decision, reward: float | None = None, *, void: bool = False) -> LoggedDecision:
    """A decision that was logged elsewhere."""
    state: Literal["open", "rewarded", "void"] = "void" if void else "open" if reward is None else "rewarded"
    source: Source | None = None if reward is None else "import"
    return LoggedDecision(replace(decision, session=""), state, reward, 0, 0, "why", source=source, cost=Cost(3, 1.5))


async def test_what_was_logged_elsewhere_is_taken_in_once(store: RedisPolicyStore, name: PolicyName) -> None:
    """In order and whole; of ten who take the same rows at once one counts, and the log is as if there were one."""
    made = [elsewhere(decide(), 0.25), elsewhere(decide()), elsewhere(decide(), void=True), elsewhere(decide(), 0.75)]
    said = await asyncio.gather(*(store.take(name, made) for _ in range(10)))
    none, repeated = TakeOutcome.NONE, TakeOutcome.REPEATED
    counted = [TakeOutcome.COUNTED, none, none, TakeOutcome.COUNTED]
    assert sorted(map(list, said)) == sorted([counted, *[[repeated, none, none, repeated]] * 9])
    log = await store.log(name)
    assert [replace(row, order=0, place=0, at_ms=0) for row in log] == made
    assert await learned_of(store, name) == [(made[0].decision.id, 0.25), (made[3].decision.id, 0.75)]


async def test_what_stands_here_stays_when_a_log_is_taken_in(store: RedisPolicyStore, name: PolicyName) -> None:
    """Only a reward that was taken in is corrected; an id of another decision ends it, and what follows isn't taken."""
    own, void, taken, late = decide(), decide(), decide(), decide()
    for decision in (own, void):
        await store.record(name, decision)
    await store.reward(name.tenant, own.id, Given(1.0))
    await store.void(name.tenant, void.id)
    await store.take(name, [elsewhere(taken, 0.25)])
    said = await store.take(name, [elsewhere(own, 0.5), elsewhere(void, 0.5), elsewhere(taken, 0.5)])
    assert said == [TakeOutcome.KEPT, TakeOutcome.VOID, TakeOutcome.CORRECTED]
    assert await learned_of(store, name) == [(own.id, 1.0), (taken.id, 0.5)]
    others = [
        replace(taken, arm="reread"),
        replace(taken, x=(1.0, 0.5)),
        replace(taken, x=(1.0,)),
        replace(taken, propensities={"none": 1.0}),
        replace(taken, propensities={**taken.propensities, "expand": 0.0}),
    ]
    for other in others:
        assert await store.take(name, [elsewhere(own), elsewhere(other, 0.75), elsewhere(late, 0.75)]) == [
            TakeOutcome.NONE,
            TakeOutcome.ANOTHER,
        ]
    assert await learned_of(store, name) == [(own.id, 1.0), (taken.id, 0.5)]
    assert await store.take(name, []) == []


async def test_the_learner_follows_what_is_taken_in_again(store: RedisPolicyStore, name: PolicyName) -> None:
    """Who has read a reward that is corrected by an import is told to begin anew from its place."""
    made = [decide() for _ in range(3)]
    await store.take(name, [elsewhere(each, 0.25) for each in made])
    read = (await store.news(name, Read(), 10)).read
    await store.take(name, [elsewhere(made[0], 0.25), elsewhere(made[1], 0.5)])
    assert (await store.news(name, read, 10)).changed == 1


async def test_a_time_has_a_place_in_the_log(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """Before it all are earlier, from it on none is, though places are empty there, and also thousands at the end."""
    made = []
    for number in range(40):
        decision = replace(decide(), session=f"s{number % 2}")
        made.append(await store.record(name, decision))
        await asyncio.sleep(0.001)
    await store.introduce(name, KEY)
    rows = await store.log(name)
    await store.forget(name.tenant, "s1")
    order = policy_keys(name.tenant, name.digest)[4]
    await memory_connection.run(lambda client: client.rpush(order, *[""] * 2500))
    kept = await store.log(name)
    assert len(kept) == 20
    for at_ms in (0, *(row.at_ms + more for row in rows for more in (0, 1))):
        place = await store.place_at(name, at_ms)
        assert [row for row in kept if row.place >= place] == [row for row in kept if row.at_ms >= at_ms]
    assert await store.place_at(replace(name, tenant="another"), 0) == 0


async def test_decisions_are_counted_by_their_places(store: RedisPolicyStore, name: PolicyName) -> None:
    """Between any two places; deleted ones don't count, and what lies outside the log is nothing."""
    await store.introduce(name, KEY)
    for number in range(12):
        await store.record(name, replace(decide(), session=f"s{number % 3}"))
    await store.forget(name.tenant, "s1")
    places = [row.place for row in await store.log(name)]
    assert len(places) == 8
    for first in (0, 1, 5, 12, 20):
        for before in (0, 1, 7, 12, 30_000):
            assert await store.count(name, first, before) == sum(first <= place < before for place in places)
