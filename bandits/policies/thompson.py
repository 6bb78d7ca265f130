"""Linear Thompson sampling: https://arxiv.org/abs/1209.3352 (Agrawal and Goyal 2013, Algorithm 1).

Each arm has a regression of its own (disjoint arms). With prior N(prior_mean e_0, I / prior_precision) for an arm's
coefficients, where e_0 is the bias, and rewards of deviation v,

    A     = prior_precision I + X'X            the paper's B
    mu    = A^-1 (prior_precision prior_mean e_0 + X'r)
    score ~ N(mu' x, v^2 x' A^-1 x)

and the arm of the highest score is drawn. We draw the scores in place of the coefficients: for disjoint arms their law
is the same, and it gives exact propensities by one integral. We deviate from the paper in the prior's mean (0.5: the
middle of a reward's range, for all arms alike) and in v, which is a constant and not its bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.policies.base import Choice, Rewarded, check_allowed
from riffler.bandits.posterior import ArmStatistics, Posterior, Vector, check_context
from riffler.bandits.propensity import propensities


@dataclass(frozen=True, slots=True)
class LinearThompson:
    """Linear Thompson sampling with a Gaussian prior.

    Attributes:
        prior_precision: Above 0; how many observations the prior is worth.
        prior_mean: What a cold arm is expected to give.
        noise_sd: v, above 0; the deviation of a reward around its mean.
    """

    prior_precision: float = 1.0
    prior_mean: float = 0.5
    noise_sd: float = 0.35

    @property
    def name(self) -> str:
        """The algorithm."""
        return "linear-thompson"

    @property
    def version(self) -> str:
        """The algorithm's version with its settings."""
        return f"1;precision={self.prior_precision!r};mean={self.prior_mean!r};noise={self.noise_sd!r}"

    def start(self, dimension: int) -> Posterior:
        """Give the posterior without any arm."""
        return Posterior(dimension)

    def learn(self, state: Posterior, row: Rewarded) -> Posterior:
        """Add a reward to the sums; see the port."""
        return state.add(row.arm, row.x, row.reward)

    def choose(self, state: Posterior, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm; see the port.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn.
            rng: Source of the draw.

        Returns:
            The draw.
        """
        check_allowed(allowed)
        check_context(x, state.dimension)
        scores = [self.score(state.of(arm), x) for arm in allowed]
        means, sds = np.array([score[0] for score in scores]), np.array([score[1] for score in scores])
        drawn = int(np.argmax(rng.normal(means, sds)))
        chances = propensities(means, sds)
        return Choice(
            allowed[drawn],
            dict(zip(allowed, chances.tolist(), strict=True)),
            dict(zip(allowed, scores, strict=True)),
        )

    def score(self, arm: ArmStatistics, x: Vector) -> tuple[float, float]:
        """Compute the law of an arm's score.

        Args:
            arm: Its statistics.
            x: Context vector, float64 (d,), not all zero.

        Returns:
            Mean and standard deviation.
        """
        precision = arm.gram + self.prior_precision * np.eye(x.size)
        moment = arm.moment.copy()
        moment[0] += self.prior_precision * self.prior_mean
        solved = np.linalg.solve(precision, np.column_stack((moment, x)))
        return float(x @ solved[:, 0]), self.noise_sd * float(np.sqrt(x @ solved[:, 1]))
