"""What a whole log says of all arms together: the posterior over the coefficients of every arm.

The model is that of `empirical_bayes`: w_a = m + u_a. Given m, arms have nothing to do with each other; m is what they
share, so what is unknown of it moves them all. With A_a = P_a^-1 D_a^-1 (names from `regressions`) and given scales

    w_a - E w_a = A_a (m - E m) + e_a          m ~ N(E m, Q^-1),  e_a ~ N(0, P_a^-1), all independent
    cov(w_a, w_b) = A_a Q^-1 A_b' + [a = b] P_a^-1

A difference between arms is therefore known better than the arms' own deviations suggest. The scales are unknown, too:
the posterior is a mixture over those that the log may come from (`scales`).

Shapes: d is the length of the context vector, K the number of arms that were ever allowed, in the order of the log.
Every reward counts in full: there is no forgetting, and no favour for an arm. The log may have been collected by a
bandit: the likelihood of rewards, given contexts and draws, is the same however the draws were made, so the posterior
needs no correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import Sums
from riffler.bandits.insight.entry import Entry
from riffler.bandits.insight.mixture import Mixture
from riffler.bandits.insight.regressions import Regressions
from riffler.bandits.insight.scales import plausible

_TINY: Final = 1e-24
"""The least variance of a contrast: that of an all but certain one may be rounded below 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """The posterior of all arms' coefficients. Make it with `Joint.of`.

    Attributes:
        arms: Names, K of them.
        parts: The regressions for some scales that are equally probable, stacked, in the order of arms.
    """

    arms: tuple[str, ...]
    parts: Regressions

    @classmethod
    def of(cls, entries: Sequence[Entry], dimension: int) -> Joint:
        """Learn a log. It takes about a second, and then time in proportion to the log's length.

        Args:
            entries: Decisions, with and without a reward.
            dimension: d.

        Returns:
            The posterior.
        """
        arms = tuple(dict.fromkeys(arm for entry in entries for arm in entry.checked(dimension).allowed))
        return cls(arms, Regressions.stacked(plausible(_sums(entries, arms, dimension))))

    def contrast(self, weights: Vector, x: Vector) -> Mixture:
        """Compute a weighted sum of all arms' scores for one context, with what the arms share taken into account.

        Args:
            weights: c, float64 (K,).
            x: Any direction, float64 (d,); a unit vector gives a coefficient.

        Returns:
            The law of sum over a of c_a x'w_a.
        """
        parts = self.parts
        reach = parts.inverse @ x  # P_a^-1 x, (N, K, d)
        shared = np.einsum("k,nki->ni", weights, parts.own * reach)
        common = np.einsum("ni,nij,nj->n", shared, parts.spread, shared)
        variances = common + (reach @ x) @ weights**2
        return Mixture((parts.coefficients @ x) @ weights, np.sqrt(np.maximum(variances, _TINY)))

    def draws(self, count: int, rng: np.random.Generator) -> Vector:
        """Draw all coefficients together, from one part after the other.

        Args:
            count: How often.
            rng: Source of the draws.

        Returns:
            Coefficients, float64 (count, K, d).
        """
        rounds = -(-count // len(self.parts.mean))
        return np.concatenate([self.parts.draw(rng)[1] for _ in range(rounds)])[:count]


def _sums(entries: Sequence[Entry], arms: Sequence[str], dimension: int) -> Sums:
    """Add up the rewards, an arm at a time."""
    table, squares, count = np.zeros((len(arms), dimension + 1, dimension)), 0.0, 0
    for number, arm in enumerate(arms):
        mine = [entry for entry in entries if entry.arm == arm and entry.reward is not None]
        xs = np.array([entry.x for entry in mine]).reshape(-1, dimension)
        rewards = np.array([entry.reward for entry in mine], dtype=np.float64)
        table[number, :-1], table[number, -1] = xs.T @ xs, rewards @ xs
        squares, count = squares + float(rewards @ rewards), count + len(mine)
    return Sums(tuple(table), table.shape[-1], squares, count)
