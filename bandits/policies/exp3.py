"""Exp3: exponential weights for rewards that an adversary may choose.

Auer, Cesa-Bianchi, Freund and Schapire 2002, https://doi.org/10.1137/S0097539701398375, in the form of Bubeck and
Cesa-Bianchi 2012, https://arxiv.org/abs/1204.5721 (section 3.1): losses in place of gains, no uniform mixing, and a
rate that needs no horizon. In round t, with K arms and `losses` as in `losses.py`,

    eta = sqrt(ln K / (t K))        p_a proportional to exp(-eta losses_a)

We deviate: t is one more than the rewards learned, and K the number of arms allowed now. It never looks at the context
vector (which is checked all the same).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.policies.base import Choice, Rewarded, check_allowed, choice
from riffler.bandits.policies.losses import Losses
from riffler.bandits.posterior import Vector, check_context


@dataclass(frozen=True, slots=True)
class Exp3:
    """Exponential weights, blind for the query. There is nothing to set."""

    @property
    def name(self) -> str:
        """The algorithm."""
        return "exp3"

    @property
    def version(self) -> str:
        """The algorithm's version."""
        return "1"

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
        arms = len(allowed)
        eta = math.sqrt(math.log(arms) / ((state.rounds + 1) * arms))
        weights = [math.exp(-eta * loss) for loss in state.above_least(allowed)]
        total = sum(weights)
        return choice(allowed, [weight / total for weight in weights], rng)
