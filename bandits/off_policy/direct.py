"""The direct method: what a regression of the rewards expects of the arms that the target would draw.

    value = mean over t of sum over a of target_t(a) expected_t(a)

The regression is that of the default policy (`bandits/empirical_bayes.py`), learned from the rows before each.
The interval is that of the posterior after all rows, N(w_a, C_a), over the same mean: it is as right as the model.
A posterior doesn't mind how its data were collected, but a linear one errs where rewards aren't linear in the context,
and then doesn't know.
"""

from __future__ import annotations

import numpy as np

from riffler.bandits.off_policy.estimate import Estimate, gaussian
from riffler.bandits.off_policy.replay import Replay


def direct(replay: Replay, level: float) -> Estimate:
    """Estimate the target's value by the direct model alone.

    Args:
        replay: The log beside the target.
        level: Of the interval, in (0, 1).

    Returns:
        The estimate.
    """
    value = float((replay.target * replay.expected).sum(axis=1).mean())
    return gaussian(value, float(np.sqrt(_variance(replay))), level)


def _variance(replay: Replay) -> float:
    """Compute the posterior variance of the mean: that of a sum over arms of g_a'w_a, with g_a = mean of target x."""
    known, found = replay.known, replay.known.fit
    other = len(known.arms)
    reach = replay.target.T @ replay.contexts / len(replay.rewards)  # g, (K, d)
    inverse = found.inverse[[known.arms.get(arm, other) for arm in replay.arms]]
    along = (inverse @ reach[..., None])[..., 0]  # P_a^-1 g_a
    common = found.own * along.sum(axis=0)
    return float((reach * along).sum() + common @ found.spread @ common)
