"""The learner: what a policy knows equals its log, in every process, however it came to read it."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.given import Given
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned
from riffler.errors import MemoryUnavailable
from riffler.service.agent.learning import Learner
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import News, PolicyName, Read, RewardOutcome
from riffler.service.ports.keys import policy_keys

KEY = PolicyKey("scripted", "m", "a", "f", "p").digest()
POLICY = AdaptiveThompson()
ARMS = ("none", "reread")


async def log(store: RedisPolicyStore, name: PolicyName, seed: int, count: int) -> list[Rewarded]:
    """Log decisions and reward each."""
    rng, rows = np.random.default_rng(seed), []
    for _ in range(count):
        x, arm, reward = (1.0, float(rng.random())), ARMS[rng.integers(2)], float(rng.random())
        chances = {"none": 0.25, "reread": 0.75}
        decision = Decision(decision_id(KEY, rng.bytes(8)), "", "f", x, ARMS, chances, arm, "p", "1")
        await store.record(name, decision)
        await store.reward(name.tenant, decision.id, Given(reward))
        rows.append(Rewarded(arm, np.array(x), reward, chances[arm]))
    return rows


def same(one: Any, other: Any) -> bool:
    """Tell whether two states are equal, bit for bit."""
    return bool(
        dict(one.arms) == dict(other.arms)
        and np.array_equal(one.covariance, other.covariance)
        and np.array_equal(one.fit.coefficients, other.fit.coefficients)
    )


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), parts=st.lists(st.integers(0, 9), min_size=1, max_size=4))
async def test_what_is_known_equals_the_log(store: RedisPolicyStore, tenant: str, seed: int, parts: list[int]) -> None:
    """One who reads bit by bit, one who reads all at once, and one who folds the rows know the same."""
    name = PolicyName(f"{tenant}-{seed}-{'-'.join(map(str, parts))}", KEY, 2)
    steady, rows = Learner(POLICY, store), []
    for number, count in enumerate(parts):
        rows += await log(store, name, seed + 7 * number, count)
        state = await steady.state(name)
    assert same(state, await Learner(POLICY, store).state(name))
    news = await store.news(name, Read(), 1000)
    assert [row.order for row in news.rows] == list(range(1, len(rows) + 1))
    assert same(state, learned(POLICY, 2, rows))


async def test_a_long_log_is_learned_while_questions_go_on(store: RedisPolicyStore, tenant: str) -> None:
    """A question waits for so long and draws by what is known by then; later ones know all."""
    name, hurried = PolicyName(tenant, KEY, 2), Learner(POLICY, store, at_a_time=3, wait_s=0.0)
    rows = await log(store, name, 1, 20)
    assert same(await hurried.state(name), POLICY.start(2))
    async with asyncio.timeout(60):
        while not same(await hurried.state(name), learned(POLICY, 2, rows)):
            pass  # each question gives way to the reading for a moment


async def test_a_log_that_lost_its_end_is_learned_anew(
    store: RedisPolicyStore, memory_connection: RedisConnection, tenant: str
) -> None:
    """Rewards that a crash of Redis took are forgotten, however many came after it."""
    name, learner = PolicyName(tenant, KEY, 2), Learner(POLICY, store)
    rows = await log(store, name, 1, 5)
    assert same(await learner.state(name), learned(POLICY, 2, rows))
    key = policy_keys(name.tenant, name.digest)[2]
    await memory_connection.run(lambda client: client.ltrim(key, 0, 1))
    assert same(await learner.state(name), learned(POLICY, 2, rows[:2]))
    await memory_connection.run(lambda client: client.ltrim(key, 0, 0))
    more = await log(store, name, 2, 4)
    assert same(await learner.state(name), learned(POLICY, 2, [rows[0], *more]))


changes = st.one_of(
    st.tuples(st.just("reward"), st.integers(0, 11), st.integers(0, 8)),
    st.tuples(st.just("correct"), st.integers(0, 11), st.integers(0, 8)),
    st.tuples(st.just("forget"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("look"), st.just(0), st.just(0)),
    st.tuples(st.just("save"), st.just(0), st.just(0)),
    st.tuples(st.just("crash"), st.just(0), st.just(0)),
)


async def copy(connection: RedisConnection, name: PolicyName, *, back: bool = False) -> None:
    """Keep a policy's log as it is, or put the one that was kept in its place, as a crash does that takes all since."""
    for session in ("s0", "s1", "s2"):
        for key in policy_keys(name.tenant, name.digest, session):
            source, target = (f"{key}:kept", key) if back else (key, f"{key}:kept")
            await connection.run(lambda client, target=target: client.delete(target))
            await connection.run(lambda client, source=source, target=target: client.copy(source, target))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(changes, max_size=30), at_a_time=st.sampled_from([1, 2, 500]))
@example([("save", 0, 0), ("reward", 0, 8), ("look", 0, 0), ("crash", 0, 0), ("reward", 0, 0)], 500)
async def test_corrections_deletions_and_crashes_are_followed_exactly(
    store: RedisPolicyStore, memory_connection: RedisConnection, steps: list[tuple[str, int, int]], at_a_time: int
) -> None:
    """After rewards, corrections, deletions of sessions and losses in any order the state is a fold over what is left.

    So it is of one who looked at any time between, and bit for bit.
    """
    name, rng = PolicyName(f"tenant-{secrets.token_hex(8)}", KEY, 2), np.random.default_rng(len(steps))
    steady = Learner(POLICY, store, at_a_time=at_a_time, wait_s=60, again_s=60)
    await store.introduce(name, PolicyKey("scripted", "m", "a", "f", "p"))
    decisions = []
    for number in range(12):
        x, arm = (1.0, float(rng.random())), ARMS[number % 2]
        decision = Decision(
            decision_id(KEY, rng.bytes(8)), f"s{number % 3}", "f", x, ARMS, dict.fromkeys(ARMS, 0.5), arm, "p", "1"
        )
        decisions.append(await store.record(name, decision))
    left, rewards = set(range(12)), dict[int, float]()
    await copy(memory_connection, name)
    saved = set(left), dict(rewards)
    for what, which, eighths in steps:
        if what == "look":
            await steady.state(name)
        elif what == "save":
            await copy(memory_connection, name)
            saved = set(left), dict(rewards)
        elif what == "crash":
            await copy(memory_connection, name, back=True)
            left, rewards = set(saved[0]), dict(saved[1])
        elif what == "forget":
            await store.forget(name.tenant, f"s{which}")
            left -= {number for number in left if number % 3 == which}
            rewards = {number: reward for number, reward in rewards.items() if number in left}
        elif which in left and (what == "correct" or which not in rewards):
            given_reward, token = Given(eighths / 8), f"{which}is{eighths}"  # given again, it has its token again
            said = await store.reward(name.tenant, decisions[which].id, given_reward, token, correct=what == "correct")
            if said is not RewardOutcome.REPEATED:
                rewards[which] = eighths / 8  # a dict keeps the place of what is corrected
    rows = [
        Rewarded(decisions[number].arm, np.array(decisions[number].x), reward, 0.5)
        for number, reward in rewards.items()
    ]
    assert same(await steady.state(name), learned(POLICY, 2, rows))
    assert same(await Learner(POLICY, store).state(name), learned(POLICY, 2, rows))


class Watched(RedisPolicyStore):
    """A store that counts the rewards it gives, and gives those at `held` places only when it is let."""

    def __init__(self, connection: RedisConnection) -> None:
        super().__init__(connection)
        self.given, self.held, self.may = 0, range(0), asyncio.Event()

    async def news(self, name: PolicyName, read: Read, limit: int) -> News:
        """See the port."""
        if read.rewards in self.held:
            await self.may.wait()
        news = await super().news(name, read, limit)
        self.given += len(news.rows)
        return news


async def correct(store: RedisPolicyStore, name: PolicyName, rows: list[Rewarded], place: int, reward: float) -> None:
    """Correct the reward at a place, in the log and in the rows it was made of."""
    news = await store.news(name, Read(), 1000)
    await store.reward(name.tenant, news.rows[place].decision.id, Given(reward), correct=True)
    rows[place] = replace(rows[place], reward=reward)


async def test_of_a_long_log_few_states_are_kept(memory_connection: RedisConnection, tenant: str) -> None:
    """Whichever reward is corrected, what is known afterwards is the fold, though most states are forgotten.

    And learning anew reads little more than twice what came after the reward, which has to be read in any case.
    """
    store = Watched(memory_connection)
    name, learner = PolicyName(tenant, KEY, 2), Learner(POLICY, store, at_a_time=1, wait_s=60, again_s=60)
    rows = await log(store, name, 1, 60)
    await learner.state(name)
    for place in (59, 40, 57, 7, 50, 30, 0, 45):
        await correct(store, name, rows, place, 0.125)
        store.given = 0
        assert same(await learner.state(name), learned(POLICY, 2, rows))
        assert 60 - place <= store.given <= 2.1 * (60 - place) + 1


async def test_work_is_run_where_it_is_told_to(store: RedisPolicyStore, tenant: str) -> None:
    """Who learns for a report doesn't take the thread that questions need."""
    name, works = PolicyName(tenant, KEY, 2), list[Callable[[], Any]]()

    async def run(work: Callable[[], Any]) -> Any:
        works.append(work)
        return work()

    rows = await log(store, name, 1, 5)
    assert same(await Learner(POLICY, store, at_a_time=2, run=run).state(name), learned(POLICY, 2, rows))
    assert len(works) == 3


class Hung(RedisPolicyStore):
    """A store that fails after a while, and counts how often it was asked."""

    asked = 0

    async def news(self, name: PolicyName, read: Read, limit: int) -> News:
        """See the port."""
        self.asked += 1
        await asyncio.sleep(0.05)
        raise MemoryUnavailable("it hangs")


async def test_all_who_wait_share_one_reading(memory_connection: RedisConnection, tenant: str) -> None:
    """A store that hangs is asked once by many at once, and its failure reaches each of them."""
    store = Hung(memory_connection)
    learner, name = Learner(POLICY, store), PolicyName(tenant, KEY, 2)
    told = await asyncio.gather(*(learner.state(name) for _ in range(8)), return_exceptions=True)
    assert all(isinstance(each, MemoryUnavailable) for each in told)
    assert store.asked == 1


async def test_who_goes_takes_nobody_s_reading_along(store: RedisPolicyStore, tenant: str) -> None:
    """A question that is cancelled while the log is read leaves the others their state."""
    name, learner = PolicyName(tenant, KEY, 2), Learner(POLICY, store)
    rows = await log(store, name, 1, 5)
    gone, stays = (asyncio.create_task(learner.state(name)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert same(await stays, learned(POLICY, 2, rows))
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_few_tenants_are_kept(store: RedisPolicyStore, tenant: str) -> None:
    """The tenant unused for longest is forgotten, and learned anew with the same result."""
    learner, names = Learner(POLICY, store, most_names=1), [PolicyName(f"{tenant}-{each}", KEY, 2) for each in "ab"]
    for name in names:
        await log(store, name, 1, 5)
    first = [await learner.state(name) for name in names]
    again = [await learner.state(name) for name in names]
    assert all(map(same, first, again))
    assert first[0] is not again[0]
