"""Variance-based information-directed sampling: https://arxiv.org/abs/1403.5556 (Russo and Van Roy 2014, 2018).

With independent Gaussian scores s_a (a linear regression an arm, as in `thompson.py`), let A be the arm of the highest
score, and

    regret_a      = E[highest score] - E[s_a]
    information_a = Var(E[s_a | A]) = sum over b of P(A = b) (E[s_a | A = b] - E[s_a])^2

The draw is by the probabilities p that minimise

    (sum over a of p_a regret_a)^2 / sum over a of p_a information_a

Some p with at most two arms is a minimum, so all pairs are tried. With the share q for arm i and the rest for arm j,
the ratio is convex in q, and flat where

    q = regret_j / (regret_i - regret_j) - 2 information_j / (information_i - information_j)

We deviate: P and the conditional means are integrals (`propensity.py`), where the paper samples; and each query's ratio
is minimised by itself, which knows nothing of the queries to come. Of equal minima the first counts, so arms of which
the same is known aren't drawn evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.policies.base import Choice, Rewarded, choice
from riffler.bandits.policies.thompson import LinearThompson
from riffler.bandits.posterior import Vector
from riffler.bandits.propensity import outcomes
from riffler.bandits.regression import Regressions

_LEAST = 1e-300
"""Stands for an information of 0."""


@dataclass(frozen=True, slots=True)
class InformationDirected:
    """Information-directed sampling with a linear Gaussian model an arm.

    Attributes:
        prior_precision: Above 0; how many observations the prior is worth.
        prior_mean: What a cold arm is expected to give.
        noise_sd: Above 0; the deviation of a reward around its mean.
        gamma: In (0, 1]; what a reward counts once another has come, as a share. 1 forgets nothing.
    """

    prior_precision: float = 1.0
    prior_mean: float = 0.5
    noise_sd: float = 0.35
    gamma: float = 1.0

    def __post_init__(self) -> None:
        self._model()

    @property
    def name(self) -> str:
        """The algorithm."""
        return "information-directed"

    @property
    def version(self) -> str:
        """The algorithm's version with its settings."""
        return self._model().version

    def start(self, dimension: int) -> Regressions:
        """Give the regressions without any reward."""
        return self._model().start(dimension)

    def learn(self, state: Regressions, row: Rewarded) -> Regressions:
        """Add the reward to its arm's regression; see the port."""
        row.checked(state.dimension)
        return state.add(row.arm, row.x, row.reward)

    def choose(self, state: Regressions, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm, of at most two; see the port.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn.
            rng: Source of the draw.

        Returns:
            The draw.
        """
        means, sds = self._model().scores(state, x, allowed)
        found = outcomes(means, sds)
        regrets = np.maximum(found.highest - means, 0.0)
        moved = np.square(found.given - means[:, None])
        first, second, share = mixture(regrets, moved @ found.chances)
        chances = [0.0] * len(allowed)
        chances[second] += 1.0 - share
        chances[first] += share
        return choice(allowed, chances, rng, (means, sds))

    def _model(self) -> LinearThompson:
        return LinearThompson(self.prior_precision, self.prior_mean, self.noise_sd, self.gamma)


def mixture(regrets: Vector, informations: Vector) -> tuple[int, int, float]:
    """Find the two arms, and their shares, that minimise the squared regret for the information.

    Args:
        regrets: Expected regret of each arm, float64 (K,), at least 0.
        informations: What each arm tells, float64 (K,), at least 0.

    Returns:
        Two places, the same one where one arm is best, and the share of the first.
    """
    told = np.maximum(informations, _LEAST)
    more_regret, more_told = regrets[:, None] - regrets, told[:, None] - told
    mixable = (more_regret != 0) & (more_told != 0)  # else one of the two alone is as good
    shares = np.zeros_like(more_regret)
    np.divide(regrets[None, :], more_regret, out=shares, where=mixable)
    shares -= 2 * np.divide(told[None, :], more_told, out=np.zeros_like(shares), where=mixable)
    np.clip(shares, 0.0, 1.0, out=shares)
    rest = 1.0 - shares
    with np.errstate(over="ignore"):
        ratios = np.square(shares * regrets[:, None] + rest * regrets) / (shares * told[:, None] + rest * told)
    first, second = divmod(int(np.argmin(ratios)), regrets.size)
    return first, second, float(shares[first, second])
