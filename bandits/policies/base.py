"""What a policy is: from what is known and a query to an arm, with exact propensities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from riffler.bandits.posterior import Posterior, Vector


@dataclass(frozen=True, slots=True)
class Choice:
    """A draw.

    Attributes:
        arm: The arm drawn.
        propensities: Probability of each allowed arm, in the order allowed; they sum to 1.
        scores: Mean and standard deviation of each allowed arm's score, where the policy has them.
    """

    arm: str
    propensities: Mapping[str, float]
    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)


class Policy(Protocol):
    """Chooses an arm. Pure: what it knows is in the posterior, what it draws comes from `rng`."""

    @property
    def name(self) -> str:
        """The algorithm."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same posterior would give other propensities."""
        ...

    def choose(self, posterior: Posterior, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm.

        Args:
            posterior: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn, at least one.
            rng: Source of the draw.

        Returns:
            The draw.

        Raises:
            InvalidInput: No arm is allowed, or the context vector has another length.
        """
        ...
