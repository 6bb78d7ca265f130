"""Are rewards what was expected of them? Each is predicted from those before it, by the default policy's regressions.

One pass over the log: the policy tells mean and deviation of the next reward, then learns it. Nothing is predicted from
what came later (the prequential way of Dawid 1984, "Statistical theory: the prequential approach",
https://doi.org/10.2307/2981683). As surprises have mean 0 given what came before, whoever drew the arms, sums of them
are judged by their own squares, and bins are fixed beforehand.

Two questions are answered. Do rewards that are predicted as 0.6 come out as 0.6 in the mean (bins, and the expected
calibration error over them)? And do as many rewards lie in the predicted intervals as should (`coverages`)? The latter
takes rewards for Gaussian. Those that are nearly always 0 or 1 are not, and then the intervals' shares lie off their
levels though the means are right, which are all that a draw goes by.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.insight.entry import Entry, Unavailable, rewarded
from riffler.bandits.policies.adaptive import AdaptiveThompson

_BINS: Final = 20
_LEVELS: Final = (0.5, 0.9, 0.95)
_OF_EITHER: Final = 5.0
"""A sum of rewards of 0 and 1 is about Gaussian once it has a variance of 5, the common rule."""
_LEAST_VARIANCE: Final = 0.02
"""Of a reward: that of one that is 1 in 98 %. A prediction may be 1, or lie beyond."""
_TWO_SIDED: Final = 1.96
_SIMULATED: Final = 4000
_DEFAULT: Final = AdaptiveThompson()


@dataclass(frozen=True, slots=True)
class Bin:
    """Rewards whose predictions were alike.

    Attributes:
        low: The least prediction that belongs here; the first bin has all that are lower, too.
        high: The next bin's.
        count: How many rewards.
        predicted: The mean of their predictions.
        came: The mean of the rewards.
        band: How far apart the two are by chance, at most, in 19 of 20 logs. Of few rewards it is rough.
    """

    low: float
    high: float
    count: int
    predicted: float
    came: float
    band: float

    @property
    def plausible(self) -> bool:
        """Whether chance explains the difference. Of twenty good bins one isn't, on average."""
        return abs(self.came - self.predicted) <= self.band

    @property
    def enough(self) -> bool:
        """Whether there are enough rewards for mean and band to say anything.

        Where rewards are 0 or 1 these are 20 at a prediction of .5, and 56 at .9, where fewer often are all 1 by
        chance, and then seem to lie off: 20 of them in 12 of 100 bins.
        """
        variance = max(self.predicted * (1 - self.predicted), _LEAST_VARIANCE)
        return self.count * variance >= _OF_EITHER


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rewards inside their predicted intervals.

    Attributes:
        share: The share of rewards inside.
        low: With right intervals the share lies between this
        high: and this in 19 of 20 logs.
        enough: Whether there are enough rewards for the share to say anything: as with `Bin`, 20 at half, 106 at 95 %.
    """

    share: float
    low: float
    high: float
    enough: bool

    @property
    def plausible(self) -> bool:
        """Whether chance explains the difference."""
        return self.low <= self.share <= self.high


@dataclass(frozen=True, slots=True)
class Calibration:
    """How predictions and rewards agree.

    Attributes:
        bins: Those that have rewards, in order.
        error: Expected calibration error: the mean over rewards of how far their bin's two means are apart.
        error_by_chance: Right predictions have a smaller error in 19 of 20 logs. Learned ones are never quite right, so
            of sound logs more exceed it: 5 of 16 simulated ones, and most long ones, where chance is small (.014
            against .004 after 100,000 rewards). How large the error is says more than whether it exceeds this.
        coverages: By the interval's level.
        count: How many rewards.
        kind: Says how the figures were come by.
    """

    bins: tuple[Bin, ...]
    error: float
    error_by_chance: float
    coverages: Mapping[float, Coverage]
    count: int
    kind: Literal["progressive"] = field(default="progressive", init=False)


def calibration(entries: Iterable[Entry], policy: AdaptiveThompson = _DEFAULT) -> Calibration | Unavailable:
    """Compare each reward with what was expected of it. 10,000 rewards take two seconds.

    Args:
        entries: The log.
        policy: Whose regressions predict.

    Returns:
        The comparison; unavailable where there is no reward.
    """
    rows = np.array(list(_predicted(entries, policy))).reshape(-1, 3)
    if not len(rows):
        return Unavailable("no decision has a reward yet")
    expected, deviations, rewards = rows.T
    surprises = rewards - expected
    places = np.clip((expected * _BINS).astype(int), 0, _BINS - 1)
    bins, spreads = [], []
    for place in np.unique(places).tolist():
        inside = places == place
        count = int(inside.sum())
        spreads.append(float(np.sqrt(np.sum(surprises[inside] ** 2))))
        bins.append(
            Bin(
                place / _BINS,
                (place + 1) / _BINS,
                count,
                float(expected[inside].mean()),
                float(rewards[inside].mean()),
                _TWO_SIDED * spreads[-1] / count,
            )
        )
    error = math.fsum(each.count * abs(each.came - each.predicted) for each in bins) / len(rows)
    coverages = {level: _coverage(surprises, deviations, level) for level in _LEVELS}
    by_chance = _error_by_chance(np.array(spreads) / len(rows))
    return Calibration(tuple(bins), error, by_chance, MappingProxyType(coverages), len(rows))


def _predicted(entries: Iterable[Entry], policy: AdaptiveThompson) -> Iterable[tuple[float, float, float]]:
    """Give expected reward, its deviation with the noise, and the reward, one by one."""
    state, rng = None, np.random.default_rng(0)  # of a single arm nothing is left to chance
    for _, _, row in rewarded(entries):
        state = state or policy.start(row.x.size)
        mean, deviation = policy.choose(state, row.x, (row.arm,), rng).scores[row.arm]
        yield mean, math.hypot(deviation, state.fit.scales.noise), row.reward
        state = policy.learn(state, row)


def _coverage(surprises: Vector, deviations: Vector, level: float) -> Coverage:
    reach = NormalDist().inv_cdf((1 + level) / 2)
    share = float(np.mean(np.abs(surprises) <= reach * deviations))
    band = _TWO_SIDED * math.sqrt(level * (1 - level) / len(surprises))
    enough = len(surprises) * level * (1 - level) >= _OF_EITHER
    return Coverage(share, max(0.0, level - band), min(1.0, level + band), enough)


def _error_by_chance(spreads: Vector) -> float:
    """Simulate the error of right predictions: that of each bin is Gaussian. The seed is fixed, so it's a function."""
    errors = np.abs(np.random.default_rng(0).standard_normal((_SIMULATED, len(spreads)))) @ spreads
    return float(np.quantile(errors, 0.95))
