"""A floor under each propensity, so that the log can tell what any other policy would have earned.

With p from another policy and K arms allowed,

    p'_a = (1 - K floor) p_a + floor

(the uniform mixing of Exp3: Auer, Cesa-Bianchi, Freund and Schapire 2002, https://doi.org/10.1137/S0097539701398375,
with gamma = K floor). An importance weight is then at most 1 / floor, and the price at most K floor of regret a round.
Where so many arms are allowed that K floor would be above 1, all are drawn evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.policies.base import Choice, Policy, Rewarded, State, check_finite, choice


@dataclass(frozen=True, slots=True)
class Floored(Generic[State]):
    """Another policy, whose propensities never fall below a floor.

    Attributes:
        policy: The other policy. It learns as ever.
        floor: Above 0, at most 1.
    """

    policy: Policy[State]
    floor: float = 0.01

    def __post_init__(self) -> None:
        check_finite("floor", self.floor, above=0, most=1)

    @property
    def name(self) -> str:
        """The other policy's name, and that it has a floor."""
        return f"floored {self.policy.name}"

    @property
    def version(self) -> str:
        """The floor, and the other policy's version."""
        return f"1;floor={self.floor!r};{self.policy.version}"

    def start(self, dimension: int) -> State:
        """Start the other policy."""
        return self.policy.start(dimension)

    def learn(self, state: State, row: Rewarded) -> State:
        """Let the other policy learn; see the port."""
        return self.policy.learn(state, row)

    def choose(self, state: State, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm; see the port.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn.
            rng: Source of the draws: the other policy's comes first, and counts for nothing.

        Returns:
            The draw, with the other policy's scores.
        """
        inner = self.policy.choose(state, x, allowed, rng)
        floor = min(self.floor, 1 / len(allowed))
        rest = max(1 - len(allowed) * floor, 0.0)
        drawn = choice(allowed, [rest * inner.propensities[arm] + floor for arm in allowed], rng)
        return Choice(drawn.arm, drawn.propensities, inner.scores)
