"""Doubly robust with shrinkage, and an interval that is right for what a bandit collected.

    score_t = sum over a of target_t(a) expected_t(a) + cut weight_t (r_t - expected_t(arm drawn))

Dudik, Langford and Li 2011, https://arxiv.org/abs/1103.4601; the cut is in `shrinkage`. Both the target and the model
know the past only. So the mean of the scores differs from the target's value by two things, and the interval is
widened by both:

- Surprises: cut weight_t (r_t - expected_t) less its mean given the past. See `boundary`: their sum is bounded by its
  own clock, since neither the size of the surprises nor their number is fixed beforehand. The clock needs the mean of
  (r - expected)^2 of an arm, for which stands that of the log's rows: of the arm, and of all (as four rows). This is
  the only thing that is estimated.
- What was cut: sum over a of (target(a) - kept(a)) (mean reward(a) - expected(a)), where kept is what the cut leaves.
  Mean rewards lie in [0, 1], so this lies between known ends, with or without support. An arm that the log never could
  draw makes the interval as wide as ignorance is.
"""

from __future__ import annotations

import math

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.off_policy.boundary import reach
from riffler.bandits.off_policy.estimate import Estimate
from riffler.bandits.off_policy.replay import Replay

_TYPICAL = 0.1
"""Of the clock, a row: a noise of a little more than .3, and weights of 1. Twenty times more costs a tenth of width."""
_POOLED = 4.0
"""So many rows of an arm the residuals of all arms count as."""


def doubly_robust(replay: Replay, left: Vector, level: float) -> tuple[Estimate, Estimate, Estimate]:
    """Estimate the values of the target and of the log's own policy, and the first less the second.

    Args:
        replay: The log beside the target.
        left: What is kept of the target, float64 (T, K); see `shrinkage`.
        level: Of each interval, in (0, 1).

    Returns:
        The three estimates. The third is exactly the difference of the first two; its interval is paired.
    """
    lost = replay.target - left
    moments = _moments(replay)
    tables = ((left, lost), (replay.logged, np.zeros_like(lost)), (left - replay.logged, lost))
    target, logged, difference = (_estimate(replay, *table, moments, level) for table in tables)
    return _cut(target, 0.0), _cut(logged, 0.0), _cut(difference, -1.0)


def _moments(replay: Replay) -> Vector:
    """Estimate the mean of (r - expected)^2 of each arm, float64 (K,)."""
    squares = (replay.rewards - replay.at_drawn(replay.expected)) ** 2
    drawn = replay.drawn[:, None] == np.arange(len(replay.arms))
    moments: Vector = (squares @ drawn + _POOLED * squares.mean()) / (drawn.sum(axis=0) + _POOLED)
    return moments


def _estimate(replay: Replay, left: Vector, lost: Vector, moments: Vector, level: float) -> Estimate:
    """Estimate the mean over rows of a sum over arms of mean rewards, with factors of either sign.

    Args:
        replay: The log beside the target.
        left: Factors that the log can tell of, float64 (T, K); 0 where an arm wasn't logged.
        lost: Factors of which only the model tells, float64 (T, K), at least 0.
        moments: The mean of (r - expected)^2 of each arm, float64 (K,).
        level: Of the interval, in (0, 1).

    Returns:
        The estimate.
    """
    rows = len(replay.rewards)
    surprises = (
        replay.at_drawn(left) / replay.at_drawn(replay.logged) * (replay.rewards - replay.at_drawn(replay.expected))
    )
    certain = np.divide(left**2, replay.logged, out=np.zeros_like(left), where=replay.logged > 0)
    clock = (float(surprises @ surprises) + 2 * float((certain @ moments).sum())) / 3
    modelled = ((left + lost) * replay.expected).sum(axis=1)
    value = float((modelled + surprises).mean())
    off = reach(clock, _TYPICAL * rows, level) / rows
    below = float((lost * replay.expected).sum()) / rows
    above = float((lost * (1 - replay.expected)).sum()) / rows
    return Estimate(value, math.sqrt(clock) / rows, value - below - off, value + above + off)


def _cut(estimate: Estimate, least: float) -> Estimate:
    """Cut an interval to what can be: from `least` to 1."""
    low, high = (min(max(end, least), 1.0) for end in (estimate.low, estimate.high))
    return Estimate(estimate.value, estimate.standard_error, low, high)
