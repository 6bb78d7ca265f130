"""The distribution function of two correlated normal variables."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riffler.bandits.bivariate import both_below

HIGHEST = math.sqrt(0.5)
places = st.floats(-9, 9) | st.floats(-100, 100)
correlations = st.floats(0, HIGHEST)


def below(z: float) -> float:
    """Compute Phi."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


@given(places, places, correlations)
@example(0.0, 0.0, HIGHEST)
@example(6.0, 6.0, HIGHEST)
@example(6.0, -6.0, HIGHEST)
def test_it_is_the_integral_of_what_is_conditional(h: float, k: float, rho: float) -> None:
    """It equals the integral over x up to h of phi(x) P(Y < k | x), which the midpoint rule gives to 1e-6."""
    edges = np.linspace(-9.0, min(max(h, -9.0), 9.0), 4001)
    x = (edges[:-1] + edges[1:]) / 2
    conditional = np.array([below(each) for each in ((k - rho * x) / math.sqrt(1 - rho * rho)).tolist()])
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    assert both_below(h, k, rho) == pytest.approx(float((density * conditional) @ np.diff(edges)), abs=1e-6)


@given(correlations)
def test_a_quadrant_has_a_closed_form(rho: float) -> None:
    """P(X < 0, Y < 0) is 1/4 + arcsin(rho) / 2 pi (Sheppard 1899), to 1e-11."""
    assert both_below(0.0, 0.0, rho) == pytest.approx(0.25 + math.asin(rho) / (2 * math.pi), abs=1e-11)


@given(places, places, correlations)
def test_what_is_left_has_another_way(h: float, k: float, rho: float) -> None:
    """It is symmetric, and P(X < h) less it is what a rule of 40 points gives of P(X < h, Y > k), to 1e-11."""
    assert both_below(h, k, rho) == both_below(k, h, rho)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    s = np.sin(-0.5 * math.asin(rho) * (nodes + 1))  # of X and -Y the correlation is -rho
    density = np.exp((-0.5 * (h * h + k * k) - h * k * s) / (1 - s * s))
    other = below(h) * below(-k) - 0.5 * math.asin(rho) * float(weights @ density) / (2 * math.pi)
    assert below(h) - both_below(h, k, rho) == pytest.approx(other, abs=1e-11)
