"""Weights of the doubly robust estimate, cut where the noise that they add is worse than what is lost without them.

    cut weight = min(w, limit_t)

is the pessimistic shrinkage of Su, Dimakopoulou, Krishnamurthy and Dudik 2020, https://arxiv.org/abs/1907.09623. What
is lost can't be more than a known amount (see `doubly_robust`): with s_a = min(1, limit / w_a), the share of the target
that is left to the model is sum of target(a) (1 - s_a), and a reward lies in [0, 1]. So we deviate in the choice. They
minimise an estimate of the squared error; we minimise the half-length of an interval of two standard errors, where
rewards have the deviation sigma,

    2 sigma sqrt(M / T) + mean of sum of target(a) (1 - s_a) / 2        M = mean of sum of logged(a) (s_a w_a)^2

whose derivative by each s_a tells that a cut is the best shape, at

    limit = sqrt(T M) / (4 sigma)

where M of the rows before t, and one typical row, and sigma of the direct model stand in at row t. So a limit depends
on the past only, and the surprises stay a martingale.
"""

from __future__ import annotations

import math

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.off_policy.replay import Replay


def limits(replay: Replay) -> Vector:
    """Choose the largest weight of each row.

    Args:
        replay: The log beside the target.

    Returns:
        Limits, float64 (T,), each at least 1.
    """
    rows = len(replay.rewards)
    chosen = np.empty(rows)
    total = 1.0  # M T of the rows before, and of one as if the target had drawn
    for number in range(rows):
        limit = max(math.sqrt(rows * total / (number + 1)) / (4 * float(replay.noise[number])), 1.0)
        chosen[number] = limit
        logged = replay.logged[number]
        total += float(
            (np.minimum(replay.target[number], limit * logged) ** 2 / np.where(logged > 0, logged, 1.0)).sum()
        )
    return chosen


def kept(replay: Replay) -> Vector:
    """Compute what the cut leaves of the target.

    Args:
        replay: The log beside the target.

    Returns:
        The cut weight times the logged propensity of each arm, float64 (T, K): at most the target's.
    """
    left: Vector = np.minimum(replay.target, limits(replay)[:, None] * replay.logged)
    return left
