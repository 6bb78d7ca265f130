"""Regressions with a hierarchy, and their scales, against the whole joint Gaussian written out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import BIAS_MEAN, BIAS_SPREAD, TYPICAL, Scales, Sums, fit, regressions

DEVIATIONS = st.floats(0.02, 0.5)
SCALES = st.builds(Scales, noise=DEVIATIONS, bias=DEVIATIONS, slope=DEVIATIONS, shared=DEVIATIONS)


def drawn(seed: int, count: int, arms: int, dimension: int) -> tuple[Sums, list[tuple[int, Vector, float]]]:
    """Draw rewards of arms, and add them up."""
    rng = np.random.default_rng(seed)
    sums, rows = Sums.empty(arms, dimension), []
    for _ in range(count):
        x = np.concatenate(([1.0], rng.integers(0, 2, dimension - 1)))
        rows.append((int(rng.integers(arms)), x, float(rng.random())))
        sums = sums.plus(*rows[-1])
    return sums, rows


def joint(rows: list[tuple[int, Vector, float]], arms: int, dimension: int, scales: Scales) -> tuple[Vector, Vector]:
    """Condition the joint Gaussian of m and all u_a on the rewards; give means and covariances of w_a = m + u_a."""
    own = np.full(dimension, scales.slope**2)
    own[0] = scales.bias**2
    common = np.full(dimension, scales.shared**2)
    common[0] = BIAS_SPREAD**2
    prior = np.diag(np.concatenate((common, np.tile(own, arms + 1))))  # m, then the arms, and one without rewards
    mean = np.zeros(len(prior))
    mean[0] = BIAS_MEAN
    design = np.zeros((len(rows), len(prior)))
    for at, (arm, x, _) in enumerate(rows):
        design[at, :dimension] = x
        design[at, dimension * (arm + 1) : dimension * (arm + 2)] = x
    rewards = np.array([reward for _, _, reward in rows])
    gain = prior @ design.T @ np.linalg.inv(design @ prior @ design.T + scales.noise**2 * np.eye(len(rows)))
    mean, cov = mean + gain @ (rewards - design @ mean), prior - gain @ design @ prior
    means, covariances = [], []
    for arm in range(arms + 1):
        pick = np.zeros((dimension, len(prior)))
        pick[:, :dimension] = np.eye(dimension)
        pick[:, dimension * (arm + 1) : dimension * (arm + 2)] = np.eye(dimension)
        means.append(pick @ mean)
        covariances.append(pick @ cov @ pick.T)
    return np.array(means), np.array(covariances)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 4), st.integers(1, 5), SCALES)
def test_regressions_are_those_of_the_joint_gaussian(
    seed: int, count: int, arms: int, dimension: int, scales: Scales
) -> None:
    """Means and covariances of all arms, with and without rewards, equal those of the dense joint model to 1e-9.

    So do the laws of rewards at a context.
    """
    sums, rows = drawn(seed, count, arms, dimension)
    means, covariances = joint(rows, arms, dimension, scales)
    found = regressions(sums, scales)
    np.testing.assert_allclose(found.coefficients, means, atol=1e-9)
    np.testing.assert_allclose(found.covariance(), covariances, atol=1e-9)
    x = rows[0][1]
    alone, whole = (found.inverse @ x) @ x, (covariances @ x) @ x
    np.testing.assert_allclose(found.laws(x), (means @ x, alone, whole), atol=1e-9)
    for arm in range(arms + 1):
        _, mean, variance = found.plus(arm, x, 0.5)
        np.testing.assert_allclose((mean, variance), (means[arm] @ x, x @ covariances[arm] @ x), atol=1e-9)


@given(st.integers(1, 5), SCALES)
def test_a_cold_arm_is_the_prior(dimension: int, scales: Scales) -> None:
    """Without any reward an arm is expected to earn the middle, with the prior's deviations, at any scale."""
    found = fit(Sums.empty(0, dimension), scales)
    assert found.scales == scales
    own = np.array([scales.bias**2 + BIAS_SPREAD**2, *[scales.slope**2 + scales.shared**2] * (dimension - 1)])
    np.testing.assert_allclose(found.covariance(), [np.diag(own)], rtol=1e-9)
    assert found.coefficients.tolist() == [[BIAS_MEAN, *[0.0] * (dimension - 1)]]


@pytest.mark.parametrize(
    ("scales", "held"),
    [
        (Scales(noise=0.1, bias=0.05, slope=0.1, shared=0.01), {"noise": (0.095, 0.105), "slope": (0.07, 0.13)}),
        (Scales(noise=0.4, bias=0.05, slope=0.005, shared=0.01), {"noise": (0.38, 0.42), "slope": (0.0, 0.04)}),
        (Scales(noise=0.2, bias=0.05, slope=0.01, shared=0.2), {"slope": (0.0, 0.03), "shared": (0.1, 0.3)}),
    ],
)
def test_scales_are_found(scales: Scales, held: dict[str, tuple[float, float]]) -> None:
    """From 2,000 rewards of a world with given scales, those that matter are found, roughly. The seed is fixed."""
    rng = np.random.default_rng(7)
    arms, dimension = 6, 12
    common = rng.normal(0, scales.shared, dimension)
    worlds = common + rng.normal(0, scales.slope, (arms, dimension))
    worlds[:, 0] = 0.5 + rng.normal(0, scales.bias, arms)
    sums = Sums.empty(arms, dimension)
    for _ in range(2000):
        arm, x = int(rng.integers(arms)), np.concatenate(([1.0], rng.integers(0, 2, dimension - 1)))
        sums = sums.plus(arm, x, float(worlds[arm] @ x + rng.normal(0, scales.noise)))
    found = TYPICAL
    for _ in range(10):
        found = fit(sums, found).scales
    for name, (least, most) in held.items():
        assert least <= getattr(found, name) <= most, (name, found)


@given(st.integers(0, 10**6), st.integers(0, 20), st.floats(0, 1))
def test_fading_keeps_what_is_recent(seed: int, count: int, share: float) -> None:
    """Sums over old and new rewards, faded, are the new ones and a share of the old ones."""
    old, _ = drawn(seed, count, 3, 2)
    recent, rows = drawn(seed + 1, 5, 2, 2)
    both = old
    for row in rows:
        both = both.plus(*row)
    faded: Any = both.faded(share, recent)
    wide = recent.with_arms(3)
    for name in ("gram", "moment", "squares", "count"):
        expected = share * getattr(old, name) + getattr(wide, name)
        np.testing.assert_allclose(getattr(faded, name), expected, atol=1e-9)


def test_sums_are_never_changed() -> None:
    """Adding a reward or an arm leaves the sums before it as they were."""
    before, _ = drawn(1, 5, 2, 3)
    kept = before.gram.copy()
    before.plus(0, np.ones(3), 1.0)
    assert before.with_arms(4).gram.shape == (4, 3, 3)
    assert before.with_arms(1) is before
    np.testing.assert_array_equal(before.gram, kept)
