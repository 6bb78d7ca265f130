"""The learner: what a policy knows equals its log, in every process, however it came to read it."""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned
from riffler.errors import MemoryUnavailable
from riffler.service.agent.learning import Learner
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.keys import policy_keys
from riffler.service.ports.policy import LoggedDecision, PolicyName

KEY = PolicyKey("scripted", "m", "a", "f", "p").digest()
POLICY = AdaptiveThompson()
ARMS = ("none", "reread")


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the tests' own server."""
    return RedisPolicyStore(memory_connection)


@pytest.fixture
def tenant() -> str:
    """A tenant of the test's own."""
    return f"tenant-{secrets.token_hex(8)}"


async def log(store: RedisPolicyStore, name: PolicyName, seed: int, count: int) -> list[Rewarded]:
    """Log decisions and reward each."""
    rng, rows = np.random.default_rng(seed), []
    for _ in range(count):
        x, arm, reward = (1.0, float(rng.random())), ARMS[rng.integers(2)], float(rng.random())
        chances = {"none": 0.25, "reread": 0.75}
        decision = Decision(decision_id(KEY, rng.bytes(8)), "", "f", x, ARMS, chances, arm, "p", "1")
        await store.record(name, decision)
        await store.reward(name.tenant, decision.id, reward)
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
    logged = await store.rewarded(name) or ()
    assert [row.order for row in logged] == list(range(1, len(logged) + 1))
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
    key = policy_keys(name.tenant, name.digest)[3]
    await memory_connection.run(lambda client: client.ltrim(key, 0, 1))
    assert same(await learner.state(name), learned(POLICY, 2, rows[:2]))
    await memory_connection.run(lambda client: client.ltrim(key, 0, 0))
    more = await log(store, name, 2, 4)
    assert same(await learner.state(name), learned(POLICY, 2, [rows[0], *more]))


class Hung(RedisPolicyStore):
    """A store that fails after a while, and counts how often it was asked."""

    asked = 0

    async def rewarded(
        self, name: PolicyName, first: int = 0, limit: int | None = None, after: str = ""
    ) -> Sequence[LoggedDecision] | None:
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
