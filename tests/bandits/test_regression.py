"""Regressions kept solved equal those solved anew."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, contexts, dense, logs, random_log

from riffler.bandits.policies.base import Rewarded
from riffler.bandits.regression import FADING_STEP, ArmRegression, Prior, Regressions
from riffler.errors import InvalidSetting

priors = st.builds(Prior, st.floats(0.01, 100), st.floats(-1, 1), st.just(1.0) | st.floats(0.5, 1))


def folded(prior: Prior, log: list[Rewarded], dimension: int = DIMENSION) -> Regressions:
    """Learn a log."""
    state = Regressions.start(prior, dimension)
    for row in log:
        state = state.add(row.arm, row.x, row.reward)
    return state


@settings(deadline=None)
@given(priors, st.lists(logs, max_size=12).map(lambda parts: [row for part in parts for row in part]), contexts)
@example(Prior(0.01, 0.5, 0.9), random_log(140), np.array([1.0, 1.0, -1.0]))
@example(Prior(1.0, 0.5), random_log(700), np.array([1.0, 0.0, 1.0]))
def test_incremental_equals_dense(prior: Prior, log: list[Rewarded], x: np.ndarray) -> None:
    """After any log, with and without forgetting, means and variances are those of the dense equations, to 1e-9."""
    means, variances, vectors = folded(prior, log).laws(ARMS, x)
    for place, arm in enumerate(ARMS):
        coefficients, inverse = dense(log, arm, prior.precision, prior.mean, prior.gamma)
        assert means[place] == pytest.approx(float(x @ coefficients), rel=1e-9, abs=1e-9)
        assert variances[place] == pytest.approx(float(x @ inverse @ x), rel=1e-9, abs=1e-9)
        assert vectors[place] == pytest.approx(inverse @ x, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_large_contexts_and_a_weak_prior_lose_no_digits(scale: float) -> None:
    """Where a single reward says a million times what the prior does, the equations still hold."""
    log = [Rewarded(row.arm, row.x * scale, row.reward) for row in random_log(60)]
    state = folded(Prior(1e-4, 0.5), log)
    for arm in ARMS:
        coefficients, inverse = dense(log, arm, 1e-4, 0.5)
        assert state.of(arm).covariance == pytest.approx(inverse, rel=1e-6)
        assert state.of(arm).coefficients == pytest.approx(coefficients, rel=1e-6, abs=1e-9)


def test_only_the_arm_rewarded_is_made_anew() -> None:
    """Other arms' arrays are shared between states, and an arm's own are never written to."""
    before = folded(Prior(1.0, 0.5), random_log(40))
    solved = before.of("a").solved.copy()
    after = before.add("a", np.ones(DIMENSION), 1.0)
    assert after.of("b") is before.of("b")
    assert (before.of("a").solved == solved).all()
    assert after.of("a").count == before.of("a").count + 1
    assert (after.learned, after.dimension) == (41, DIMENSION)


@given(st.floats(0.01, 100), st.floats(-1, 1), contexts)
def test_a_cold_arm_has_the_prior(precision: float, mean: float, x: np.ndarray) -> None:
    """An arm that was never rewarded has mean `mean` (at the bias) and variance x'x / precision, at any precision.

    One library of peers never inverts A for such arms, and has precision where 1 / precision belongs.
    """
    means, variances, _ = Regressions.start(Prior(precision, mean), DIMENSION).laws(["cold"], x)
    assert means[0] == pytest.approx(mean, abs=1e-12)
    assert variances[0] == pytest.approx(float(x @ x) / precision, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.3, 0.99), st.integers(0, 2**32 - 1))
def test_forgetting_gives_the_prior_back(gamma: float, seed: int) -> None:
    """In a direction that nothing is learned of, the variance returns to the prior's, and never passes it."""
    unseen = np.array([0.0, 0.0, 1.0])
    state = folded(Prior(0.5, 0.5, gamma), random_log(64, seed))
    variance = state.laws(["a"], unseen)[1][0]
    for _ in range(4):
        for _ in range(FADING_STEP):
            state = state.add("a", np.array([1.0, 1.0, 0.0]), 0.5)
        faded = state.laws(["a"], unseen)[1][0]
        assert variance - 1e-12 <= faded <= 1 / 0.5 + 1e-12
        variance = faded
    for _ in range(40 * FADING_STEP if gamma < 0.9 else 0):
        state = state.add("b", np.array([1.0, 1.0, 0.0]), 0.5)
    if gamma < 0.9:
        assert state.laws(["a"], unseen)[1][0] == pytest.approx(2.0)


def test_no_variance_is_zero() -> None:
    """A vector of zeros has a variance that a propensity can be computed from."""
    assert 0 < Regressions.start(Prior(1.0, 0.5), 2).laws(["a"], np.zeros(2))[1][0] < 1e-20


def test_fading_needs_a_reward_and_a_gamma() -> None:
    """Sums fade at the 32nd reward where gamma is below 1, and never without."""
    assert not Regressions.start(Prior(1.0, 0.5, 0.9), 2).just_faded
    assert folded(Prior(1.0, 0.5, 0.9), random_log(FADING_STEP)).just_faded
    assert not folded(Prior(1.0, 0.5), random_log(FADING_STEP)).just_faded


@pytest.mark.parametrize(
    ("precision", "mean", "gamma"),
    [
        (0.0, 0.5, 1.0),
        (math.inf, 0.5, 1.0),
        (math.nan, 0.5, 1.0),
        (1.0, math.nan, 1.0),
        (1.0, 0.5, 0.0),
        (1.0, 0.5, 1.1),
        (1.0, 0.5, math.nan),
    ],
)
def test_impossible_priors_are_refused(precision: float, mean: float, gamma: float) -> None:
    """A precision above 0, a mean that is a number, and a gamma in (0, 1]."""
    with pytest.raises(InvalidSetting, match="expected a"):
        Prior(precision, mean, gamma)


def test_sums_are_those_of_the_log() -> None:
    """An arm can be taken from its sums."""
    x = np.array([1.0, 2.0])
    arm = ArmRegression.cold(Prior(2.0, 0.5), 2).add(x, 0.25)
    assert arm.sums.tolist() == [[1.0, 2.0], [2.0, 4.0], [0.25, 0.5]]
    again = ArmRegression.from_sums(arm.prior, 1, arm.sums)
    assert again.solved == pytest.approx(arm.solved, abs=1e-12)
