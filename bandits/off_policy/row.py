"""A decision of a log, with all that tells what another policy would have done in its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from riffler.bandits.policies.base import Rewarded
from riffler.bandits.posterior import Vector
from riffler.errors import InvalidInput

_SLACK = 1e-6
"""So much may propensities miss a sum of 1: those of a log in JSON were rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class LogRow:
    """A rewarded decision as it was logged.

    Attributes:
        arm: The arm drawn.
        x: Its context vector, float64 (d,).
        reward: In [0, 1].
        propensities: The probability of each arm that was allowed, in the order allowed, as it was when the arm was
            drawn. They sum to 1. That of the arm drawn is above 0.
    """

    arm: str
    x: Vector
    reward: float
    propensities: Mapping[str, float]

    @property
    def allowed(self) -> tuple[str, ...]:
        """The arms that could be drawn."""
        return tuple(self.propensities)

    @property
    def rewarded(self) -> Rewarded:
        """What a policy learns of it."""
        return Rewarded(self.arm, self.x, self.reward, self.propensities[self.arm])

    def checked(self, dimension: int) -> LogRow:
        """Refuse what nothing can be told from.

        Args:
            dimension: d.

        Returns:
            Itself.

        Raises:
            InvalidInput: The arm wasn't allowed or had no chance, the propensities are no probabilities, or the context
                vector doesn't fit.
            InvalidReward: The reward isn't a finite number in [0, 1].
        """
        chances = self.propensities.values()
        if not all(0.0 <= chance <= 1.0 for chance in chances) or not math.isclose(sum(chances), 1.0, abs_tol=_SLACK):
            raise InvalidInput(
                f"propensities: expected numbers from 0 to 1 that sum to 1, got {dict(self.propensities)}"
            )
        if not self.propensities.get(self.arm):
            raise InvalidInput(f"propensities: the arm drawn, {self.arm!r}, has none above 0")
        self.rewarded.checked(dimension)
        return self
