"""Estimated regret: what the draws of a log have lost, as far as can be told from the log itself.

The headline is regret against the best fixed arm. With all arms' coefficients w drawn together from the posterior over
the whole log (`joint`: scores of arms are correlated through what they share), the sum over decisions

    lost_a = sum over t of x_t'w_a - x_t'w of the arm drawn

is what was lost against always drawing a, and below 0 where the draws earned more. Its estimate is the largest mean of
an arm, not the mean of the largest: that is above 0 as long as it isn't known which arm is best, even where all are
equal. The interval reaches from the largest lower end of an arm, each with its share of the error, to the largest upper
end, as that of audited regret does. The sum is computed for each draw of w: an error in w is the same for all
decisions, so intervals of single decisions don't add up to that of the sum.

Regret against the best arm of each query can be had only with the bias just told, in each query. So it's an upper
figure. Its interval begins where that of the headline does, which it can't be below.

It is an estimate under the model: rewards that are no linear function of the features, or that change with time, make
it wrong. Audited regret (`audited_regret`) needs no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector
from riffler.bandits.insight.bounded_mean import Interval
from riffler.bandits.insight.entry import Entry, Unavailable, check_level
from riffler.bandits.insight.joint import Joint

_POINTS: Final = 200
"""The curve has at most so many points."""


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedRegret:
    """Cumulative regret at some points of the log, P of them; the last is the whole log. Units of the reward.

    Attributes:
        decisions: After how many decisions, int64 (P,), rising.
        mean: Against the fixed arm that is best so far by its mean, float64 (P,).
        low: Lower ends of the intervals, float64 (P,).
        high: Upper ends, float64 (P,).
        best_static: The fixed arm that would have earned most over the whole log; of equals the first.
        against_best_of_each: Against the best arm of each query, over the whole log: an upper figure, biased upwards.
        level: The probability of each interval.
        kind: Says how the figure was come by.
    """

    decisions: NDArray[np.int64]
    mean: Vector
    low: Vector
    high: Vector
    best_static: str
    against_best_of_each: Interval
    level: float
    kind: Literal["estimated"] = field(default="estimated", init=False)

    @property
    def total(self) -> float:
        """Regret over the whole log, against the best fixed arm."""
        return float(self.mean[-1])

    @property
    def interval(self) -> tuple[float, float]:
        """Where the total lies."""
        return float(self.low[-1]), float(self.high[-1])


def estimated_regret(
    entries: Sequence[Entry], rng: np.random.Generator, *, draws: int = 1000, level: float = 0.95
) -> EstimatedRegret | Unavailable:
    """Estimate the regret of a log. 10,000 decisions take two seconds.

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
    opened = np.zeros((len(entries), len(joint.arms)), dtype=bool)  # whether an arm was allowed
    first = np.array([number[entry.allowed[0]] for entry in entries])
    for row, entry in enumerate(entries):
        opened[row, [number[arm] for arm in entry.allowed]] = True
    points = np.unique(np.linspace(1, len(entries), min(len(entries), _POINTS)).astype(np.int64))
    coefficients = joint.draws(draws, rng)
    lost = _against_fixed(xs, drawn, np.where(opened, np.arange(len(joint.arms)), first[:, None]), points, coefficients)
    means, tail = lost.mean(axis=0), (1 - level) / 2
    low, high = np.quantile(lost, [tail / len(joint.arms), 1 - tail], axis=0).max(axis=-1)
    each = _against_best(xs, drawn, opened, coefficients)
    upper = Interval(float(each.mean()), float(low[-1]), float(np.quantile(each, 1 - tail)))
    best = joint.arms[int(means[-1].argmax())]
    return EstimatedRegret(points, means.max(axis=-1), low, high, best, upper, level)


def _against_fixed(
    xs: Vector, drawn: NDArray[np.int64], stands: NDArray[np.int64], points: NDArray[np.int64], coefficients: Vector
) -> Vector:
    """Add up what was lost against each fixed arm.

    Args:
        xs: Contexts, float64 (n, d).
        drawn: Numbers of the arms drawn, int64 (n,).
        stands: The arm drawn if a fixed one is asked for, with the rule of `policies.fixed`; int64 (n, K).
        points: After how many decisions, int64 (P,).
        coefficients: Draws, float64 (draws, K, d).

    Returns:
        Sums, float64 (draws, P, K).
    """
    arms = coefficients.shape[1]
    flat = coefficients.reshape(len(coefficients), -1)
    mine = _taken(xs, drawn, arms, points)
    each = [flat @ (_taken(xs, stands[:, arm], arms, points) - mine).T for arm in range(arms)]
    return np.stack(each, axis=-1)


def _taken(xs: Vector, numbers: NDArray[np.int64], arms: int, points: NDArray[np.int64]) -> Vector:
    """Sum up the contexts of each arm until each point, float64 (P, K d)."""
    chosen = (numbers[:, None] == np.arange(arms))[..., None] * xs[:, None, :]
    starts = np.concatenate(([0], points[:-1]))
    return np.cumsum(np.add.reduceat(chosen.reshape(len(xs), -1), starts), axis=0)


def _against_best(xs: Vector, drawn: NDArray[np.int64], opened: NDArray[np.bool_], coefficients: Vector) -> Vector:
    """Add up what was lost against the best arm of each query, float64 (draws,)."""
    closed, every = np.where(opened, 0.0, -np.inf), np.arange(len(xs))
    scores = (xs @ each.T for each in coefficients)
    return np.array([((each + closed).max(axis=1) - each[every, drawn]).sum() for each in scores])
