"""Exact propensities of Gaussian Thompson sampling: the probability that each arm has the highest score.

For independent scores s_a ~ N(mean_a, sd_a^2), with z_a = (s - mean_a) / sd_a,

    P(a) = integral of phi(z_a) / sd_a * product over b != a of Phi(z_b) ds

(Jeunen 2025, "Exact propensities for Thompson sampling", RecSys 2025, https://arxiv.org/abs/2504.08773). A fixed
Gauss-Hermite grid misses a narrow arm beside a wide one (an error of .05 at deviations of .01 and 1). So the range of
the highest score is cut into panels, each as wide as the narrowest arm that is there needs it, and each has a
Gauss-Legendre rule of its own. Two arms have a closed form, and three nearly: each is the best where two differences
of scores are above 0, whose correlation is known (`bivariate`).

The same integral tells what is expected of an arm given which arm is the best (integrating s_a below s by parts):

    E[s_a; best = b] = mean_a P(b) - sd_a * integral of phi(z_a) phi(z_b) / sd_b * product over c != a, b of Phi(z_c) ds
    E[s_a; best = a] = integral of s phi(z_a) / sd_a * product over b != a of Phi(z_b) ds

Shapes: K is the number of arms, N the number of points of the integral.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.bivariate import both_below
from riffler.bandits.normal import log_distribution
from riffler.errors import InvalidInput

_FAR = 6.5
"""In deviations. An arm is as good as below `mean + _FAR sd` and above `mean - _FAR sd`: it isn't with 4e-11."""

_HOPELESS = 6.0
"""In deviations of the difference of two arms. One so far below another has the highest score with at most 1e-9."""

_NODES = 16
"""Points of a panel, which is `_FAR` deviations wide."""

_NARROWEST = 1e-9
"""Deviations are raised to this share of the widest one's: no propensity moves by more than it."""

_LARGEST = 1e300

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What may be the best arm, and what is then expected of each.

    Attributes:
        chances: Probability that each arm has the highest score, float64 (K,).
        given: `given[a, b]` is the mean of arm a's score given that b has the highest, float64 (K, K). In the column of
            an arm without a chance stand the means themselves.
        highest: The mean of the highest score.
    """

    chances: _Array
    given: _Array
    highest: float


def propensities(means: Sequence[float], sds: Sequence[float]) -> list[float]:
    """Compute the probability that each arm has the highest score.

    Args:
        means: Means of the scores of K arms. (Of so few numbers lists are quicker than arrays.)
        sds: Their standard deviations, all above 0.

    Returns:
        K probabilities that sum to 1. Each errs by less than 1e-7 up to a ratio of 1e4 between deviations and 20 arms.
        An arm without a chance (under 1e-9) may have exactly 0.

    Raises:
        InvalidInput: There is no arm, the lengths differ, a value isn't finite or a deviation isn't above 0.
    """
    runners = _runners(means, sds)
    race = sorted((sds[place], means[place], place) for place in runners)  # from the narrowest arm to the widest
    chances = [0.0] * len(means)
    if len(race) > 3:
        for place, chance in zip(runners, _of_many(means, sds, runners), strict=True):
            chances[place] = chance
        return chances
    if len(race) == 3:
        (a, at_a, first), (b, at_b, second), (c, at_c, third) = race
        ab, ac, bc = math.hypot(a, b), math.hypot(a, c), math.hypot(b, c)
        # s_a - s_b and s_a - s_c have a^2 in common; of the narrower two arms that is at most sqrt(1/2) of ab ac.
        chances[first] = both_below((at_a - at_b) / ab, (at_a - at_c) / ac, a / ab * (a / ac))
        chances[second] = both_below((at_b - at_a) / ab, (at_b - at_c) / bc, b / ab * (b / bc))
        chances[third] = max(0.0, 1.0 - chances[first] - chances[second])
    elif len(race) == 2:
        (a, at_a, first), (b, at_b, second) = race
        chances[first] = 0.5 * math.erfc((at_b - at_a) / (math.sqrt(2.0) * math.hypot(a, b)))
        chances[second] = 1.0 - chances[first]
    else:
        chances[runners[0]] = 1.0
    return chances


def outcomes(means: _Array, sds: _Array) -> Outcomes:
    """Compute which arm may have the highest score, and what is then expected of each.

    Args:
        means: Means of the scores, float64 (K,).
        sds: Their standard deviations, float64 (K,), all above 0.

    Returns:
        Chances as `propensities` gives them, and conditional means; these err by less than 1e-6 deviations, divided
        by the chance of what they are given.

    Raises:
        InvalidInput: As `propensities`.
    """
    centres, widths = means.tolist(), sds.tolist()
    race = _race(centres, widths, _runners(centres, widths))
    integral = _integral(race)
    weighed = integral.rates * integral.mass / integral.sds[:, None]  # (K, N)
    mass = np.add.reduce(weighed, axis=1)
    highest = weighed @ integral.points
    # An arm's own Phi is to be left out of the product: the rates have it in their denominator.
    within = np.array(race.means)[:, None] - (integral.rates @ weighed.T) * integral.sds[:, None] / mass
    np.fill_diagonal(within, highest / mass)
    given = np.repeat(means[:, None], means.size, axis=1)
    given[np.ix_(race.runners, race.runners)] = race.origin + race.unit * within
    total = float(np.add.reduce(mass))
    chances = np.zeros(means.size)
    chances[race.runners] = mass / total
    return Outcomes(chances, given, race.origin + race.unit * float(highest.sum()) / total)


class _Race(NamedTuple):
    """The arms that have a chance, in units of the widest one's deviation, from the highest mean on.

    Attributes:
        runners: Their places.
        means: Their means.
        sds: Their deviations.
        origin: The highest mean.
        unit: The widest deviation.
    """

    runners: list[int]
    means: list[float]
    sds: list[float]
    origin: float
    unit: float


class _Integral(NamedTuple):
    """The integral over the highest score, as a sum.

    Attributes:
        points: Where it is summed, float64 (N,).
        mass: Product of all Phi there, times the point's weight, float64 (N,).
        rates: phi / Phi of each arm there, float64 (K, N): with `mass`, and divided by its deviation, the probability
            that it is the highest.
        sds: The arms' deviations, float64 (K,).
    """

    points: _Array
    mass: _Array
    rates: _Array
    sds: _Array


def _runners(means: Sequence[float], sds: Sequence[float]) -> list[int]:
    """Leave out the arms without a chance.

    Args:
        means: Means of the scores.
        sds: Their deviations.

    Returns:
        The places of the others, in rising order.

    Raises:
        InvalidInput: As `propensities`.
    """
    if len(means) == 0 or len(means) != len(sds):
        raise InvalidInput(f"propensities: expected as many means as deviations, got {len(means)} and {len(sds)}")
    if not (sum(map(abs, means)) + sum(map(abs, sds)) < _LARGEST and min(sds) > 0):  # NaN is not below it
        raise InvalidInput("propensities: expected finite means and deviations above 0")
    highest, rival, width = -math.inf, 0.0, 0.0
    for mean, sd in zip(means, sds, strict=True):
        if mean - _FAR * sd > highest:
            highest, rival, width = mean - _FAR * sd, mean, sd
    hypot = math.hypot
    return [place for place, sd in enumerate(sds) if rival - means[place] <= _HOPELESS * hypot(width, sd)]


def _of_many(means: Sequence[float], sds: Sequence[float], runners: list[int]) -> list[float]:
    """Integrate: the chances of the arms that have one."""
    integral = _integral(_race(means, sds, runners))
    mass = integral.rates @ integral.mass
    mass /= integral.sds
    mass /= np.add.reduce(mass)
    chances: list[float] = mass.tolist()
    return chances


def _race(means: Sequence[float], sds: Sequence[float], runners: list[int]) -> _Race:
    """Measure the arms that have a chance in units of the widest one."""
    origin, unit = max(means), max(sds[place] for place in runners)
    return _Race(
        runners,
        [(means[place] - origin) / unit for place in runners],
        [max(sds[place] / unit, _NARROWEST) for place in runners],
        origin,
        unit,
    )


def _integral(race: _Race) -> _Integral:
    """Sum over points that are as dense as the narrowest arm near them asks for.

    Args:
        race: The arms.

    Returns:
        The integral.
    """
    placed = np.array(_panels(race.means, race.sds)) @ _rule()
    points, weights = placed[:, :_NODES].ravel(), placed[:, _NODES:].ravel()
    laws = np.array((race.means, race.sds))
    z = points - laws[0][:, None]
    z /= laws[1][:, None]
    logarithms, rates = log_distribution(z)
    mass = np.exp(np.add.reduce(logarithms, axis=0))
    mass *= weights
    return _Integral(points, mass, rates, laws[1])


def _panels(means: list[float], sds: list[float]) -> list[tuple[float, float]]:
    """Cut the range of the highest score into panels, from below, each as wide as the narrowest arm there allows.

    The highest score lies above `mean - _FAR sd` of every arm. An arm is there up to `mean + _FAR sd`; beyond that
    its Phi is 1.

    Args:
        means: Means of the arms.
        sds: Their deviations.

    Returns:
        The edges of each panel.
    """
    widths = [_FAR * sd for sd in sds]
    starts = [mean - width for mean, width in zip(means, widths, strict=True)]
    panels, at = [], max(starts)
    for width, mean in sorted(zip(widths, means, strict=True)):
        end = mean + width
        while at < end:
            stop = min(at + width, end)
            panels.append((at, stop))
            at = stop
    return panels


@cache
def _rule() -> _Array:
    """Give the Gauss-Legendre rule as a matrix, (2, 2 nodes): a panel's edges times it are its points and weights."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return np.array((np.concatenate((1 - nodes, -weights)), np.concatenate((1 + nodes, weights)))) / 2
