"""Thompson sampling with coefficients that arms share.

The model is that of https://arxiv.org/abs/1003.0146 (Li, Chu, Langford and Schapire 2010, section 3.2), with the
query's features as the shared ones. For rewards of deviation v,

    E[r] = (beta + theta_a)'x
    beta ~ N(prior_mean e_0, v^2 I / shared_precision)    theta_a ~ N(0, v^2 I / own_precision)
What one arm earns tells of the others too. Given beta each arm is a regression of its own,
with A = own_precision I + X'X and mu = A^-1 X'r, so with w = A^-1 x

    score of a at x ~ N(mu'x + own_precision w'b, v^2 (x'w + own_precision^2 w' B^-1 w))

where N(b, v^2 B^-1) is the law of beta. A reward changes A by x x', and so B by u u' with

    u = own_precision w / sqrt(1 + x'w), as if beta'u had been observed to be (r - mu'x) / sqrt(1 + x'w)

so that learning takes O(d^2), as it does without sharing; it is exact.

We deviate: Thompson sampling in place of the paper's confidence bound. **The scores of the arms are correlated (all
have beta in them), and they are drawn independently, each by its own law**: propensities are then exact, as one
integral. What the arms have in common is drawn for each anew, so it explores more than drawing coefficients would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Choice, Rewarded, check_allowed, check_finite, choice
from riffler.bandits.propensity import propensities
from riffler.bandits.regression import ArmRegression, Prior, Regressions


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What is known of the arms, and of what they share. Never changed.

    Attributes:
        own: Regressions of the arms, given that beta is 0.
        beta: The regression of beta, whose observations are those of the module's docstring.
    """

    own: Regressions
    beta: ArmRegression


@dataclass(frozen=True, slots=True)
class HybridThompson:
    """Linear Thompson sampling with shared and own coefficients.

    Attributes:
        shared_precision: Above 0; how many observations the prior of the shared coefficients is worth.
        own_precision: Above 0; how many that of an arm's difference from them is worth.
        prior_mean: What a cold arm is expected to give.
        noise_sd: v, above 0; the deviation of a reward around its mean.
        gamma: In (0, 1]; what a reward counts once another has come, as a share. 1 forgets nothing.
    """

    shared_precision: float = 1.0
    own_precision: float = 4.0
    prior_mean: float = 0.5
    noise_sd: float = 0.35
    gamma: float = 1.0

    def __post_init__(self) -> None:
        check_finite("shared_precision", self.shared_precision, above=0)
        check_finite("own_precision", self.own_precision, above=0)
        check_finite("prior_mean", self.prior_mean)
        check_finite("noise_sd", self.noise_sd, above=0)
        check_finite("gamma", self.gamma, above=0, most=1)

    @property
    def name(self) -> str:
        """The algorithm."""
        return "hybrid-thompson"

    @property
    def version(self) -> str:
        """The algorithm's version with its settings."""
        return (
            f"1;shared={self.shared_precision!r};own={self.own_precision!r};mean={self.prior_mean!r};"
            f"noise={self.noise_sd!r};gamma={self.gamma!r}"
        )

    def start(self, dimension: int) -> Shared:
        """Give the regressions without any reward."""
        return Shared(
            Regressions.start(Prior(self.own_precision, 0.0, self.gamma), dimension),
            ArmRegression.cold(Prior(self.shared_precision, self.prior_mean), dimension),
        )

    def learn(self, state: Shared, row: Rewarded) -> Shared:
        """Learn of the arm and of what all share; see the port."""
        row.checked(state.own.dimension)
        own = state.own.add(row.arm, row.x, row.reward)
        if own.just_faded:
            return Shared(own, self._beta(own))
        before = state.own.of(row.arm)
        along = before.covariance @ row.x
        root = math.sqrt(1.0 + float(row.x @ along))
        innovation = (row.reward - float(before.coefficients @ row.x)) / root
        return Shared(own, state.beta.add(along * (self.own_precision / root), innovation))

    def choose(self, state: Shared, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
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

    def scores(self, state: Shared, x: Vector, allowed: Sequence[str]) -> tuple[Vector, Vector]:
        """Compute the laws of the arms' scores, each by itself.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: K arms, each once.

        Returns:
            Means and standard deviations, float64 (K,) each.
        """
        check_allowed(allowed)
        check_context(x, state.own.dimension)
        means, variances, along = state.own.laws(allowed, x)
        along = self.own_precision * along
        shared = along @ state.beta.solved.T  # (K, d + 1): w'B^-1 and w'b, each times own_precision
        variances = variances + np.add.reduce(shared[:, :-1] * along, axis=1)
        return means + shared[:, -1], self.noise_sd * np.sqrt(variances)

    def _beta(self, own: Regressions) -> ArmRegression:
        """Compute the law of beta from the arms: B gains own_precision (I - own_precision A^-1) of each."""
        cold = own.cold.covariance
        sums = np.zeros_like(own.cold.sums)
        for arm in own.arms.values():
            sums[:-1] += self.own_precision**2 * (cold - arm.covariance)
            sums[-1] += self.own_precision * arm.coefficients
        return ArmRegression.from_sums(Prior(self.shared_precision, self.prior_mean), own.learned, sums)
