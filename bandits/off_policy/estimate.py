"""An estimate with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from riffler.bandits.checks import Vector


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean reward, or a difference of two, in units of the reward.

    Attributes:
        value: The estimate. By weights it may lie outside [0, 1], and then outside its interval.
        standard_error: Its standard deviation, as far as is known.
        low: Lower end of the interval.
        high: Upper end of the interval.
    """

    value: float
    standard_error: float
    low: float
    high: float


def gaussian(value: float, standard_error: float, level: float) -> Estimate:
    """Give an estimate the interval of a Gaussian variable, which is the plain one.

    Args:
        value: The estimate.
        standard_error: Its standard deviation.
        level: The share of intervals that should hold the truth, in (0, 1).

    Returns:
        The estimate.
    """
    reach = NormalDist().inv_cdf((1 + level) / 2) * standard_error
    return Estimate(value, standard_error, value - reach, value + reach)


def of_mean(scores: Vector, level: float) -> Estimate:
    """Estimate a mean by scores, with the plain interval of the central limit theorem.

    Args:
        scores: float64 (T,), at least two.
        level: In (0, 1).

    Returns:
        The estimate.
    """
    return gaussian(float(scores.mean()), math.sqrt(float(np.var(scores, ddof=1)) / len(scores)), level)
