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

from riffler.bandits.checks import Vector
from riffler.bandits.policies.base import Choice, choice
from riffler.bandits.policies.thompson import LinearThompson
from riffler.bandits.propensity import outcomes
from riffler.bandits.regression import Regressions

_LEAST = 1e-300
"""Stands for an information of 0."""


@dataclass(frozen=True, slots=True)
class InformationDirected(LinearThompson):
    """Information-directed sampling with a linear Gaussian model an arm: that of Thompson sampling, drawn otherwise."""

    @property
    def name(self) -> str:
        """The algorithm."""
        return "information-directed"

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
        means, sds = self.scores(state, x, allowed)
        found = outcomes(means, sds)
        regrets = np.maximum(found.highest - means, 0.0)
        moved = np.square(found.given - means[:, None])
        first, second, share = mixture(regrets, moved @ found.chances)
        chances = [0.0] * len(allowed)
        chances[second] += 1.0 - share
        chances[first] += share
        return choice(allowed, chances, rng, (means.tolist(), sds.tolist()))


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
