"""Self-normalised inverse propensity scoring: Swaminathan and Joachims 2015, NeurIPS 28.

    value = sum of w_t r_t / sum of w_t        variance = sum of w_t^2 (r_t - value)^2 / (sum of w_t)^2

A ratio of two means, so it lies in the range of the rewards; it has a bias of the order 1 / T. The variance is that of
a ratio by the delta method, the interval plain, as that of `ips`.
"""

from __future__ import annotations

import numpy as np

from riffler.bandits.off_policy.estimate import Estimate, gaussian
from riffler.bandits.off_policy.replay import Replay


def snips(replay: Replay, level: float) -> Estimate | None:
    """Estimate the target's value by the weighted mean of rewards.

    Args:
        replay: The log beside the target.
        level: Of the interval, in (0, 1).

    Returns:
        The estimate; None where the target never could have drawn what the log drew: nothing is known then.
    """
    weights = replay.weights
    total = float(weights.sum())
    if not total:
        return None
    shares = weights / total
    value = float(shares @ replay.rewards)
    return gaussian(value, float(np.linalg.norm(shares * (replay.rewards - value))), level)
