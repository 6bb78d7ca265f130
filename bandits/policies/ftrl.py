"""Tsallis-INF: follow the regularised leader, for stochastic and adversarial rewards alike.

Zimmert and Seldin 2021, https://arxiv.org/abs/1807.07623 (their algorithm with alpha = 1/2 and importance-weighted
losses). In round t, with `losses` as in `losses.py`,

    eta = 2 / sqrt(t)        p_a = 4 / (eta (losses_a - z))^2, with z below all losses such that the p_a sum to 1

z comes by Newton's method: the sum of the p_a is convex in z and rises with it, so from a z where it is at least 1
each step comes nearer, and none passes the root:

    z -= (sum of p_a - 1) / (eta sum of p_a^(3/2))

We deviate: t is one more than the rewards learned, and the start is the z at which the arm of the smallest loss alone
has probability 1. It never looks at the context vector (which is checked all the same).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from riffler.bandits.policies.losses import OfLosses

_ROUNDING = 1e-14


@dataclass(frozen=True, slots=True)
class TsallisInf(OfLosses):
    """Follow the regularised leader with Tsallis entropy, blind for the query. There is nothing to set."""

    @property
    def name(self) -> str:
        """The algorithm."""
        return "tsallis-inf"

    @property
    def version(self) -> str:
        """The algorithm's version."""
        return "1"

    def chances(self, losses: Sequence[float], turn: int) -> list[float]:
        """See `OfLosses`."""
        return leaders(losses, 2 / math.sqrt(turn))


def leaders(losses: Sequence[float], eta: float) -> list[float]:
    """Compute the probabilities.

    Args:
        losses: Estimated losses, of which the smallest is 0.
        eta: The learning rate, above 0.

    Returns:
        The probability of each arm; they sum to 1.
    """
    z = -2 / eta
    while True:
        roots = [2 / (eta * (loss - z)) for loss in losses]  # of the probabilities
        chances = [root * root for root in roots]
        excess = sum(chances) - 1
        after = z - excess / (eta * sum(chance * root for chance, root in zip(chances, roots, strict=True)))
        if excess <= _ROUNDING * len(losses) or after >= z:
            return [chance / (1 + excess) for chance in chances]
        z = after
