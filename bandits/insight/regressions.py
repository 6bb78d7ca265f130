"""Regressions of all arms, where each coefficient of each arm has a scale of its own.

The model and its names are those of `empirical_bayes`, but that D_a belongs to an arm: u_a ~ N(0, D_a). With given
noise, D_a and shared scale,

    P_a = D_a^-1 + G_a / noise^2
    Q   = D_0^-1 + sum of D_a^-1 - D_a^-1 P_a^-1 D_a^-1
    m   = Q^-1 (D_0^-1 m_0 + sum of D_a^-1 P_a^-1 b_a / noise^2)
    w_a = P_a^-1 (b_a / noise^2 + D_a^-1 m)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import BIAS_MEAN, BIAS_SPREAD, Sums


@dataclass(frozen=True, slots=True, eq=False)
class Regressions:
    """What is known of all coefficients, with scales taken for true. Stacked, each array has one more axis in front.

    Attributes:
        mean: The mean of m, float64 (d,).
        spread: Q^-1, float64 (d, d).
        coefficients: The mean of w_a, float64 (K, d).
        inverse: P_a^-1, float64 (K, d, d).
        own: Diagonal of D_a^-1, float64 (K, d).
    """

    mean: Vector
    spread: Vector
    coefficients: Vector
    inverse: Vector
    own: Vector

    @classmethod
    def stacked(cls, parts: Sequence[Regressions]) -> Regressions:
        """Stack some, N of them.

        Args:
            parts: All of the same shape.

        Returns:
            Arrays of shape (N, ...).
        """
        names = ("mean", "spread", "coefficients", "inverse", "own")
        return cls(*(np.stack([getattr(part, name) for part in parts]) for name in names))

    def draw(self, rng: np.random.Generator) -> tuple[Vector, Vector]:
        """Draw all coefficients together; of stacked ones one draw of each.

        Args:
            rng: Source of the draw.

        Returns:
            m, float64 (d,), and the w_a, float64 (K, d).
        """
        shift = _rooted(self.spread, rng.standard_normal(self.mean.shape))
        apart = _rooted(self.inverse, rng.standard_normal(self.coefficients.shape))
        pulled = (self.inverse @ (self.own * shift[..., None, :])[..., None])[..., 0]
        return self.mean + shift, self.coefficients + pulled + apart


def regressions(sums: Sums, noise: float, squared: Vector, shared: float) -> Regressions:
    """Compute the regressions of all arms for given scales.

    Args:
        sums: Of K arms.
        noise: Deviation of a reward.
        squared: The squared scale of each coefficient, float64 (K, d).
        shared: Scale of the coefficients that all arms have in common.

    Returns:
        The regressions.
    """
    dimension = squared.shape[1]
    own, common, prior = 1 / squared, np.full(dimension, shared**-2), np.zeros(dimension)
    common[0], prior[0] = BIAS_SPREAD**-2, BIAS_MEAN
    each = np.eye(dimension)
    precision = sums.gram / noise**2
    inverse = np.linalg.inv(precision + own[..., None] * each).astype(np.float64, copy=False)
    alone = (inverse @ (sums.moment / noise**2)[..., None])[..., 0]
    # D^-1 - D^-1 P^-1 D^-1 = D^-1 P^-1 G / noise^2, which doesn't cancel where D is small
    reached = (own[..., None] * (inverse @ precision)).sum(axis=0)
    spread = np.linalg.inv(common[:, None] * each + (reached + reached.T) / 2)
    mean = spread @ (common * prior + (own * alone).sum(axis=0))
    return Regressions(mean, spread, alone + (inverse @ (own * mean)[..., None])[..., 0], inverse, own)


def _rooted(covariance: Vector, standard: Vector) -> Vector:
    """Give standard Gaussian draws a covariance. Rounding below 0 is cut off, which a Cholesky would stumble over."""
    values, vectors = np.linalg.eigh(covariance)
    drawn: Vector = (vectors @ (np.sqrt(np.maximum(values, 0.0)) * standard)[..., None])[..., 0]
    return drawn
