"""What every policy store keeps of the port `service/ports/policy.py`, on a real server."""

import asyncio
import secrets
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.posterior import Posterior
from riffler.errors import InvalidReward, MemoryCorrupt, RequestKeyReused, UnknownDecision
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.keys import policy_keys, request_key
from riffler.service.ports.policy import PolicyName, RewardOutcome

ARMS = ("none", "reread", "simplify")
DIGEST = PolicyKey("scripted", "m", "1", "1", "1").digest()


def decide(x: tuple[float, ...] = (1.0, 0.0), arm: str = "none", digest: str = DIGEST) -> Decision:
    """A decision of three arms."""
    chances = dict.fromkeys(ARMS, 1 / 3)
    return Decision(decision_id(digest, secrets.token_bytes(8)), "s", "1", x, ARMS, chances, arm, "p", "1")


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
    await store.reward(name.tenant, decision.id, 0.25)
    await store.record(name, decision)
    assert (await store.decision(name.tenant, decision.id)).reward == 0.25
    assert [each.decision for each in await store.log(name)] == [decision]


async def test_of_decisions_of_one_id_the_first_stands(store: RedisPolicyStore, name: PolicyName) -> None:
    """Of ten racing draws of one request one is logged, and each of them is told that one."""
    first = decide()
    draws = [replace(first, arm=ARMS[number % len(ARMS)]) for number in range(10)]
    told = await asyncio.gather(*(store.record(name, draw) for draw in draws))
    (logged,) = await store.log(name)
    assert {each.arm for each in told} == {logged.decision.arm}
    assert all(each == logged.decision for each in told)


async def test_of_many_rewards_one_counts(store: RedisPolicyStore, name: PolicyName) -> None:
    """Of twenty racing rewards exactly one counts, and the posterior has learned that one."""
    decision = decide()
    await store.record(name, decision)
    given_rewards = [number / 20 for number in range(20)]
    counted = await asyncio.gather(*(store.reward(name.tenant, decision.id, reward) for reward in given_rewards))
    assert sum(counted) == 1
    posterior = await store.posterior(name)
    assert posterior.of("none").count == 1
    assert posterior.of("none").moment[0] == given_rewards[counted.index(True)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(ARMS),
            st.tuples(*[st.floats(-1e6, 1e6)] * 3),
            st.floats(0, 1),
        ),
        max_size=12,
    ),
    data=st.data(),
)
async def test_the_posterior_is_the_log_s(
    store: RedisPolicyStore,
    rows: list[tuple[str, tuple[float, float, float], float]],
    data: st.DataObject,
) -> None:
    """Bit for bit, the posterior in the store is the one computed from the log in the order of the rewards."""
    name = PolicyName(f"tenant-{secrets.token_hex(8)}", DIGEST, 3)
    decisions = [decide(x, arm) for arm, x, _ in rows]
    for decision in decisions:
        await store.record(name, decision)
    for number in data.draw(st.permutations(range(len(rows)))):
        assert await store.reward(name.tenant, decisions[number].id, rows[number][2])
    log = sorted(await store.log(name), key=lambda each: each.order)
    computed = Posterior.from_log(3, [(each.decision.arm, each.decision.x, each.reward or 0.0) for each in log])
    kept = await store.posterior(name)
    assert {arm: kept.of(arm).to_flat() for arm in kept.arms} == {arm: computed.of(arm).to_flat() for arm in kept.arms}
    assert set(kept.arms) == set(computed.arms)


async def test_a_void_decision_teaches_nothing(store: RedisPolicyStore, name: PolicyName) -> None:
    """A decision that was given up takes no reward; one that was rewarded can't be given up."""
    lost, kept = decide(), decide()
    for decision in (lost, kept):
        await store.record(name, decision)
    await store.void(name.tenant, lost.id)
    assert not await store.reward(name.tenant, lost.id, 1.0)
    assert await store.reward(name.tenant, kept.id, 1.0)
    await store.void(name.tenant, kept.id)
    assert [each.state for each in await store.log(name)] == ["void", "rewarded"]
    assert (await store.posterior(name)).of("none").count == 1


async def test_an_arm_that_was_not_executed_is_noted_once(store: RedisPolicyStore, name: PolicyName) -> None:
    """The first reason stays, the decision stays open, and its reward goes to the arm drawn."""
    decision = decide(arm="reread")
    await store.record(name, decision)
    assert (await store.decision(name.tenant, decision.id)).unexecuted == ""
    await store.unexecuted(name.tenant, decision.id, "the rewrite invents a number")
    await store.unexecuted(name.tenant, decision.id, "another reason")
    assert (await store.log(name))[0].unexecuted == "the rewrite invents a number"
    assert await store.reward(name.tenant, decision.id, 1.0)
    assert (await store.posterior(name)).of("reread").count == 1
    assert (await store.decision(name.tenant, decision.id)).unexecuted == "the rewrite invents a number"


async def test_what_is_another_s_is_unknown(store: RedisPolicyStore, name: PolicyName) -> None:
    """Another tenant's decision, one of another policy and a text that is no id are the same: unknown."""
    decision = decide()
    await store.record(name, decision)
    unknown = [(f"{name.tenant}x", decision.id), (name.tenant, decide().id), (name.tenant, "d12"), (name.tenant, "")]
    for tenant, id_ in unknown:
        with pytest.raises(UnknownDecision):
            await store.reward(tenant, id_, 1.0)
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
        await store.reward(name.tenant, decision.id, reward)
    assert (await store.decision(name.tenant, decision.id)).state == "open"


async def test_a_posterior_that_cannot_be_read_is_an_error(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """Statistics that aren't numbers, or too few, are never taken for an empty posterior."""
    key = policy_keys(name.tenant, name.digest)[4]
    for kept in ("one two", "1 0.5"):
        await memory_connection.run(lambda client, kept=kept: client.hset(key, "none", kept))
        with pytest.raises(MemoryCorrupt):
            await store.posterior(name)
    decision = decide()
    await store.record(name, decision)
    decisions = policy_keys(name.tenant, name.digest)[1]
    for kept in ("{", "{}"):
        await memory_connection.run(lambda client, kept=kept: client.hset(decisions, decision.id, kept))
        with pytest.raises(MemoryCorrupt):
            await store.decision(name.tenant, decision.id)


async def test_an_empty_policy_knows_nothing(store: RedisPolicyStore, name: PolicyName) -> None:
    """Without rewards there is a posterior without arms, and without decisions an empty log."""
    posterior = await store.posterior(name)
    assert (dict(posterior.arms), list(await store.log(name))) == ({}, [])
    assert np.array_equal(posterior.of("none").gram, np.zeros((2, 2)))


async def test_a_reward_whose_answer_was_lost_counts_once(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """The same reward sent again, as a client does that heard no answer, is told that it counted, and learned once."""
    decision = decide()
    await store.record(name, decision)
    keys, package = policy_keys(name.tenant, name.digest), "riffler.service.policy"
    for token, said in (("one", 1), ("one", 2), ("two", 0)):
        assert await memory_connection.script(package, "lua/reward.lua", keys, [decision.id, "0.5", token]) == said
    assert (await store.posterior(name)).of("none").count == 1
    assert (await store.decision(name.tenant, decision.id)).reward == 0.5


async def test_a_reward_made_again_says_the_same(store: RedisPolicyStore, name: PolicyName) -> None:
    """With its token a reward that counted says so again, and counts once; others don't, or are refused."""
    decision = decide()
    await store.record(name, decision)
    said = [await store.reward(name.tenant, decision.id, 0.5, token) for token in ("mine-1", "mine-1", "other-1", None)]
    assert said == [RewardOutcome.COUNTED, RewardOutcome.REPEATED, RewardOutcome.REFUSED, RewardOutcome.REFUSED]
    with pytest.raises(RequestKeyReused):
        await store.reward(name.tenant, decision.id, 0.75, "mine-2")
    assert (await store.posterior(name)).arms["none"].count == 1


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


async def test_of_racing_answers_one_stands(store: RedisPolicyStore, name: PolicyName) -> None:
    """Of ten answers to one request each is told the first one, which alone is told that it is."""
    said = await asyncio.gather(*(store.answer(name.tenant, "r", "this", f"answer {n}") for n in range(10)))
    assert sum(not each for each in said) == 1
    assert set(said) == {"", f"answer {said.index('')}"}
