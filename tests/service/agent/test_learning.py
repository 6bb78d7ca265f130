"""The learner: what a policy knows equals its log, in every process, however it came to read it."""

import secrets
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned
from riffler.errors import RewriteFailed
from riffler.service.agent import learning
from riffler.service.agent.learning import Learner
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.policy import PolicyName

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
    logged = await store.rewarded(name)
    assert [row.order for row in logged] == list(range(1, len(logged) + 1))
    assert same(state, learned(POLICY, 2, rows))


async def test_a_long_log_is_learned_over_several_questions(
    store: RedisPolicyStore, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for all of it: the first question fails open, with the number learned, and the next goes on."""
    monkeypatch.setattr(learning, "_AT_A_TIME", 3)
    name, learner = PolicyName(tenant, KEY, 2), Learner(POLICY, store)
    rows = await log(store, name, 1, 20)
    with pytest.raises(RewriteFailed, match="12 rewards so far"):
        await learner.state(name)
    assert same(await learner.state(name), learned(POLICY, 2, rows))


async def test_few_tenants_are_kept(store: RedisPolicyStore, tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tenant unused for longest is forgotten, and learned anew with the same result."""
    monkeypatch.setattr(learning, "_NAMES", 1)
    learner, names = Learner(POLICY, store), [PolicyName(f"{tenant}-{each}", KEY, 2) for each in "ab"]
    for name in names:
        await log(store, name, 1, 5)
    first = [await learner.state(name) for name in names]
    again = [await learner.state(name) for name in names]
    assert all(map(same, first, again))
    assert first[0] is not again[0]
