"""A policy that always draws one arm: a baseline, and the smallest example of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Choice, Rewarded, check_allowed


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

    def start(self, dimension: int) -> int:
        """Give d: there is nothing to know, and rewards are checked all the same."""
        return dimension

    def learn(self, state: int, row: Rewarded) -> int:
        """Learn nothing; see the port."""
        row.checked(state)
        return state

    def choose(self, state: int, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw the arm; see the port. Nothing is drawn at random.

        Args:
            state: d.
            x: Context vector, which is only checked.
            allowed: The arms that may be drawn.
            rng: Not used.

        Returns:
            The draw, with propensity 1.
        """
        check_allowed(allowed)
        check_context(x, state)
        arm = self.arm if self.arm in allowed else allowed[0]
        return Choice(arm, {name: float(name == arm) for name in allowed})
