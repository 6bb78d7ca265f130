"""The posterior of all arms together, against the dense Gaussian written out."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.bandits.insight.worlds import ARMS, entry, logs

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import BIAS_MEAN, BIAS_SPREAD, Scales, Sums, regressions
from riffler.bandits.insight.entry import Entry
from riffler.bandits.insight.joint import Joint
from riffler.bandits.insight.scales import evidence, plausible

D, K = 3, len(ARMS)
DEVIATIONS = st.floats(0.02, 0.5)
SCALES = st.builds(Scales, noise=DEVIATIONS, bias=DEVIATIONS, slope=DEVIATIONS, shared=DEVIATIONS)
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


def dense(log: list[Entry], scales: Scales) -> tuple[Vector, Vector, float]:
    """Condition the Gaussian of all w_a, stacked, on the rewards: mean, covariance, and log density of the rewards."""
    own, common = np.full(D, scales.slope**2), np.full(D, scales.shared**2)
    own[0], common[0] = scales.bias**2, BIAS_SPREAD**2
    prior = np.kron(np.eye(K), np.diag(own)) + np.kron(np.ones((K, K)), np.diag(common))
    mean = np.tile([BIAS_MEAN, 0.0, 0.0], K)
    design = np.zeros((len(log), K * D))
    for at, each in enumerate(log):
        place = D * ARMS.index(each.arm)
        design[at, place : place + D] = each.x
    surprise = np.array([each.reward for each in log]) - design @ mean
    covariance = design @ prior @ design.T + scales.noise**2 * np.eye(len(log))
    gain = prior @ design.T @ np.linalg.inv(covariance)
    density = -(surprise @ np.linalg.solve(covariance, surprise) + np.linalg.slogdet(covariance)[1]) / 2
    return mean + gain @ surprise, prior - gain @ design @ prior, float(density)


@settings(deadline=None, max_examples=40)
@given(WORLDS, SCALES, WEIGHTS, WEIGHTS)
def test_contrasts_and_evidence_are_those_of_the_dense_gaussian(
    log: list[Entry], scales: Scales, weights: Vector, x: Vector
) -> None:
    """For any scales, a weighted sum of arms' scores has the mean and deviation of the dense model, to 1e-8.

    And the rewards have its density. An arm without rewards is among them.
    """
    sums = sums_of(log)
    found = regressions(sums, scales)
    mean, covariance, density = dense(log, scales)
    direction = np.kron(weights, x)
    middle, deviation = Joint(ARMS, [(1.0, found)]).contrast(weights, x)
    assert middle == pytest.approx(direction @ mean, abs=1e-8)
    assert deviation**2 == pytest.approx(direction @ covariance @ direction, abs=1e-8)
    assert evidence(sums, found) == pytest.approx(density, rel=1e-7, abs=1e-7)


@settings(deadline=None, max_examples=5)
@given(WORLDS, WEIGHTS, WEIGHTS, st.floats(0.1, 0.9))
def test_a_mixture_has_the_moments_of_its_parts(log: list[Entry], weights: Vector, x: Vector, chance: float) -> None:
    """With two scales possible, mean and variance are those of the mixture."""
    narrow, wide = Scales(0.2, 0.05, 0.05, 0.02), Scales(0.2, 0.3, 0.3, 0.1)
    parts = [(chance, regressions(sums_of(log), narrow)), (1 - chance, regressions(sums_of(log), wide))]
    (a, s), (b, t) = (Joint(ARMS, [(1.0, found)]).contrast(weights, x) for _, found in parts)
    mean, deviation = Joint(ARMS, parts).contrast(weights, x)
    assert mean == pytest.approx(chance * a + (1 - chance) * b, abs=1e-9)
    variance = chance * s**2 + (1 - chance) * t**2 + chance * (1 - chance) * (a - b) ** 2
    assert deviation**2 == pytest.approx(variance, abs=1e-9)


@settings(deadline=None, max_examples=5)
@given(logs.filter(bool))
@example([entry("a", np.array([1.0, 0.0, 1.0]), 0.5)])
def test_a_log_is_summed_as_one_by_one(log: list[Entry]) -> None:
    """Learning a log gives the regressions of its sums, for scales whose probabilities sum to 1."""
    joint = Joint.of(log, D)
    expected = plausible(sums_of(log))
    assert joint.arms == ARMS
    assert math.fsum(chance for chance, _ in joint.parts) == pytest.approx(1)
    for (chance, found), (likewise, other) in zip(joint.parts, expected, strict=True):
        assert chance == pytest.approx(likewise)
        np.testing.assert_allclose(found.coefficients, other.coefficients, atol=1e-9)


def test_draws_have_the_posterior_s_moments() -> None:
    """Of 4,000 joint draws of 9 coefficients, means and covariances agree with the dense model.

    Within 6 deviations each: a false alarm in less than one of 1e7 seeds. Arms without rewards are correlated, too.
    """
    rng = np.random.default_rng(1)
    log = [entry("a", np.array([1.0, *rng.integers(0, 2, 2)]), float(rng.random())) for _ in range(8)]
    scales = Scales(0.2, 0.1, 0.1, 0.3)
    mean, covariance, _ = dense(log, scales)
    joint = Joint(ARMS, [(1.0, regressions(sums_of(log), scales))])
    drawn = np.array([each.ravel() for each in joint.draws(4000, rng)])
    variances = np.diag(covariance)
    assert (np.abs(drawn.mean(axis=0) - mean) <= 6 * np.sqrt(variances / 4000)).all()
    spread = np.sqrt((np.outer(variances, variances) + covariance**2) / 4000)
    assert (np.abs(np.cov(drawn.T) - covariance) <= 6 * spread).all()


def test_probable_scales_are_those_of_the_world() -> None:
    """Of a world with large slopes, small ones are improbable, and the reverse (seeded)."""
    rng = np.random.default_rng(3)
    for slope, least, most in ((0.2, 0.1, 0.32), (0.0, 0.0, 0.06)):
        truth = rng.normal(0, slope, (K, D))
        log = []
        for _ in range(600):
            arm, x = int(rng.integers(K)), np.array([1.0, *rng.integers(0, 2, 2)])
            log.append(entry(ARMS[arm], x, float(np.clip(0.5 + truth[arm] @ x + rng.normal(0, 0.05), 0, 1))))
        parts = plausible(sums_of(log))
        assert least <= math.fsum(chance * found.scales.slope for chance, found in parts) <= most
