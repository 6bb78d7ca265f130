"""Prior and noise of arms' regressions, learned from the rewards themselves: empirical Bayes with a hierarchy.

Shapes: d is the length of the context vector, with the bias first; K is the number of arms that were rewarded.

    r   = x'w_a + e         e ~ N(0, noise^2)
    w_a = m + u_a           u_a ~ N(0, D)        D   = diag(bias^2, slope^2, ..., slope^2)
    m   ~ N(m_0, D_0)       m_0 = (0.5, 0, ...)  D_0 = diag(0.25^2, shared^2, ..., shared^2)

where m is what all arms have in common, and u_a what an arm has of its own.

With an arm's sums G_a = X'X and b_a = X'r (see `posterior`), and everything else held,

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

from dataclasses import dataclass
from typing import Final

import numpy as np

from riffler.bandits.posterior import Vector

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
        gram: X'X, float64 (K, d, d).
        moment: X'r, float64 (K, d).
        squares: Sum of squared rewards of all arms.
        count: How many rewards; no whole number once some were forgotten.
    """

    gram: Vector
    moment: Vector
    squares: float
    count: float

    @classmethod
    def empty(cls, arms: int, dimension: int) -> Sums:
        """Give the sums over nothing."""
        return cls(np.zeros((arms, dimension, dimension)), np.zeros((arms, dimension)), 0.0, 0.0)

    def with_arms(self, arms: int) -> Sums:
        """Give the same sums for at least so many arms: the new ones have nothing."""
        missing = arms - len(self.gram)
        if missing <= 0:
            return self
        more = Sums.empty(missing, self.gram.shape[-1])
        gram, moment = np.concatenate((self.gram, more.gram)), np.concatenate((self.moment, more.moment))
        return Sums(gram, moment, self.squares, self.count)

    def plus(self, arm: int, x: Vector, reward: float) -> Sums:
        """Add one reward.

        Args:
            arm: The number of its arm, below K.
            x: Context vector, float64 (d,).
            reward: Any number.

        Returns:
            New sums.
        """
        gram, moment = self.gram.copy(), self.moment.copy()
        gram[arm] += x[:, None] * x
        moment[arm] += reward * x
        return Sums(gram, moment, self.squares + reward * reward, self.count + 1)

    def faded(self, share: float, recent: Sums) -> Sums:
        """Keep what is recent, and a share of the rest.

        Args:
            share: Of what isn't recent, in [0, 1].
            recent: The sums over the newest rewards, which are among these.

        Returns:
            New sums.
        """
        arms = len(recent.gram)
        gram, moment = share * self.gram, share * self.moment
        gram[:arms] += (1 - share) * recent.gram
        moment[:arms] += (1 - share) * recent.moment
        return Sums(
            gram,
            moment,
            share * self.squares + (1 - share) * recent.squares,
            share * self.count + (1 - share) * recent.count,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The regressions with their scales, at one moment. An arm that was never rewarded is number K.

    Attributes:
        scales: The scales.
        mean: m, float64 (d,).
        inverse: P_a^-1, float64 (K + 1, d, d).
        coefficients: w_a, float64 (K + 1, d).
        own: Diagonal of D^-1, float64 (d,).
        spread: Q^-1, float64 (d, d).
    """

    scales: Scales
    mean: Vector
    inverse: Vector
    coefficients: Vector
    own: Vector
    spread: Vector

    def covariance(self) -> Vector:
        """Compute C_a, float64 (K + 1, d, d)."""
        return self.inverse + self.common(self.inverse)

    def common(self, inverse: Vector) -> Vector:
        """Compute what the uncertainty of m adds to the covariance of arms.

        Args:
            inverse: P_a^-1 of some arms, float64 (..., d, d).

        Returns:
            P_a^-1 D^-1 Q^-1 D^-1 P_a^-1 of each.
        """
        scaled = inverse * self.own  # P^-1 D^-1
        added: Vector = scaled @ self.spread @ np.swapaxes(scaled, -1, -2)
        return added


def regressions(sums: Sums, scales: Scales) -> Fit:
    """Compute the regressions of all arms for given scales.

    Args:
        sums: Of K arms.
        scales: All above 0.

    Returns:
        The regressions, and that of an arm that was never rewarded.
    """
    dimension = sums.gram.shape[-1]
    own = _precisions(scales.bias, scales.slope, dimension)
    common = _precisions(BIAS_SPREAD, scales.shared, dimension)
    prior = np.zeros(dimension)
    prior[0] = BIAS_MEAN
    variance = scales.noise**2
    inverse = np.empty((len(sums.gram) + 1, dimension, dimension))
    inverse[:-1] = np.linalg.inv(sums.gram / variance + np.diag(own))
    inverse[-1] = np.diag(1 / own)
    seen, moment = inverse[:-1], sums.moment / variance
    alone = (seen @ moment[..., None])[..., 0]
    precision = np.diag(common) + (np.diag(own) - own[:, None] * seen * own).sum(axis=0)
    spread = np.linalg.inv(precision)
    mean = spread @ (common * prior + (own * alone).sum(axis=0))
    coefficients = np.empty((len(inverse), dimension))
    coefficients[:-1] = alone + seen @ (own * mean)
    coefficients[-1] = mean
    return Fit(scales, mean, inverse, coefficients, own, spread)


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
