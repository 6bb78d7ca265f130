"""How many rewards a value rests on, where some stand for many that weren't drawn.

A reward whose arm had the propensity p stands for 1 / p queries in an estimate by inverse propensities. Weights that
differ are worth fewer rewards than there are (Kish 1965, "Survey Sampling", section 11.7):

    effective = (sum of w)^2 / sum of w^2         w = 1 / p

It says nothing of the regressions, which need no weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from riffler.bandits.insight.entry import Entry, rewarded


@dataclass(frozen=True, slots=True)
class EffectiveSize:
    """What rewards are worth.

    Attributes:
        rewards: How many there are.
        effective: As many of equal weight are worth the same; 0 to `rewards`.
        largest_share: The share of all weight that the heaviest reward has; 0 without rewards.
    """

    rewards: int
    effective: float
    largest_share: float

    @classmethod
    def of(cls, propensities: Iterable[float]) -> EffectiveSize:
        """Compute it.

        Args:
            propensities: Of the arms drawn, one a reward, each in (0, 1].

        Returns:
            What these rewards are worth.
        """
        chances = np.fromiter(propensities, dtype=np.float64)
        if not chances.size:
            return cls(0, 0.0, 0.0)
        weights = chances.min() / chances  # in (0, 1], so that no square overflows
        total = weights.sum()
        return cls(chances.size, float(total**2 / (weights @ weights)), float(1 / total))


@dataclass(frozen=True, slots=True)
class EffectiveSizes:
    """The sizes of a log.

    Attributes:
        arms: Of what an arm would earn if it were always drawn, by arm: of each that was ever allowed.
        overall: Of what a draw among all arms evenly would earn.
        waiting: How many decisions have no reward.
    """

    arms: Mapping[str, EffectiveSize]
    overall: EffectiveSize
    waiting: int


def effective_sizes(entries: Iterable[Entry]) -> EffectiveSizes:
    """Tell how many rewards the log's values rest on.

    Args:
        entries: The log.

    Returns:
        The sizes.
    """
    log = list(entries)
    chances: dict[str, list[float]] = {arm: [] for entry in log for arm in entry.allowed}
    for _, _, row in rewarded(log):
        chances[row.arm].append(row.propensity)
    every = [chance for mine in chances.values() for chance in mine]
    sizes = {arm: EffectiveSize.of(mine) for arm, mine in chances.items()}
    return EffectiveSizes(MappingProxyType(sizes), EffectiveSize.of(every), len(log) - len(every))
