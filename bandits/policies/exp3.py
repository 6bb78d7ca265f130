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

from riffler.bandits.policies.losses import OfLosses


@dataclass(frozen=True, slots=True)
class Exp3(OfLosses):
    """Exponential weights, blind for the query. There is nothing to set."""

    @property
    def name(self) -> str:
        """The algorithm."""
        return "exp3"

    @property
    def version(self) -> str:
        """The algorithm's version."""
        return "1"

    def chances(self, losses: Sequence[float], turn: int) -> list[float]:
        """See `OfLosses`."""
        eta = math.sqrt(math.log(len(losses)) / (turn * len(losses)))
        weights = [math.exp(-eta * loss) for loss in losses]
        total = sum(weights)
        return [weight / total for weight in weights]
