"""Bayesian linear regressions, one an arm, kept solved while rewards come in.

With prior N(mean e_0, v^2 I / precision) for an arm's coefficients, where e_0 is the bias, and rewards of deviation v,

    A = precision I + X'X        mu = A^-1 (precision mean e_0 + X'r)        score at x ~ N(mu' x, v^2 x' A^-1 x)

A reward adds x x' to A, so by Sherman and Morrison (1950, https://doi.org/10.1214/aoms/1177729893), with w = A^-1 x,

    A^-1 -= w w' / (1 + x'w)      mu += w (r - mu'x) / (1 + x'w)

which takes O(d^2). The sums are kept too: the inverse is computed from them anew now and then, and where a step would
lose digits.

Forgetting: with gamma below 1 the sums fade, and the prior doesn't (stabilised forgetting: Kulhavy and Zarrop 1993,
https://doi.org/10.1080/00207179308923034). So in a direction that nothing is learned of any more, the variance goes
back to the prior's, and never above. (Fading A itself lets it grow as gamma^-n.) All arms' sums fade at every 32nd
reward of the log, by gamma^32: a reward counts 1 until the next such moment, then gamma^32, and so on.

Shapes: d is the length of context vectors, K the number of arms asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from riffler.bandits.checks import Vector
from riffler.errors import InvalidSetting

FADING_STEP = 32
"""Sums fade at every so many-th reward."""

_REFRESH = 128
"""An arm is solved from its sums at every so many-th reward of its own."""

_STEEP = 1e4
"""Where 1 + x'w is above this, a step would lose digits, so the arm is solved from its sums."""

_LEAST_VARIANCE = 1e-24
"""A variance that rounding took to 0 or below counts as this."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is thought of an arm's coefficients before its first reward, and how fast rewards are forgotten.

    Attributes:
        precision: Above 0; how many observations the prior is worth.
        mean: What a cold arm is expected to give.
        gamma: In (0, 1]; what a reward counts once another has come, as a share. 1 forgets nothing.
    """

    precision: float
    mean: float
    gamma: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.precision < np.inf:
            raise InvalidSetting(f"prior_precision: expected a finite number above 0, got {self.precision!r}")
        if not np.isfinite(self.mean):
            raise InvalidSetting(f"prior_mean: expected a finite number, got {self.mean!r}")
        if not 0 < self.gamma <= 1:
            raise InvalidSetting(f"gamma: expected a number above 0, of at most 1, got {self.gamma!r}")


@dataclass(frozen=True, slots=True, eq=False)
class ArmRegression:
    """An arm's regression. Never changed.

    Attributes:
        prior: Its prior.
        count: How many rewards it has learned.
        sums: X'X, and X'r as the last row; float64 (d + 1, d).
        solved: A^-1, and mu as the last row; float64 (d + 1, d).
    """

    prior: Prior
    count: int
    sums: Vector
    solved: Vector

    @classmethod
    def cold(cls, prior: Prior, dimension: int) -> ArmRegression:
        """Give the regression of an arm that was never rewarded."""
        return cls.from_sums(prior, 0, np.zeros((dimension + 1, dimension)))

    @classmethod
    def from_sums(cls, prior: Prior, count: int, sums: Vector) -> ArmRegression:
        """Solve the dense equations.

        Args:
            prior: The prior.
            count: How many rewards are in the sums.
            sums: X'X, and X'r as the last row; float64 (d + 1, d).

        Returns:
            The regression.
        """
        dimension = sums.shape[1]
        solved = np.empty_like(sums)
        inverse = np.linalg.inv(sums[:-1] + prior.precision * np.eye(dimension))
        solved[:-1] = (inverse + inverse.T) / 2
        moment = sums[-1].copy()
        moment[0] += prior.precision * prior.mean
        solved[-1] = solved[:-1] @ moment
        return cls(prior, count, sums, solved)

    @property
    def coefficients(self) -> Vector:
        """The mean mu of the coefficients, float64 (d,)."""
        coefficients: Vector = self.solved[-1]
        return coefficients

    @property
    def covariance(self) -> Vector:
        """A^-1, float64 (d, d): the covariance of the coefficients, in units of v^2."""
        return self.solved[:-1]

    def add(self, x: Vector, reward: float) -> ArmRegression:
        """Learn one reward.

        Args:
            x: Context vector, float64 (d,).
            reward: Any number.

        Returns:
            The regression with it.
        """
        row = np.empty(x.size + 1)
        row[:-1], row[-1] = x, reward
        sums = self.sums + row[:, None] * x
        step = self.solved @ x  # w, and mu'x as the last entry
        steepness = 1.0 + float(x @ step[:-1])
        count = self.count + 1
        if count % _REFRESH == 0 or not steepness < _STEEP:
            return self.from_sums(self.prior, count, sums)
        along = step[:-1] / steepness
        step[-1] -= reward
        return ArmRegression(self.prior, count, sums, self.solved - step[:, None] * along)

    def faded(self, share: float) -> ArmRegression:
        """Give the regression whose rewards count less, all by the same share; the prior counts as before."""
        return self.from_sums(self.prior, self.count, self.sums * share)


@dataclass(frozen=True, slots=True, eq=False)
class Regressions:
    """The regressions of all arms. Never changed.

    Attributes:
        cold: What an arm is that was never rewarded.
        learned: How many rewards were learned, of all arms.
        arms: Those of the arms that were rewarded.
    """

    cold: ArmRegression
    learned: int
    arms: Mapping[str, ArmRegression]

    @classmethod
    def start(cls, prior: Prior, dimension: int) -> Regressions:
        """Give the regressions of arms of which nothing is known."""
        return cls(ArmRegression.cold(prior, dimension), 0, MappingProxyType({}))

    @property
    def dimension(self) -> int:
        """The length d of context vectors."""
        return int(self.cold.sums.shape[1])

    @property
    def just_faded(self) -> bool:
        """Whether the last reward was one at which sums fade."""
        return self.cold.prior.gamma < 1 and self.learned % FADING_STEP == 0 and self.learned > 0

    def of(self, arm: str) -> ArmRegression:
        """Give an arm's regression."""
        return self.arms.get(arm, self.cold)

    def add(self, arm: str, x: Vector, reward: float) -> Regressions:
        """Learn one reward.

        Args:
            arm: The arm drawn.
            x: Its context vector, float64 (d,), checked.
            reward: Its reward, checked.

        Returns:
            New regressions, of which only this arm's is another one, unless sums fade now.
        """
        arms = {**self.arms, arm: self.of(arm).add(x, reward)}
        after = Regressions(self.cold, self.learned + 1, MappingProxyType(arms))
        if not after.just_faded:
            return after
        share = self.cold.prior.gamma**FADING_STEP
        faded = {name: one.faded(share) for name, one in arms.items()}
        return Regressions(self.cold, after.learned, MappingProxyType(faded))

    def laws(self, arms: Sequence[str], x: Vector) -> tuple[Vector, Vector, Vector]:
        """Compute the law of each arm's score at x.

        Args:
            arms: K arms.
            x: Context vector, float64 (d,), checked.

        Returns:
            Means mu'x, float64 (K,); variances x'A^-1 x in units of v^2, float64 (K,), above 0; and the vectors A^-1 x,
            float64 (K, d).
        """
        stacked = np.concatenate([self.of(arm).solved for arm in arms])
        along = (stacked @ x).reshape(len(arms), -1)
        vectors = along[:, :-1]
        return along[:, -1], np.maximum(vectors @ x, _LEAST_VARIANCE), vectors
