"""A number that is known as a mixture of Gaussians: its mean, an interval around that, and the odds of its sign."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from riffler.bandits.checks import Vector

_HALVINGS: Final = 26
_HALF: Final = math.sqrt(0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Some Gaussians, N of them, equally probable.

    Attributes:
        means: float64 (N,).
        deviations: float64 (N,), above 0.
    """

    means: Vector
    deviations: Vector

    @property
    def mean(self) -> float:
        """Its mean."""
        return float(self.means.mean())

    @property
    def deviation(self) -> float:
        """Its standard deviation."""
        return math.sqrt(float((self.deviations**2).mean() + self.means.var()))

    @property
    def wrong_sign(self) -> float:
        """The probability that the number has the other sign than its mean; a mean of 0 counts as above 0.

        In a skewed mixture, whose mean a few large values make, it may be more than a half.
        """
        below = self._below(0.0)
        return below if self.mean >= 0 else 1 - below

    def margin(self, level: float) -> float:
        """Compute how far the interval of equal tails reaches from the mean, on the side where it reaches further.

        Args:
            level: The probability of that interval, in (0, 1); what lies within the margin on both sides has more.

        Returns:
            Half of an interval around the mean.
        """
        tail = (1 - level) / 2
        return max(self.mean - self._quantile(tail), self._quantile(1 - tail) - self.mean)

    def _quantile(self, chance: float) -> float:
        reach = self.deviation / math.sqrt(min(chance, 1 - chance))  # Chebyshev: that is far enough
        low, high = self.mean - reach, self.mean + reach
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._below(middle) < chance else (low, middle)
        return high

    def _below(self, point: float) -> float:
        away = ((point - self.means) / self.deviations * _HALF).tolist()
        return 0.5 + math.fsum(map(math.erf, away)) / (2 * len(away))
