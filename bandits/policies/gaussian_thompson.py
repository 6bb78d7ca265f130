"""Thompson sampling without a context: https://arxiv.org/abs/1209.3353 (Agrawal and Goyal 2013, Gaussian priors).

For an arm with n rewards that sum to S, prior N(prior_mean, v^2 / prior_precision), and rewards of deviation v,

    score ~ N((prior_precision prior_mean + S) / (prior_precision + n), v^2 / (prior_precision + n))

and the arm of the highest score is drawn. The paper has a prior mean of 0, precision 1 and v = 1. It never looks at the
context vector (which is checked all the same): this is what a contextual policy has to be better than.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Choice, Rewarded, check_allowed, check_finite, choice
from riffler.bandits.propensity import propensities

_NOTHING = (0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Count and sum of each arm's rewards.

    Attributes:
        dimension: d.
        arms: Count and sum by the arm's name.
    """

    dimension: int
    arms: Mapping[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class GaussianThompson:
    """Thompson sampling with a Gaussian prior, blind for the query.

    Attributes:
        prior_precision: Above 0; how many observations the prior is worth.
        prior_mean: What a cold arm is expected to give.
        noise_sd: v, above 0; the deviation of a reward around its mean.
    """

    prior_precision: float = 1.0
    prior_mean: float = 0.5
    noise_sd: float = 0.35

    def __post_init__(self) -> None:
        check_finite("prior_precision", self.prior_precision, above=0)
        check_finite("prior_mean", self.prior_mean)
        check_finite("noise_sd", self.noise_sd, above=0)

    @property
    def name(self) -> str:
        """The algorithm."""
        return "gaussian-thompson"

    @property
    def version(self) -> str:
        """The algorithm's version with its settings."""
        return f"1;precision={self.prior_precision!r};mean={self.prior_mean!r};noise={self.noise_sd!r}"

    def start(self, dimension: int) -> Sums:
        """Give the sums of nothing."""
        return Sums(dimension, MappingProxyType({}))

    def learn(self, state: Sums, row: Rewarded) -> Sums:
        """Add the reward to its arm's sum; see the port."""
        row.checked(state.dimension)
        count, total = state.arms.get(row.arm, _NOTHING)
        return Sums(state.dimension, MappingProxyType({**state.arms, row.arm: (count + 1, total + float(row.reward))}))

    def choose(self, state: Sums, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
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
        sums = [state.arms.get(arm, _NOTHING) for arm in allowed]
        start = self.prior_precision * self.prior_mean
        means = np.array([(start + total) / (self.prior_precision + count) for count, total in sums])
        sds = np.array([self.noise_sd / math.sqrt(self.prior_precision + count) for count, _ in sums])
        laws = means.tolist(), sds.tolist()
        return choice(allowed, propensities(*laws), rng, laws)
