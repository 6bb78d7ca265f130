"""What policies for adversarial rewards have in common: they know estimated losses, and nothing of the query.

The loss of a reward r in [0, 1] is 1 - r. Only the drawn arm's is seen, so it is divided by the probability with which
the arm was drawn, and what is known of an arm is the sum

    losses_a = sum over its rewards of (1 - r) / propensity

whose mean is the sum over all rounds of what the arm would have lost. The propensity is the logged one, so this stays
right when rewards come late or other policies drew.

It is right only where the arm might have been drawn: an arm that wasn't allowed for long looks better than it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Choice, Rewarded, check_allowed, choice


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


class OfLosses(ABC):
    """A policy that draws by estimated losses alone, blind for the query."""

    __slots__ = ()

    def start(self, dimension: int) -> Losses:
        """Give the losses before the first reward."""
        return Losses.none(dimension)

    def learn(self, state: Losses, row: Rewarded) -> Losses:
        """Add the estimated loss; see the port."""
        return state.add(row)

    def choose(self, state: Losses, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm; see the port.

        Args:
            state: What is known.
            x: Context vector, which is only checked.
            allowed: The arms that may be drawn.
            rng: Source of the draw.

        Returns:
            The draw.
        """
        check_allowed(allowed)
        check_context(x, state.dimension)
        return choice(allowed, self.chances(state.above_least(allowed), state.rounds + 1), rng)

    @abstractmethod
    def chances(self, losses: Sequence[float], turn: int) -> list[float]:
        """Compute the propensities.

        Args:
            losses: Estimated losses of K arms, of which the smallest is 0.
            turn: t, from 1.

        Returns:
            The probability of each arm; they sum to 1.
        """
