"""Estimated regret: what the draws of a log have lost, as far as can be told from the log itself.

The headline is regret against the best fixed arm. With all arms' coefficients w drawn together from the posterior over
the whole log (`joint`: scores of arms are correlated through what they share), the sum over decisions

    lost_a = sum over t of x_t'w_a - x_t'w of the arm drawn

is what was lost against always drawing a, and below 0 where the draws earned more. Its estimate is the largest mean of
an arm, not the mean of the largest: that is above 0 as long as it isn't known which arm is best, even where all are
equal. The interval reaches from the largest lower end of an arm, each with its share of the error, to the largest upper
end, as that of audited regret does. The sum is computed for each draw of w: an error in w is the same for all
decisions, so intervals of single decisions don't add up to that of the sum, and that of a stretch is no difference of
the curve's ends: it comes from the stretch's own sum in each draw.

Regret against the best arm of each query can be had only with the bias just told, in each query. So it's an upper
figure. Its interval begins where that of the headline does, which it can't be below.

It is an estimate under the model: rewards that are no linear function of the features, or that change with time, make
it wrong. Audited regret (`audited_regret`) needs no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector
from riffler.bandits.insight.bounded_mean import Interval
from riffler.bandits.insight.course import Band, Course, Line, lengths_of, points_of, stretches_of, summed_at
from riffler.bandits.insight.entry import Entry, Unavailable, check_level
from riffler.bandits.insight.joint import Joint

_POINTS: Final = 200
"""The curve has at most so many points."""


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedRegret:
    """Regret of the decisions that are asked for, in units of the reward.

    Attributes:
        course: How it came about; at the last point it is of all of them.
        best_static: The fixed arm that would have earned most over all of them; of equals the first.
        level: The probability of each interval.
        kind: Says how the figure was come by.
    """

    course: Course
    best_static: str
    level: float
    kind: Literal["estimated"] = field(default="estimated", init=False)

    @property
    def total(self) -> float:
        """Regret over all decisions, against the best fixed arm."""
        return self._last(self.course.best_static).mean

    @property
    def interval(self) -> tuple[float, float]:
        """Where the total lies."""
        last = self._last(self.course.best_static)
        return last.low, last.high

    @property
    def against_best_of_each(self) -> Interval:
        """Against the best arm of each query, over all decisions: an upper figure, biased upwards."""
        return self._last(self.course.best_of_each)

    @staticmethod
    def _last(line: Line) -> Interval:
        summed = line.summed
        assert summed.low is not None and summed.high is not None  # noqa: S101, PT018 - estimates have intervals
        return Interval(float(summed.mean[-1]), float(summed.low[-1]), float(summed.high[-1]))


def estimated_regret(
    entries: Sequence[Entry],
    rng: np.random.Generator,
    *,
    of: Sequence[Entry] | None = None,
    draws: int = 1000,
    level: float = 0.95,
) -> EstimatedRegret | Unavailable:
    """Estimate the regret of a log. 10,000 decisions take three seconds.

    Args:
        entries: The log that the posterior is learned from. Decisions without a reward count, too.
        rng: Source of the posterior's draws.
        of: The decisions of the log whose regret it is, in the order of the curve; None is all.
        draws: How many; the interval's ends are quantiles of them.
        level: The probability of the intervals, in (0, 1).

    Returns:
        The estimate; unavailable where no decision has a reward, or there is none whose regret it would be.
    """
    check_level(level)
    if all(entry.reward is None for entry in entries):
        return Unavailable("no decision has a reward yet")
    asked = entries if of is None else of
    if not asked:
        return Unavailable("no decision is selected")
    joint = Joint.of(entries, entries[0].x.size)
    log, tail = _Log.of(asked, joint.arms), (1 - level) / 2
    (per, ends), points = stretches_of(len(asked)), points_of(len(asked), _POINTS)
    marks = np.union1d(points, ends)
    coefficients = joint.draws(draws, rng)

    def summed(sums: Vector) -> Vector:
        return sums[..., np.searchsorted(marks, points)]

    def apart(sums: Vector) -> Vector:
        lost: Vector = np.diff(sums[..., np.searchsorted(marks, ends)], axis=-1, prepend=0.0) * per / lengths_of(ends)
        return lost

    fixed, oracle = log.against_fixed(marks, coefficients), log.against_best(marks, coefficients)
    against = [Line(_band(summed(sums), tail), _band(apart(sums), tail)) for sums in fixed]
    best = int(np.argmax([line.summed.mean[-1] for line in against]))
    static = Line(_headline(summed(fixed), tail), against[best].apart)
    each = Line(_upper(summed(oracle), summed(fixed), tail), _upper(apart(oracle), apart(fixed), tail))
    course = Course(points, ends, per, MappingProxyType(dict(zip(joint.arms, against, strict=True))), static, each)
    return EstimatedRegret(course, joint.arms[best], level)


def _band(sums: Vector, tail: float) -> Band:
    """Summarise draws of n figures, float64 (draws, n)."""
    low, high = np.quantile(sums, [tail, 1 - tail], axis=0)
    return Band(sums.mean(axis=0), low, high)


def _headline(fixed: Vector, tail: float) -> Band:
    """Summarise draws against the fixed arm that is best by its mean, float64 (K, draws, n)."""
    high = np.quantile(fixed, 1 - tail, axis=1).max(axis=0)
    return Band(fixed.mean(axis=1).max(axis=0), _careful(fixed, tail), high)


def _upper(oracle: Vector, fixed: Vector, tail: float) -> Band:
    """Summarise draws against the best arm of each query, float64 (draws, n), which can't be below any fixed arm."""
    return Band(oracle.mean(axis=0), _careful(fixed, tail), np.quantile(oracle, 1 - tail, axis=0))


def _careful(fixed: Vector, tail: float) -> Vector:
    """Give the largest lower end of an arm, each with its share of the error, float64 (n,)."""
    low: Vector = np.quantile(fixed, tail / len(fixed), axis=1).max(axis=0)
    return low


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    """Decisions as arrays, n of them among K arms.

    Attributes:
        xs: Contexts, float64 (n, d).
        drawn: Numbers of the arms drawn, int64 (n,).
        opened: Whether an arm was allowed, bool (n, K).
        first: Numbers of the first arms allowed, int64 (n,).
    """

    xs: Vector
    drawn: NDArray[np.int64]
    opened: NDArray[np.bool_]
    first: NDArray[np.int64]

    @classmethod
    def of(cls, entries: Sequence[Entry], arms: Sequence[str]) -> _Log:
        """Read decisions among arms."""
        number = {arm: place for place, arm in enumerate(arms)}
        opened = np.zeros((len(entries), len(arms)), dtype=bool)
        for row, entry in enumerate(entries):
            opened[row, [number[arm] for arm in entry.allowed]] = True
        return cls(
            np.array([entry.x for entry in entries]),
            np.array([number[entry.arm] for entry in entries]),
            opened,
            np.array([number[entry.allowed[0]] for entry in entries]),
        )

    def against_fixed(self, marks: NDArray[np.int64], coefficients: Vector) -> Vector:
        """Sum what was lost against each fixed arm, with the rule of `policies.fixed` where it wasn't allowed.

        Args:
            marks: After how many decisions, int64 (M,).
            coefficients: Draws, float64 (draws, K, d).

        Returns:
            Sums, float64 (K, draws, M).
        """
        arms = coefficients.shape[1]
        stands = np.where(self.opened, np.arange(arms), self.first[:, None])
        flat = coefficients.reshape(len(coefficients), -1)
        mine = self._taken(self.drawn, arms, marks)
        return np.stack([flat @ (self._taken(stands[:, arm], arms, marks) - mine).T for arm in range(arms)])

    def against_best(self, marks: NDArray[np.int64], coefficients: Vector) -> Vector:
        """Sum what was lost against the best arm of each query, float64 (draws, M)."""
        closed, every = np.where(self.opened, 0.0, -np.inf), np.arange(len(self.xs))
        sums = np.empty((len(coefficients), marks.size))
        for number, each in enumerate(coefficients):
            scores = self.xs @ each.T
            sums[number] = summed_at((scores + closed).max(axis=1) - scores[every, self.drawn], marks)
        return sums

    def _taken(self, numbers: NDArray[np.int64], arms: int, marks: NDArray[np.int64]) -> Vector:
        """Sum the contexts of each arm up to each mark, float64 (M, K d)."""
        chosen = (numbers[:, None] == np.arange(arms))[..., None] * self.xs[:, None, :]
        return summed_at(chosen.reshape(len(self.xs), -1), marks)
