"""Exact propensities of Gaussian Thompson sampling: the probability that each arm has the highest score.

For independent scores s_a ~ N(mean_a, sd_a^2),

    P(a) = integral of phi((s - mean_a) / sd_a) / sd_a * product over b != a of Phi((s - mean_b) / sd_b) ds

(Jeunen 2025, "Exact propensities for Thompson sampling", RecSys 2025, https://arxiv.org/abs/2504.08773). A fixed
Gauss-Hermite grid misses a narrow arm beside a wide one. So panels are placed at every arm's mean, as wide as its own
deviation, and each has a Gauss-Legendre rule of its own.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from riffler.errors import InvalidInput

_NODES = 16
_OFFSETS = np.array([-9.0, -6.0, -4.0, -2.5, -1.25, 0.0, 1.25, 2.5, 4.0, 6.0, 9.0])
"""Panel edges around a mean, in its deviations. Beyond 9 deviations lies less than 3e-19 of an arm's mass."""


def propensities(means: NDArray[np.float64], sds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the probability that each arm has the highest score.

    Args:
        means: Means of the scores, float64 (K,).
        sds: Their standard deviations, float64 (K,), all above 0.

    Returns:
        Probabilities, float64 (K,), that sum to 1. Each errs by less than 1e-6 up to a ratio of 1e4 between deviations.

    Raises:
        InvalidInput: There is no arm, the shapes differ, a value isn't finite or a deviation isn't above 0.
    """
    if means.ndim != 1 or means.size == 0 or means.shape != sds.shape:
        raise InvalidInput(f"propensities: expected two vectors of one length, got {means.shape} and {sds.shape}")
    if not (np.isfinite(means).all() and np.isfinite(sds).all() and (sds > 0).all()):
        raise InvalidInput("propensities: expected finite means and deviations above 0")
    edges = np.unique((means[:, None] + sds[:, None] * _OFFSETS).ravel())
    nodes, weights = _rule()
    half = np.diff(edges)[:, None] / 2
    points = (edges[:-1, None] + half * (1 + nodes)).ravel()
    weight = (half * weights).ravel()
    z = (points - means[:, None]) / sds[:, None]
    density = np.exp(-0.5 * z * z) / (sds[:, None] * np.sqrt(2 * np.pi))
    below = _phi(z)
    others = np.array([np.prod(np.delete(below, arm, axis=0), axis=0) for arm in range(means.size)])
    mass: NDArray[np.float64] = (density * others * weight).sum(axis=1)
    total: NDArray[np.float64] = mass / mass.sum()
    return total


@cache
def _rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


def _phi(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the standard normal distribution function: Phi(z) = erfc(-z / sqrt 2) / 2, to double precision."""
    return 0.5 * np.asarray(_erfc(-z / math.sqrt(2.0)), dtype=np.float64)


_erfc = np.frompyfunc(math.erfc, 1, 1)
