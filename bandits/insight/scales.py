"""Which scales could the log come from? A grid of them, each as probable as its evidence says.

The policy takes the single best scales, which is quick and good enough to draw by. Intervals by those are a little too
narrow: where features say nothing, one of 500 effects seemed clear, and one of 800 with scales that are unknown
(`python -m benchmarks.effects --runs 60`).

The evidence is the density of all rewards with coefficients integrated out. With the names of `empirical_bayes`, S the
sum of squared rewards and n their number, up to a constant

    log p = - n log noise - S / (2 noise^2) + 1/2 sum over a of (b_a' P_a^-1 b_a / noise^4 + log |D^-1 P_a^-1|)
            + 1/2 (m'Q m - m_0' D_0^-1 m_0 + log |D_0^-1 Q^-1|)

The noise is held at its best value: many rewards determine it well. The other three have a grid with equal steps of
their logarithms. Beforehand a variance is scaled inverse chi-squared around the typical one, with as many degrees of
freedom as the policy counts pseudo-observations for it. A flat prior would let small scales win where data are few, and
intervals become too narrow.
"""

from __future__ import annotations

import itertools
import math
from typing import Final

import numpy as np

from riffler.bandits.empirical_bayes import BIAS_MEAN, BIAS_SPREAD, TYPICAL, Fit, Scales, Sums, fit, regressions

_FITS: Final = 5
"""Of three rounds each, until the noise settles."""
_UNKNOWN: Final = ("bias", "slope", "shared")
_BIASES: Final = tuple(np.geomspace(0.01, 0.32, 6).tolist())
_SLOPES: Final = tuple(np.geomspace(0.005, 0.32, 13).tolist())
_SHARED: Final = tuple(np.geomspace(0.005, 0.32, 5).tolist())
_TRUST: Final = Scales(noise=4.0, bias=2.0, slope=3.0, shared=6.0)
"""Degrees of freedom of what is known beforehand of each variance."""
_LEAST: Final = 1e-3
"""Less probable points, against the best, are left out."""


def evidence(sums: Sums, found: Fit) -> float:
    """Compute the logarithm of the density of rewards, coefficients integrated out, less (n / 2) log(2 pi).

    Args:
        sums: Over the rewards.
        found: The regressions of these sums.

    Returns:
        The logarithm.
    """
    scales, inverse, moment = found.scales, found.inverse[:-1], sums.moment
    prior = np.full(len(found.mean), scales.shared**-2)  # diagonal of D_0^-1
    prior[0] = BIAS_SPREAD**-2
    explained = np.einsum("ki,kij,kj->", moment, inverse, moment) / scales.noise**4
    determinants = (np.linalg.slogdet(inverse)[1] + np.log(found.own).sum()).sum()
    common = found.mean @ np.linalg.solve(found.spread, found.mean) - BIAS_MEAN**2 * prior[0]
    volume = np.log(prior).sum() + np.linalg.slogdet(found.spread)[1]
    rest = -sums.count * math.log(scales.noise) - sums.squares / (2 * scales.noise**2)
    return float(rest + (explained + determinants + common + volume) / 2)


def plausible(sums: Sums) -> list[tuple[float, Fit]]:
    """Compute the regressions for all scales that the rewards may come from. It takes a fifth of a second.

    Args:
        sums: Over the rewards.

    Returns:
        Probabilities, which sum to 1, each with its regressions.
    """
    found = fit(sums, TYPICAL)
    for _ in range(_FITS - 1):
        found = fit(sums, found.scales)
    grid = [
        regressions(sums, Scales(found.scales.noise, *point)) for point in itertools.product(_BIASES, _SLOPES, _SHARED)
    ]
    logs = np.array([evidence(sums, each) + _beforehand(each.scales) for each in grid])
    chances = np.exp(logs - logs.max())
    chances[chances < _LEAST] = 0.0
    chances /= chances.sum()
    return [(chance, each) for chance, each in zip(chances.tolist(), grid, strict=True) if chance]


def _beforehand(scales: Scales) -> float:
    """Give the logarithm of the prior of a point of the grid, up to a constant."""
    ratios = ((getattr(scales, name) / getattr(TYPICAL, name), getattr(_TRUST, name)) for name in _UNKNOWN)
    return -math.fsum(trust * (math.log(ratio) + ratio**-2 / 2) for ratio, trust in ratios)
