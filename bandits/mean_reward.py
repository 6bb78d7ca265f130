"""A mean of rewards with its interval: what an arm, or a policy, has earned so far.

The interval is the score interval of Wilson 1927 (https://doi.org/10.1080/01621459.1927.10502953), for the mean m of n:

    (m + z^2 / 2n +- z sqrt(m (1 - m) / n + z^2 / 4n^2)) / (1 + z^2 / n)        z = 1.96

It is for rewards that are 0 or 1. No others in [0, 1] of the same mean vary more, so for them it is too wide rather
than too narrow; and unlike mean +- z sd / sqrt(n) it isn't empty after three equal rewards. Of an arm it speaks of the
queries for which the arm was drawn, which the policy chose.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_REACH: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class MeanReward:
    """A mean with its 95 % interval.

    Attributes:
        mean: The mean, in [0, 1].
        low: Lower end, in [0, mean].
        high: Upper end, in [mean, 1].
        count: Of how many rewards.
    """

    mean: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, rewards: Iterable[float]) -> MeanReward | None:
        """Compute it.

        Args:
            rewards: Each in [0, 1].

        Returns:
            The mean; None of no rewards.
        """
        kept = list(rewards)
        if not kept:
            return None
        count, mean = len(kept), min(math.fsum(kept) / len(kept), 1.0)
        weight = _REACH**2 / count
        spread = _REACH * math.sqrt(mean * (1 - mean) / count + weight / (4 * count))
        low, high = ((mean + weight / 2 + side) / (1 + weight) for side in (-spread, spread))
        return cls(mean, min(max(low, 0.0), mean), max(min(high, 1.0), mean), count)
