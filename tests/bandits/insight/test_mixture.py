"""Mixtures of Gaussians: intervals, and odds of the sign."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.insight.mixture import Mixture

PARTS = st.lists(st.tuples(st.floats(-1, 1), st.floats(1e-3, 1)), min_size=1, max_size=8)


@given(PARTS, st.floats(0.05, 0.99))
def test_the_interval_has_its_level(parts: list[tuple[float, float]], level: float) -> None:
    """Within the margin lies at least the level, and one of the two ends cuts off just its tail."""
    means, deviations = np.array(parts).T
    found = Mixture(means, deviations)
    laws = [NormalDist(*part) for part in parts]
    margin = found.margin(level)
    below = np.mean([law.cdf(found.mean - margin) for law in laws])
    above = 1 - np.mean([law.cdf(found.mean + margin) for law in laws])
    assert max(below, above) == pytest.approx((1 - level) / 2, abs=1e-5)
    variance = np.mean([law.variance + (law.mean - found.mean) ** 2 for law in laws])
    assert found.deviation**2 == pytest.approx(variance)


def test_odds_of_the_sign() -> None:
    """One Gaussian two deviations from 0 has the other sign in 2.3 %; with as much that is nothing, in a quarter."""
    assert Mixture(np.array([-0.04]), np.array([0.02])).wrong_sign == pytest.approx(0.02275, abs=1e-5)
    assert Mixture(np.array([0.2, 0.0]), np.array([0.02, 0.001])).wrong_sign == pytest.approx(0.25, abs=1e-5)
    assert Mixture(np.array([0.04]), np.array([0.02])).margin(0.95) == pytest.approx(0.0392, abs=1e-4)


def test_the_odds_are_of_the_mean_s_sign() -> None:
    """Where nine parts of ten lie below 0 and one makes the mean, that has the wrong sign in nine of ten cases."""
    means = np.array([-0.1] * 9 + [10.0])
    for sign in (1.0, -1.0):
        assert Mixture(sign * means, np.full(10, 1e-3)).wrong_sign == pytest.approx(0.9)


@given(PARTS)
def test_odds_are_the_same_turned_round(parts: list[tuple[float, float]]) -> None:
    """Turned round, a number has the same odds of the wrong sign; they are the mass beyond 0 from the mean."""
    means, deviations = np.array(parts).T
    found = Mixture(means, deviations)
    below = np.mean([NormalDist(*part).cdf(0) for part in parts])
    assert found.wrong_sign == pytest.approx(below if means.mean() >= 0 else 1 - below, abs=1e-9)
    if means.mean():
        assert Mixture(-means, deviations).wrong_sign == pytest.approx(found.wrong_sign, abs=1e-9)
