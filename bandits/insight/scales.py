"""How large is each coefficient? Each may have a scale of its own, and most may be next to nothing.

The policy takes one scale for all coefficients of all arms, which is quick and good enough to draw by. It hides what is
rare: one effect among a hundred that are 0 is drawn to 0 with them. Here an arm's own coefficient u_a[j] (the names are
those of `empirical_bayes`) is a draw from a mixture of Gaussians around 0,

    u_a[j] ~ sum over k of p_k N(0, s_k^2)       p ~ Dirichlet(c)

with s_0 next to nothing and s_k spaced evenly in their logarithm (the mixture of Stephens 2017, "False discovery rates:
a new deal", https://doi.org/10.1093/biostatistics/kxw041). The shares p are learned, those of arms' levels apart from
those of their slopes; where nothing is to be found nearly all is next to nothing, where all matters nothing is. The
noise and the scale of what arms share are scaled inverse chi-squared around the typical ones beforehand.

Posteriors are drawn by Gibbs sampling: the coefficient's component first with the coefficient integrated out, then the
coefficient (George and McCulloch 1993, "Variable selection via Gibbs sampling",
https://doi.org/10.1080/01621459.1993.10476353). We deviate from both in drawing all coefficients together once a round.
The seed is fixed, so it is a function of the rewards.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import TYPICAL, Scales, Sums
from riffler.bandits.insight.regressions import Regressions, regressions

_COMPONENTS: Final = np.array([0.001, 0.02, 0.04, 0.08, 0.16, 0.32])
_COUNTED: Final = np.array([[1.0, 0.5, 0.5, 0.5, 0.5, 0.5], [4.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
"""Coefficients of each component that are taken as seen beforehand: of levels, and of slopes."""
_TRUST: Final = Scales(noise=4.0, bias=0.0, slope=0.0, shared=6.0)
"""Degrees of freedom of what is known beforehand of noise and shared scale."""
_UNUSED, _USED = 100, 200
"""Rounds."""


def plausible(sums: Sums) -> list[Regressions]:
    """Compute the regressions for scales that the rewards may come from. It takes about a second.

    Args:
        sums: Over the rewards.

    Returns:
        Regressions that are equally probable.
    """
    rng = np.random.default_rng(0)
    squared = np.full(sums.moment.shape, TYPICAL.slope**2)
    noise, shared = TYPICAL.noise, TYPICAL.shared
    logs = np.log(_COUNTED / _COUNTED.sum(axis=1, keepdims=True))
    kept = []
    for number in range(_UNUSED + _USED):
        found = regressions(sums, noise, squared, shared)
        if number >= _UNUSED:
            kept.append(found)
        common, coefficients = found.draw(rng)
        apart = coefficients - common
        gradient = (sums.moment - (sums.gram @ coefficients[..., None])[..., 0]) / noise**2
        places = _round(sums.gram / noise**2, gradient, apart, logs, rng)
        squared = _COMPONENTS[places] ** 2
        logs = np.array(
            [_shares(each, counted, rng) for each, counted in zip((places[:, 0], places[:, 1:]), _COUNTED, strict=True)]
        )
        noise = _scale(_unexplained(sums, common + apart), sums.count, TYPICAL.noise, _TRUST.noise, rng)
        shared = _scale(float(common[1:] @ common[1:]), common.size - 1, TYPICAL.shared, _TRUST.shared, rng)
    return kept


def _round(
    information: Vector, rest: Vector, apart: Vector, logs: Vector, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw component and value of each coefficient in turn, all others held; those of different arms don't interact.

    Args:
        information: That of the rewards about each arm's coefficients, float64 (K, d, d).
        rest: The gradient of the rewards' log density, float64 (K, d); changed with the coefficients.
        apart: Each arm's own part of its coefficients, float64 (K, d); changed to what is drawn.
        logs: Logarithms of the shares of components, of levels and of slopes.
        rng: Source of the draws.

    Returns:
        Numbers of components, int64 (K, d).
    """
    arms, dimension = apart.shape
    variances = _COMPONENTS**2
    luck = rng.gumbel(size=(dimension, arms, variances.size))
    places = np.empty(apart.shape, dtype=np.int64)
    for at, steps in enumerate(rng.standard_normal((dimension, arms))):
        known = information[:, at, at]
        pull = rest[:, at] + known * apart[:, at]
        spread = variances / (1 + np.outer(known, variances))  # of the coefficient, by component
        odds = logs[min(at, 1)] + (np.log(spread / variances) + pull[:, None] ** 2 * spread) / 2
        places[:, at] = (odds + luck[at]).argmax(axis=1)
        chosen = spread[np.arange(arms), places[:, at]]
        drawn = pull * chosen + np.sqrt(chosen) * steps
        rest -= information[:, :, at] * (drawn - apart[:, at])[:, None]
        apart[:, at] = drawn
    return places


def _shares(places: NDArray[np.int64], counted: Vector, rng: np.random.Generator) -> Vector:
    """Draw the logarithms of the shares of components, given which each coefficient has."""
    shares = rng.dirichlet(counted + np.bincount(places.ravel(), minlength=counted.size))
    logs: Vector = np.log(np.maximum(shares, np.finfo(float).tiny))
    return logs


def _unexplained(sums: Sums, coefficients: Vector) -> float:
    """Add up the squares of what coefficients leave of the rewards."""
    gone = 2 * sums.moment - (sums.gram @ coefficients[..., None])[..., 0]
    return max(sums.squares - float((coefficients * gone).sum()), 0.0)


def _scale(squares: float, count: float, typical: float, trust: float, rng: np.random.Generator) -> float:
    """Draw a deviation, given the squares of what has it."""
    return float(np.sqrt((squares + trust * typical**2) / rng.chisquare(count + trust)))
