"""Exact propensities of Gaussian Thompson sampling: the probability that each arm has the highest score.

For independent scores s_a ~ N(mean_a, sd_a^2),

    P(a) = integral of phi((s - mean_a) / sd_a) / sd_a * product over b != a of Phi((s - mean_b) / sd_b) ds

(Jeunen 2025, "Exact propensities for Thompson sampling", RecSys 2025, https://arxiv.org/abs/2504.08773). A fixed
Gauss-Hermite grid misses a narrow arm beside a wide one (an error of .05 at deviations of .01 and 1). So panels are
placed at every arm's mean, as wide as its own deviation, and each has a Gauss-Legendre rule of its own.

Shapes: K is the number of arms.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.normal import density, distribution
from riffler.errors import InvalidInput

_NODES = 10
_FAR = 8.5
"""In deviations: the highest score lies below the highest `mean - _FAR sd`, or above the highest `mean + _FAR sd`, with
a probability under K * 1e-17."""

_EDGES = np.array([-_FAR, -5.0, -2.5, 0.0, 2.5, 5.0, _FAR])
"""Edges of panels around a mean, in deviations."""


def propensities(means: NDArray[np.float64], sds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the probability that each arm has the highest score.

    Args:
        means: Means of the scores, float64 (K,).
        sds: Their standard deviations, float64 (K,), all above 0.

    Returns:
        Probabilities, float64 (K,), that sum to 1. Each errs by less than 1e-9 up to a ratio of 1e4 between deviations
        and 12 arms. An arm without a chance (under about 1e-17) may have exactly 0.

    Raises:
        InvalidInput: There is no arm, the shapes differ, a value isn't finite or a deviation isn't above 0.
    """
    if means.ndim != 1 or means.size == 0 or means.shape != sds.shape:
        raise InvalidInput(f"propensities: expected two vectors of one length, got {means.shape} and {sds.shape}")
    if not (np.isfinite(means).all() and np.isfinite(sds).all() and (sds > 0).all()):
        raise InvalidInput("propensities: expected finite means and deviations above 0")
    centred = means - means.max()  # a deviation far smaller than its mean is still seen
    points, weights = _grid(centred, sds)
    with np.errstate(over="ignore"):  # a point may be infinitely many deviations away
        z = np.clip((points - centred[:, None]) / sds[:, None], -38.0, 38.0)
    mass: NDArray[np.float64] = (density(z) * _others(distribution(z))) @ weights / sds
    total: NDArray[np.float64] = mass / mass.sum()
    return total


def _grid(means: NDArray[np.float64], sds: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place the panels over the range of the highest score, and give their points and weights."""
    lowest, highest = (means - _FAR * sds).max(), (means + _FAR * sds).max()
    edges = np.unique(np.clip((means[:, None] + sds[:, None] * _EDGES).ravel(), lowest, highest))
    width = np.diff(edges)[:, None]
    nodes, weights = _rule()
    return (edges[:-1, None] + width * nodes).ravel(), (width * weights).ravel()


def _others(below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply, for each row (K, points), all other rows: those before it times those after it."""
    before, after = np.ones_like(below), np.ones_like(below)
    np.cumprod(below[:-1], axis=0, out=before[1:])
    np.cumprod(below[:0:-1], axis=0, out=after[-2::-1])
    product: NDArray[np.float64] = before * after
    return product


@cache
def _rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give nodes and weights of the Gauss-Legendre rule on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (nodes + 1) / 2, weights / 2
