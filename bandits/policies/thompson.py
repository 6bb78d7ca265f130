"""Linear Thompson sampling: https://arxiv.org/abs/1209.3352 (Agrawal and Goyal 2013, Algorithm 1).

Each arm has a regression of its own (disjoint arms). With prior N(prior_mean e_0, v^2 I / prior_precision) for an arm's
coefficients, where e_0 is the bias, and rewards of deviation v,

    A     = prior_precision I + X'X            the paper's B
    mu    = A^-1 (prior_precision prior_mean e_0 + X'r)
    score ~ N(mu' x, v^2 x' A^-1 x)

and the arm of the highest score is drawn. We draw by the probability that each arm's score is the highest, in place of
coefficients: for disjoint arms their law is the same, and what is logged is then exactly what was drawn by. We deviate
from the paper in the prior's mean (0.5: the middle of a reward's range, for all arms alike), in v, which is a constant
and not its bound, and in forgetting (`gamma`; see `regression.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Choice, check_allowed, check_finite, choice
from riffler.bandits.policies.disjoint import Disjoint
from riffler.bandits.propensity import propensities
from riffler.bandits.regression import Regressions


@dataclass(frozen=True, slots=True)
class LinearThompson(Disjoint):
    """Linear Thompson sampling with a Gaussian prior.

    Attributes:
        noise_sd: v, above 0; the deviation of a reward around its mean.
    """

    noise_sd: float = 0.35

    def __post_init__(self) -> None:
        Disjoint.__post_init__(self)  # with slots, `super()` would look in the class as it was before
        check_finite("noise_sd", self.noise_sd, above=0)

    @property
    def name(self) -> str:
        """The algorithm."""
        return "linear-thompson"

    @property
    def version(self) -> str:
        """The algorithm's version with its settings."""
        settings = f"mean={self.prior_mean!r};noise={self.noise_sd!r};gamma={self.gamma!r}"
        return f"1;precision={self.prior_precision!r};{settings}"

    def choose(self, state: Regressions, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm; see the port.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn.
            rng: Source of the draw.

        Returns:
            The draw.
        """
        means, sds = self.scores(state, x, allowed)
        laws = means.tolist(), sds.tolist()
        return choice(allowed, propensities(*laws), rng, laws)

    def scores(self, state: Regressions, x: Vector, allowed: Sequence[str]) -> tuple[Vector, Vector]:
        """Compute the laws of the arms' scores.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: K arms, each once.

        Returns:
            Means and standard deviations, float64 (K,) each.
        """
        check_allowed(allowed)
        check_context(x, state.dimension)
        means, variances, _ = state.laws(allowed, x)
        return means, self.noise_sd * np.sqrt(variances)
