"""The posterior of all arms together, against the dense Gaussian written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.insight.worlds import ARMS, entry

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import BIAS_MEAN, BIAS_SPREAD, Sums
from riffler.bandits.insight.entry import Entry
from riffler.bandits.insight.joint import Joint
from riffler.bandits.insight.regressions import Regressions, regressions
from riffler.bandits.insight.scales import plausible

D, K = 3, len(ARMS)
DEVIATIONS = st.floats(0.02, 0.5)
SQUARED = st.lists(st.just(0.001) | DEVIATIONS, min_size=K * D, max_size=K * D).map(
    lambda scales: np.array(scales).reshape(K, D) ** 2
)
WEIGHTS = st.lists(st.floats(-1, 1), min_size=K, max_size=K).map(np.array)
WORLDS = st.builds(
    lambda seed, count: [
        entry(str(rng.choice(ARMS)), np.array([1.0, *rng.integers(0, 2, 2)]), float(rng.random()))
        for rng in [np.random.default_rng(seed)]
        for _ in range(count)
    ],
    st.integers(0, 10**6),
    st.integers(0, 30),
)


def sums_of(log: list[Entry]) -> Sums:
    """Add up rewards one by one."""
    sums = Sums.empty(K, D)
    for each in log:
        sums = sums if each.reward is None else sums.plus(ARMS.index(each.arm), each.x, each.reward)
    return sums


def dense(log: list[Entry], noise: float, squared: Vector, shared: float) -> tuple[Vector, Vector]:
    """Condition the Gaussian of all w_a, stacked, on the rewards: mean and covariance."""
    common = np.full(D, shared**2)
    common[0] = BIAS_SPREAD**2
    prior = np.diag(squared.ravel()) + np.kron(np.ones((K, K)), np.diag(common))
    mean = np.tile([BIAS_MEAN, 0.0, 0.0], K)
    design = np.zeros((len(log), K * D))
    for at, each in enumerate(log):
        place = D * ARMS.index(each.arm)
        design[at, place : place + D] = each.x
    surprise = np.array([each.reward for each in log]) - design @ mean
    covariance = design @ prior @ design.T + noise**2 * np.eye(len(log))
    gain = prior @ design.T @ np.linalg.inv(covariance)
    return mean + gain @ surprise, prior - gain @ design @ prior


@settings(deadline=None, max_examples=40)
@given(WORLDS, DEVIATIONS, SQUARED, DEVIATIONS, WEIGHTS, WEIGHTS)
def test_contrasts_are_those_of_the_dense_gaussian(
    log: list[Entry], noise: float, squared: Vector, shared: float, weights: Vector, x: Vector
) -> None:
    """For any scales, a weighted sum of arms' scores has the mean and deviation of the dense model, to 1e-8.

    An arm without rewards is among them, and coefficients that are next to nothing.
    """
    mean, covariance = dense(log, noise, squared, shared)
    direction = np.kron(weights, x)
    found = Joint(ARMS, Regressions.stacked([regressions(sums_of(log), noise, squared, shared)])).contrast(weights, x)
    assert found.mean == pytest.approx(direction @ mean, abs=1e-8)
    assert found.deviation**2 == pytest.approx(direction @ covariance @ direction, abs=1e-8)


@settings(deadline=None, max_examples=5)
@given(WORLDS, SQUARED, SQUARED, WEIGHTS, WEIGHTS)
def test_parts_are_told_apart(log: list[Entry], squared: Vector, other: Vector, weights: Vector, x: Vector) -> None:
    """With two scales possible, the law of a contrast has the two parts' own laws."""
    parts = [regressions(sums_of(log), 0.2, each, 0.1) for each in (squared, other)]
    alone = [Joint(ARMS, Regressions.stacked([each])).contrast(weights, x) for each in parts]
    found = Joint(ARMS, Regressions.stacked(parts)).contrast(weights, x)
    np.testing.assert_allclose(found.means, [each.mean for each in alone], atol=1e-12)
    np.testing.assert_allclose(found.deviations, [each.deviation for each in alone], atol=1e-12)


def test_a_log_is_summed_as_one_by_one() -> None:
    """Learning a log gives the regressions of its sums. They are exact here: rounding may tip a draw."""
    rng = np.random.default_rng(1)
    log = [
        entry(str(rng.choice(ARMS)), np.array([1.0, *rng.integers(0, 2, 2)]), None if at % 4 == 0 else at % 4 / 4)
        for at in range(20)
    ]
    joint = Joint.of(log, D)
    expected = Regressions.stacked(plausible(sums_of(log)))
    assert joint.arms == ARMS
    np.testing.assert_array_equal(joint.parts.coefficients, expected.coefficients)


def test_draws_have_the_posterior_s_moments() -> None:
    """Of 4,000 joint draws of 9 coefficients, means and covariances agree with the dense model.

    Within 6 deviations each: a false alarm in less than one of 1e7 seeds. Arms without rewards are correlated, too.
    """
    rng = np.random.default_rng(1)
    log = [entry("a", np.array([1.0, *rng.integers(0, 2, 2)]), float(rng.random())) for _ in range(8)]
    squared = np.full((K, D), 0.01)
    mean, covariance = dense(log, 0.2, squared, 0.3)
    joint = Joint(ARMS, Regressions.stacked([regressions(sums_of(log), 0.2, squared, 0.3)] * 50))
    drawn = joint.draws(4000, rng).reshape(4000, -1)
    variances = np.diag(covariance)
    assert (np.abs(drawn.mean(axis=0) - mean) <= 6 * np.sqrt(variances / 4000)).all()
    spread = np.sqrt((np.outer(variances, variances) + covariance**2) / 4000)
    assert (np.abs(np.cov(drawn.T) - covariance) <= 6 * spread).all()
