"""Estimated regret: what the draws of a log have lost, as far as can be told from the log itself.

With all arms' coefficients w drawn together from the posterior over the whole log (`joint`: scores of arms are
correlated through what they share), for the decision t

    regret_t = max over allowed a of x_t'w_a  -  x_t'w of the arm drawn

so its mean is E max - E drawn, which is above max E - E drawn as long as it isn't known which arm is best. The sum over
decisions is computed for each draw of w, and mean and interval are taken over draws: an error in w is the same for all
decisions, so intervals of single decisions don't add up to that of the sum.

It is an estimate under the model, with learned scales taken as known: rewards that are no linear function of the
features, or that change with time, make it wrong. Audited regret (`audited_regret`) needs no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector
from riffler.bandits.insight.entry import Entry, Unavailable, check_level
from riffler.bandits.insight.joint import Joint

_POINTS: Final = 200
"""The curve has at most so many points."""


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedRegret:
    """Cumulative regret at some points of the log, P of them; the last is the whole log. Units of the reward.

    Attributes:
        decisions: After how many decisions, int64 (P,), rising.
        mean: Posterior mean, float64 (P,); never falls.
        low: Lower ends of the intervals, float64 (P,).
        high: Upper ends, float64 (P,).
        level: The probability of each interval.
        kind: Says how the figure was come by.
    """

    decisions: NDArray[np.int64]
    mean: Vector
    low: Vector
    high: Vector
    level: float
    kind: Literal["estimated"] = field(default="estimated", init=False)

    @property
    def total(self) -> float:
        """Regret over the whole log."""
        return float(self.mean[-1])

    @property
    def interval(self) -> tuple[float, float]:
        """Where the total lies."""
        return float(self.low[-1]), float(self.high[-1])


def estimated_regret(
    entries: Sequence[Entry], rng: np.random.Generator, *, draws: int = 400, level: float = 0.95
) -> EstimatedRegret | Unavailable:
    """Estimate the regret of a log. 10,000 decisions take a second.

    Args:
        entries: The log, in the order of the curve. Decisions without a reward count, too.
        rng: Source of the posterior's draws.
        draws: How many; the interval's ends are quantiles of them.
        level: The probability of the intervals, in (0, 1).

    Returns:
        The estimate; unavailable where no decision has a reward.
    """
    check_level(level)
    if all(entry.reward is None for entry in entries):
        return Unavailable("no decision has a reward yet")
    joint = Joint.of(entries, entries[0].x.size)
    xs = np.array([entry.x for entry in entries])
    number = {arm: place for place, arm in enumerate(joint.arms)}
    drawn = np.array([number[entry.arm] for entry in entries])
    closed = np.full((len(entries), len(joint.arms)), -np.inf)  # of an arm that wasn't allowed
    for row, entry in enumerate(entries):
        closed[row, [number[arm] for arm in entry.allowed]] = 0.0
    points = np.unique(np.linspace(1, len(entries), min(len(entries), _POINTS)).astype(np.int64))
    curves = np.empty((draws, len(points)))
    every = np.arange(len(entries))
    for at, coefficients in enumerate(joint.draws(draws, rng)):
        scores = xs @ coefficients.T + closed
        curves[at] = np.cumsum(scores.max(axis=1) - scores[every, drawn])[points - 1]
    low, high = np.quantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return EstimatedRegret(points, curves.mean(axis=0), low, high, level)
