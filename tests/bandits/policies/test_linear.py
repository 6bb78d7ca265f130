"""Linear Thompson sampling and LinUCB score as their papers' formulas say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, contexts, dense, logs, random_log

from riffler.bandits.policies.base import Rewarded, learned
from riffler.bandits.policies.ids import InformationDirected
from riffler.bandits.policies.lin_ucb import LinUCB
from riffler.bandits.policies.thompson import LinearThompson
from riffler.errors import InvalidSetting

precisions, means, noises, gammas = st.floats(0.01, 100), st.floats(-1, 1), st.floats(0.01, 2), st.floats(0.5, 1)


@settings(deadline=None)
@given(logs, contexts, precisions, means, noises, gammas)
def test_thompson_scores_follow_the_formula(
    log: list[Rewarded], x: np.ndarray, precision: float, mean: float, noise: float, gamma: float
) -> None:
    """A score has mean mu'x and deviation v sqrt(x'A^-1 x), for cold arms of any prior scale too.

    One library of peers samples with A in place of its inverse, and with v^2 where v belongs.
    """
    policy = LinearThompson(precision, mean, gamma, noise)
    choice = policy.choose(learned(policy, DIMENSION, log), x, ARMS, np.random.default_rng(1))
    for arm in ARMS:
        coefficients, inverse = dense(log, arm, precision, mean, gamma)
        expected = float(x @ coefficients), noise * math.sqrt(float(x @ inverse @ x))
        assert choice.scores[arm] == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(logs, contexts, precisions, means, st.floats(0, 3))
def test_lin_ucb_draws_the_highest_bound(
    log: list[Rewarded], x: np.ndarray, precision: float, mean: float, alpha: float
) -> None:
    """The arms of the highest mu'x + alpha sqrt(x'A^-1 x) share all probability evenly."""
    policy = LinUCB(precision, mean, alpha=alpha)
    choice = policy.choose(learned(policy, DIMENSION, log), x, ARMS, np.random.default_rng(1))
    bounds = {}
    for arm in ARMS:
        coefficients, inverse = dense(log, arm, precision, mean)
        bounds[arm] = float(x @ coefficients) + alpha * math.sqrt(float(x @ inverse @ x))
    drawable = [arm for arm, chance in choice.propensities.items() if chance]
    assert all(choice.propensities[arm] == 1 / len(drawable) for arm in drawable)
    assert all(bounds[arm] == pytest.approx(max(bounds.values()), abs=1e-9) for arm in drawable)


def test_a_cold_bound_has_the_inverse_of_the_prior() -> None:
    """With precision 4, a cold arm's bound is half of alpha above the mean: one library of peers says twice."""
    policy = LinUCB(4.0, 0.5, alpha=1.0)
    choice = policy.choose(policy.start(1), np.ones(1), ["a"], np.random.default_rng(1))
    assert choice.scores["a"] == pytest.approx((0.5, 0.5))


def test_ties_are_broken_by_a_draw() -> None:
    """Of arms of which the same is known each is drawn (false alarm: 4 in 2^66), with its share as propensity."""
    policy, rng = LinUCB(), np.random.default_rng(2)
    choices = [policy.choose(policy.start(2), np.ones(2), ["a", "b"], rng) for _ in range(66)]
    assert {choice.arm for choice in choices} == {"a", "b"}
    assert choices[0].propensities == {"a": 0.5, "b": 0.5}
    certain = policy.learn(policy.start(2), Rewarded("a", np.ones(2), 0.0))
    assert policy.choose(certain, np.ones(2), ["a", "b"], rng).propensities == {"a": 0.0, "b": 1.0}


@pytest.mark.parametrize("policy", [LinearThompson(), LinearThompson(prior_mean=0.9)])
@pytest.mark.parametrize("level", [0.05, 0.95])
def test_equal_arms_are_drawn_nearly_evenly_at_any_level_of_reward(policy: LinearThompson, level: float) -> None:
    """Where all arms earn the same, no arm is left out after 40 rewards each, whatever they earn.

    (A library of peers starts worse than uniform where rewards aren't centred.)
    """
    log = [Rewarded(arm, np.ones(1), level) for _ in range(40) for arm in ARMS]
    choice = policy.choose(learned(policy, 1, log), np.ones(1), ARMS, np.random.default_rng(1))
    assert choice.propensities == pytest.approx(dict.fromkeys(ARMS, 1 / len(ARMS)))


@given(st.floats(-0.4, 0.4))
def test_only_differences_from_the_prior_count(shift: float) -> None:
    """With rewards and prior mean moved alike, no propensity changes."""
    log, x = random_log(30), np.array([1.0, 0.0, 1.0])
    rewards = [0.5 + (row.reward - 0.5) / 5 for row in log]
    found = []
    for moved in (0.0, shift):
        policy = LinearThompson(prior_mean=0.5 + moved)
        rows = [Rewarded(row.arm, row.x, reward + moved) for row, reward in zip(log, rewards, strict=True)]
        found.append(policy.choose(learned(policy, DIMENSION, rows), x, ARMS, np.random.default_rng(1)).propensities)
    assert found[0] == pytest.approx(found[1], abs=1e-9)


def test_names_and_versions() -> None:
    """A setting is part of the version, so that another setting has another posterior."""
    policies = LinearThompson(), LinearThompson(gamma=0.99), LinUCB(), LinUCB(alpha=1.0), InformationDirected()
    assert [policy.name for policy in policies[::2]] == ["linear-thompson", "lin-ucb", "information-directed"]
    assert len({policy.version for policy in policies[:4]}) == 4


@pytest.mark.parametrize("kind", [LinearThompson, LinUCB, InformationDirected])
@pytest.mark.parametrize("setting", ["prior_precision", "gamma", "noise_sd", "alpha"])
def test_impossible_settings_are_refused(kind: type, setting: str) -> None:
    """What has to be above 0 is refused below it, with the setting's name."""
    if setting in kind.__dataclass_fields__:
        with pytest.raises(InvalidSetting, match=f"{setting}: expected a"):
            kind(**{setting: -1.0})
    else:
        with pytest.raises(TypeError, match=setting):
            kind(**{setting: 1.0})
