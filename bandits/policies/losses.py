"""What policies for adversarial rewards know: estimated losses.

The loss of a reward r in [0, 1] is 1 - r. Only the drawn arm's is seen, so it is divided by the probability with which
the arm was drawn, and what is known of an arm is the sum

    losses_a = sum over its rewards of (1 - r) / propensity

whose mean is the sum over all rounds of what the arm would have lost. The propensity is the logged one, so this stays
right when rewards come late or other policies drew.

It is right only where the arm might have been drawn: an arm that wasn't allowed for long looks better than it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from riffler.bandits.policies.base import Rewarded


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """Estimated losses. Never changed.

    Attributes:
        dimension: d, to check context vectors by.
        rounds: How many rewards were learned.
        arms: Estimated sum of losses by the arm's name.
    """

    dimension: int
    rounds: int
    arms: Mapping[str, float]

    @classmethod
    def none(cls, dimension: int) -> Losses:
        """Give the losses before the first reward."""
        return cls(dimension, 0, MappingProxyType({}))

    def add(self, row: Rewarded) -> Losses:
        """Learn one reward.

        Args:
            row: The decision and its reward.

        Returns:
            The losses with it.
        """
        row.checked(self.dimension)
        loss = self.arms.get(row.arm, 0.0) + (1.0 - float(row.reward)) / row.propensity
        return Losses(self.dimension, self.rounds + 1, MappingProxyType({**self.arms, row.arm: loss}))

    def above_least(self, allowed: Sequence[str]) -> list[float]:
        """Give the arms' losses less the smallest of them: only differences count."""
        losses = [self.arms.get(arm, 0.0) for arm in allowed]
        least = min(losses)
        return [loss - least for loss in losses]
