"""Scales that the rewards may come from, against worlds that are known."""

import numpy as np
import pytest

from riffler.bandits.empirical_bayes import Sums
from riffler.bandits.insight.scales import plausible

ARMS, DIMENSION = 3, 9


@pytest.mark.parametrize(("slope", "least", "most"), [(0.2, 0.06, 0.32), (0.0, 0.0, 0.03)])
def test_probable_scales_are_those_of_the_world(slope: float, least: float, most: float) -> None:
    """Of a world with large slopes, small ones are improbable, and the reverse (seeded)."""
    rng = np.random.default_rng(3)
    truth = rng.normal(0, slope, (ARMS, DIMENSION))
    sums = Sums.empty(ARMS, DIMENSION)
    for _ in range(900):
        arm, x = int(rng.integers(ARMS)), np.array([1.0, *rng.integers(0, 2, DIMENSION - 1)])
        sums = sums.plus(arm, x, float(0.5 + truth[arm] @ x + rng.normal(0, 0.05)))
    found = np.array([part.own[:, 1:] for part in plausible(sums)]) ** -0.5
    assert least <= np.median(found) <= most


def test_one_scale_may_be_large_where_all_others_are_nothing() -> None:
    """Of equal arms, but for one coefficient of one, that has a scale of its size; others are nearly nothing."""
    rng, sums = np.random.default_rng(1), Sums.empty(ARMS, DIMENSION)
    for _ in range(900):
        arm, x = int(rng.integers(ARMS)), np.array([1.0, *rng.integers(0, 2, DIMENSION - 1)])
        sums = sums.plus(arm, x, float(0.5 + 0.3 * (arm == 1) * x[4] + rng.normal(0, 0.2)))
    found = np.median([part.own for part in plausible(sums)], axis=0) ** -0.5
    assert found[1, 4] >= 0.1
    assert np.median(found[:, 1:]) <= 0.02


def test_it_is_a_function_of_the_rewards() -> None:
    """Asked again it gives the same, also where nothing was rewarded."""
    empty = Sums.empty(2, 1)
    for one, other in zip(plausible(empty), plausible(empty), strict=True):
        np.testing.assert_array_equal(one.coefficients, other.coefficients)
