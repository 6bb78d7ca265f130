"""A policy that always draws one arm: a baseline, and the smallest example of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.policies.base import Choice
from riffler.bandits.posterior import Posterior, Vector
from riffler.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Fixed:
    """Draws its arm where it is allowed, else the first arm that is.

    Attributes:
        arm: The arm.
    """

    arm: str

    @property
    def name(self) -> str:
        """The algorithm with its arm."""
        return f"fixed:{self.arm}"

    @property
    def version(self) -> str:
        """The algorithm's version."""
        return "1"

    def choose(self, posterior: Posterior, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw the arm; see the port. Nothing is drawn at random.

        Args:
            posterior: Not looked at.
            x: Not looked at.
            allowed: The arms that may be drawn.
            rng: Not used.

        Returns:
            The draw, with propensity 1.

        Raises:
            InvalidInput: No arm is allowed.
        """
        if not allowed:
            raise InvalidInput("allowed arms: expected at least one, got none")
        arm = self.arm if self.arm in allowed else allowed[0]
        return Choice(arm, {name: float(name == arm) for name in allowed})
