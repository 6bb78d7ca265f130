"""Prior and noise of arms' regressions, learned from the rewards themselves: empirical Bayes with a hierarchy.

Shapes: d is the length of the context vector, with the bias first; K is the number of arms that were rewarded.

    r   = x'w_a + e         e ~ N(0, noise^2)
    w_a = m + u_a           u_a ~ N(0, D)        D   = diag(bias^2, slope^2, ..., slope^2)
    m   ~ N(m_0, D_0)       m_0 = (0.5, 0, ...)  D_0 = diag(0.25^2, shared^2, ..., shared^2)

where m is what all arms have in common, and u_a what an arm has of its own.

With an arm's sums G_a = X'X and b_a = X'r and everything else held,

    P_a = D^-1 + G_a / noise^2                                    precision of w_a, m known
    Q   = D_0^-1 + sum of D^-1 - D^-1 P_a^-1 D^-1                 precision of m
    m   = Q^-1 (D_0^-1 m_0 + sum of D^-1 P_a^-1 b_a / noise^2)
    w_a = P_a^-1 (b_a / noise^2 + D^-1 m)
    C_a = P_a^-1 + P_a^-1 D^-1 Q^-1 D^-1 P_a^-1                   covariance of w_a, m unknown

The four scales are fixed points of the evidence (MacKay 1992, "Bayesian interpolation", eq. 4.8 to 4.10,
https://doi.org/10.1162/neco.1992.4.3.415): each variance is the sum of squares of what it scales over the number of
coefficients that the data determine, gamma = 1 - P^-1 / D. We deviate in a few pseudo-observations of typical scales,
because there are no data at first and few afterwards, and in counting gamma of m known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from riffler.bandits.checks import Vector

BIAS_MEAN: Final = 0.5
"""What a query earns before anything is known: the middle of a reward's range."""
BIAS_SPREAD: Final = 0.25
"""How far off that may be: a quarter of the range."""
_ROUNDS = 3
"""Rounds of the fixed point at a time. The scales of the last time are where it begins, so it goes on converging."""
_LOWEST, _HIGHEST = 1e-3, 1.0
"""Where the scales of rewards in [0, 1] can lie."""


@dataclass(frozen=True, slots=True)
class Scales:
    """Standard deviations, in units of the reward.

    Attributes:
        noise: Of a reward around its mean.
        bias: Of an arm's own level.
        slope: Of an arm's own coefficients.
        shared: Of the coefficients that all arms have in common.
    """

    noise: float
    bias: float
    slope: float
    shared: float


TYPICAL: Final = Scales(noise=0.3, bias=0.06, slope=0.07, shared=0.02)
"""Of rewards of questions and answers, as far as is known (the facts of QueryBandits name a noise of 0.3 to 0.4)."""
_WORTH: Final = Scales(noise=4.0, bias=2.0, slope=3.0, shared=6.0)
"""How many observations each of the typical scales is worth."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over rewarded decisions, arm by arm.

    Attributes:
        tables: X'X, and X'r as the last row, of each of K arms; float64 (d + 1, d). One array an arm: a reward then
            needs a copy of its own arm's alone.
        dimension: d.
        squares: Sum of squared rewards of all arms.
        count: How many rewards; no whole number once some were forgotten.
    """

    tables: tuple[Vector, ...]
    dimension: int
    squares: float
    count: float

    @classmethod
    def empty(cls, arms: int, dimension: int) -> Sums:
        """Give the sums over nothing."""
        return cls((np.zeros((dimension + 1, dimension)),) * arms, dimension, 0.0, 0.0)

    @property
    def gram(self) -> Vector:
        """X'X of each arm, float64 (K, d, d)."""
        return self._table()[:, :-1]

    @property
    def moment(self) -> Vector:
        """X'r of each arm, float64 (K, d)."""
        return self._table()[:, -1]

    def with_arms(self, arms: int) -> Sums:
        """Give the same sums for at least so many arms: the new ones have nothing."""
        missing = arms - len(self.tables)
        return replace(self, tables=self.tables + Sums.empty(missing, self.dimension).tables) if missing > 0 else self

    def plus(self, arm: int, x: Vector, reward: float) -> Sums:
        """Add one reward.

        Args:
            arm: The number of its arm, below K.
            x: Context vector, float64 (d,).
            reward: Any number.

        Returns:
            New sums.
        """
        tables, row = list(self.tables), np.empty(x.size + 1)
        row[:-1], row[-1] = x, reward
        tables[arm] = tables[arm] + row[:, None] * x
        return Sums(tuple(tables), self.dimension, self.squares + reward * reward, self.count + 1)

    def faded(self, share: float, recent: Sums) -> Sums:
        """Keep what is recent, and a share of the rest.

        Args:
            share: Of what isn't recent, in [0, 1].
            recent: The sums over the newest rewards, which are among these.

        Returns:
            New sums.
        """
        wide = recent.with_arms(len(self.tables))
        return Sums(
            tuple(share * mine + (1 - share) * new for mine, new in zip(self.tables, wide.tables, strict=True)),
            self.dimension,
            share * self.squares + (1 - share) * recent.squares,
            share * self.count + (1 - share) * recent.count,
        )

    def _table(self) -> Vector:
        return np.array(self.tables).reshape(-1, self.dimension + 1, self.dimension)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The regressions with their scales, at one moment. An arm that was never rewarded is number K.

    Attributes:
        scales: The scales.
        mean: m, float64 (d,).
        solved: P_a^-1, and w_a as the last row; float64 (K + 1, d + 1, d).
        own: Diagonal of D^-1, float64 (d,).
        spread: Q^-1, float64 (d, d).
        common: D^-1 Q^-1 D^-1, float64 (d, d).
    """

    scales: Scales
    mean: Vector
    solved: Vector
    own: Vector
    spread: Vector
    common: Vector

    @property
    def inverse(self) -> Vector:
        """P_a^-1 of each arm, float64 (K + 1, d, d)."""
        return self.solved[:, :-1]

    @property
    def coefficients(self) -> Vector:
        """w_a of each arm, float64 (K + 1, d)."""
        return self.solved[:, -1]

    def covariance(self) -> Vector:
        """Compute C_a, float64 (K + 1, d, d)."""
        covariance: Vector = self.inverse + self.inverse @ self.common @ self.inverse
        return covariance

    def laws(self, x: Vector) -> tuple[Vector, Vector, Vector]:
        """Compute what is known of each arm's expected reward at x.

        Args:
            x: Context vector, float64 (d,).

        Returns:
            Means w_a'x, variances x'P_a^-1 x with m held, and all variances x'C_a x, float64 (K + 1,) each.
        """
        rows, size = self.solved.shape[1:]
        along = (self.solved.reshape(-1, size) @ x).reshape(-1, rows)  # P_a^-1 x, and w_a'x as the last entry
        reach = along[:, :-1]
        alone = reach @ x
        return along[:, -1], alone, alone + np.vecdot(reach @ self.common, reach)

    def plus(self, arm: int, x: Vector, reward: float) -> tuple[Fit, float, float]:
        """Learn one reward of an arm, with the scales and m as they are (Sherman and Morrison 1950).

        Args:
            arm: Its number.
            x: Context vector, float64 (d,).
            reward: Any number.

        Returns:
            The regressions after it, and what was expected of it before: its mean w_a'x, and that mean's variance
            x'C_a x.
        """
        along = self.solved[arm] @ x
        reach, expected = along[:-1], float(along[-1])  # P_a^-1 x
        alone = float(reach @ x)
        variance = alone + float(reach @ (self.common @ reach))
        along[-1] = expected - reward
        solved = self.solved.copy()
        own = solved[arm]
        own -= along[:, None] * (reach / (self.scales.noise**2 + alone))
        return Fit(self.scales, self.mean, solved, self.own, self.spread, self.common), expected, variance


def regressions(sums: Sums, scales: Scales) -> Fit:
    """Compute the regressions of all arms for given scales.

    Args:
        sums: Of K arms.
        scales: All above 0.

    Returns:
        The regressions, and that of an arm that was never rewarded.
    """
    dimension, gram = sums.dimension, sums.gram
    own = _precisions(scales.bias, scales.slope, dimension)
    common = _precisions(BIAS_SPREAD, scales.shared, dimension)
    prior = np.zeros(dimension)
    prior[0] = BIAS_MEAN
    variance = scales.noise**2
    seen, moment = np.linalg.inv(gram / variance + np.diag(own)), sums.moment / variance
    alone = (seen @ moment[..., None])[..., 0]
    precision = np.diag(common) + (np.diag(own) - own[:, None] * seen * own).sum(axis=0)
    spread = np.linalg.inv(precision)
    mean = spread @ (common * prior + (own * alone).sum(axis=0))
    solved = np.empty((len(seen) + 1, dimension + 1, dimension))
    solved[:-1, :-1], solved[:-1, -1] = seen, alone + seen @ (own * mean)
    solved[-1, :-1], solved[-1, -1] = np.diag(1 / own), mean
    return Fit(scales, mean, solved, own, spread, own[:, None] * spread * own)


def fit(sums: Sums, start: Scales) -> Fit:
    """Learn the scales, and compute the regressions with them.

    Args:
        sums: Of K arms.
        start: Scales to begin from, such as those of the last time.

    Returns:
        The regressions. Without any reward they have the scales to begin from.
    """
    for _ in range(_ROUNDS if sums.count else 0):
        start = _better(sums, regressions(sums, start))
    return regressions(sums, start)


def _better(sums: Sums, now: Fit) -> Scales:
    """Do one round of the fixed point."""
    seen, coefficients = now.inverse[:-1], now.coefficients[:-1]
    determined = 1 - np.einsum("kii->ki", seen) * now.own  # (K, d), each in [0, 1)
    apart = (coefficients - now.mean) ** 2
    explained = np.einsum("ki,ki->", coefficients, 2 * sums.moment - (sums.gram @ coefficients[..., None])[..., 0])
    common = 1 - np.diag(now.spread)[1:] / now.scales.shared**2
    return Scales(
        noise=_scale(sums.squares - explained, sums.count - determined.sum(), TYPICAL.noise, _WORTH.noise),
        bias=_scale(apart[:, 0].sum(), determined[:, 0].sum(), TYPICAL.bias, _WORTH.bias),
        slope=_scale(apart[:, 1:].sum(), determined[:, 1:].sum(), TYPICAL.slope, _WORTH.slope),
        shared=_scale((now.mean[1:] ** 2).sum(), common.sum(), TYPICAL.shared, _WORTH.shared),
    )


def _scale(squares: float, count: float, typical: float, worth: float) -> float:
    """Give a deviation of a sum of squares, with typical ones added."""
    variance = (max(float(squares), 0.0) + worth * typical**2) / (max(float(count), 0.0) + worth)
    return float(min(max(np.sqrt(variance), _LOWEST), _HIGHEST))


def _precisions(bias: float, slope: float, dimension: int) -> Vector:
    precisions = np.full(dimension, slope**-2)
    precisions[0] = bias**-2
    return precisions
