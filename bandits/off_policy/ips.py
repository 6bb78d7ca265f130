"""Inverse propensity scoring: Horvitz and Thompson 1952, https://doi.org/10.1080/01621459.1952.10483446.

    value = mean of w_t r_t        w_t = target_t(arm drawn) / logged_t(arm drawn)

Unbiased where the log could draw all that the target draws. The interval is the plain one of the central limit theorem
for independent scores. Those of a log that a bandit collected are none: their deviations depend on what was drawn
before, and where weights are large the mean is far from Gaussian. It is here as a reference (`evaluate` says how often
it fails).
"""

from __future__ import annotations

from riffler.bandits.off_policy.estimate import Estimate, of_mean
from riffler.bandits.off_policy.replay import Replay


def ips(replay: Replay, level: float) -> Estimate:
    """Estimate the target's value by weighted rewards.

    Args:
        replay: The log beside the target.
        level: Of the interval, in (0, 1).

    Returns:
        The estimate; it may lie outside [0, 1].
    """
    return of_mean(replay.weights * replay.rewards, level)
