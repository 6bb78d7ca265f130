"""LinUCB with disjoint models: https://arxiv.org/abs/1003.0146 (Li, Chu, Langford and Schapire 2010, Algorithm 1).

Each arm has a regression of its own, A = prior_precision I + X'X and mu = A^-1 (prior_precision prior_mean e_0 + X'r),
where e_0 is the bias. The arm of the highest bound is drawn:

    bound = mu'x + alpha sqrt(x' A^-1 x)

It draws nothing at random but between equal bounds (as the paper says: ties broken arbitrarily), so an arm's propensity
is 1, 1 / n or 0: such a log is of no use for off-policy estimates, unless the policy has a floor (`floored.py`).
We deviate from the paper in the prior, which is N(0, I) there, and in forgetting (`gamma`; see `regression.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Choice, check_allowed, check_finite, choice
from riffler.bandits.policies.disjoint import Disjoint
from riffler.bandits.regression import Regressions

_TIE = 1e-12
"""Bounds that differ by less are equal: rounding may differ between arms of which the same is known."""


@dataclass(frozen=True, slots=True)
class LinUCB(Disjoint):
    """The highest upper confidence bound, with a linear model an arm.

    Attributes:
        alpha: At least 0; how many deviations the bound lies above the mean, in units of a reward's deviation.
    """

    alpha: float = 0.35

    def __post_init__(self) -> None:
        Disjoint.__post_init__(self)  # with slots, `super()` would look in the class as it was before
        check_finite("alpha", self.alpha, least=0)

    @property
    def name(self) -> str:
        """The algorithm."""
        return "lin-ucb"

    @property
    def version(self) -> str:
        """The algorithm's version with its settings."""
        return (
            f"1;alpha={self.alpha!r};precision={self.prior_precision!r};mean={self.prior_mean!r};gamma={self.gamma!r}"
        )

    def choose(self, state: Regressions, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw the arm of the highest bound; see the port.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn.
            rng: Source of the draw between equal bounds.

        Returns:
            The draw. Its scores are the means, with the widths of the bounds as deviations.
        """
        check_allowed(allowed)
        check_context(x, state.dimension)
        means, variances, _ = state.laws(allowed, x)
        widths = self.alpha * np.sqrt(variances)
        bounds = (means + widths).tolist()
        highest = max(bounds) - _TIE
        best = [bound >= highest for bound in bounds]
        share = 1 / sum(best)
        return choice(allowed, [share if one else 0.0 for one in best], rng, (means.tolist(), widths.tolist()))
