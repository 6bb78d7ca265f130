"""What every policy keeps."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, POLICIES, contexts, far, identity, logs, random_log

from riffler.bandits.policies.base import Policy, Rewarded, learned
from riffler.errors import InvalidInput, InvalidReward

pytestmark = pytest.mark.parametrize("policy", POLICIES, ids=identity)
X = np.array([1.0, 0.0, 1.0])


def generator() -> np.random.Generator:
    """Start the same draws anew."""
    return np.random.default_rng(5)


@settings(max_examples=30, deadline=None)
@given(log=logs, x=contexts, allowed=st.permutations(["a", "b", "c", "unseen"]), count=st.integers(0, 4))
def test_propensities_are_probabilities(
    policy: Policy[Any], log: list[Rewarded], x: np.ndarray, allowed: list[str], count: int
) -> None:
    """They are those of the allowed arms, in their order, lie in [0, 1] and sum to 1; the arm drawn had a chance."""
    names = ["none", *allowed[:count]]
    choice = policy.choose(learned(policy, DIMENSION, log), x, names, generator())
    assert list(choice.propensities) == names
    assert all(0 <= chance <= 1 for chance in choice.propensities.values())
    assert math.isclose(sum(choice.propensities.values()), 1, abs_tol=1e-12)
    assert choice.propensities[choice.arm] > 0
    assert set(choice.scores) <= set(names)


@pytest.mark.parametrize("rounds", [0, 40])
def test_draws_follow_the_propensities(policy: Policy[Any], rounds: int) -> None:
    """Of 1,000 draws each arm has its share. A false alarm has odds below 4e-9 (four arms, Bernstein's inequality)."""
    state, rng = learned(policy, DIMENSION, random_log(rounds)), np.random.default_rng(3)
    choices = [policy.choose(state, X, ARMS, rng) for _ in range(1000)]
    for arm, chance in choices[0].propensities.items():
        assert not far(sum(choice.arm == arm for choice in choices), chance, 1000)


def test_learning_changes_no_state(policy: Policy[Any]) -> None:
    """A state is a value: what is learned from it gives another one, and it draws as before."""
    state = learned(policy, DIMENSION, random_log(31))
    before = policy.choose(state, X, ARMS, generator())
    learned_more = state
    for row in random_log(70, seed=2):
        learned_more = policy.learn(learned_more, row)
    assert policy.choose(state, X, ARMS, generator()) == before


def test_an_exported_log_gives_the_same_state(policy: Policy[Any]) -> None:
    """A log that went through JSON and is learned anew draws with the same propensities, bit for bit."""
    log = random_log(70)
    text = json.dumps([[row.arm, row.x.tolist(), row.reward, row.propensity] for row in log])
    again = [Rewarded(arm, np.array(x), reward, propensity) for arm, x, reward, propensity in json.loads(text)]
    one, other = (policy.choose(learned(policy, DIMENSION, each), X, ARMS, generator()) for each in (log, again))
    assert one == other


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (Rewarded("a", np.ones(2), 0.5), InvalidInput),
        (Rewarded("a", np.ones((3, 1)), 0.5), InvalidInput),
        (Rewarded("a", np.array([1.0, math.nan, 0.0]), 0.5), InvalidInput),
        (Rewarded("a", np.array([1.0, math.inf, 0.0]), 0.5), InvalidInput),
        (Rewarded("a", np.array([1.0, 1e200, 0.0]), 0.5), InvalidInput),
        (Rewarded("a", X, math.nan), InvalidReward),
        (Rewarded("a", X, math.inf), InvalidReward),
        (Rewarded("a", X, 1.01), InvalidReward),
        (Rewarded("a", X, -0.01), InvalidReward),
        (Rewarded("a", X, True), InvalidReward),
        (Rewarded("a", X, 0.5, 0.0), InvalidInput),
        (Rewarded("a", X, 0.5, 1.5), InvalidInput),
        (Rewarded("a", X, 0.5, math.nan), InvalidInput),
        (Rewarded("", X, 0.5), InvalidInput),
    ],
    ids=lambda value: repr(value)[:60] if isinstance(value, Rewarded) else "",
)
def test_nothing_is_learned_from_nonsense(policy: Policy[Any], row: Rewarded, error: type[Exception]) -> None:
    """What is no row of a log is refused with a text that says what is wrong, and the state is as it was."""
    state = learned(policy, DIMENSION, random_log(5))
    before = policy.choose(state, X, ARMS, generator())
    with pytest.raises(error, match=r"(context vector|reward|propensity|arm): expected"):
        policy.learn(state, row)
    assert policy.choose(state, X, ARMS, generator()) == before


@pytest.mark.parametrize("allowed", [[], ["a", "a"]])
def test_impossible_arms_are_refused(policy: Policy[Any], allowed: list[str]) -> None:
    """None, or one twice, is no choice."""
    with pytest.raises(InvalidInput, match="allowed arms"):
        policy.choose(policy.start(DIMENSION), X, allowed, generator())


@pytest.mark.parametrize("x", [np.ones(2), np.array([1.0, math.nan, 0.0]), np.array([1.0, -math.inf, 0.0])])
def test_impossible_contexts_are_refused(policy: Policy[Any], x: np.ndarray) -> None:
    """A vector of another length, or with what is no number, is no query."""
    with pytest.raises(InvalidInput, match="context vector"):
        policy.choose(policy.start(DIMENSION), x, ARMS, generator())


def test_the_least_context_is_a_context(policy: Policy[Any]) -> None:
    """A vector of zeros has a score of 0 for all arms, and no draw fails."""
    choice = policy.choose(learned(policy, DIMENSION, random_log(9)), np.zeros(DIMENSION), ARMS, generator())
    assert math.isclose(sum(choice.propensities.values()), 1, abs_tol=1e-12)


def test_no_two_have_one_identity(policy: Policy[Any]) -> None:
    """Name and version tell a policy from every other one."""
    assert [identity(other) for other in POLICIES].count(identity(policy)) == 1
