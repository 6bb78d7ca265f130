"""The course of regret as it is told: numbers, and nothing where there are none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from riffler.bandits.checks import Vector
from riffler.bandits.insight.course import Band, Course, Line


@dataclass(frozen=True, slots=True)
class RegretBand:
    """Figures with their intervals, in units of the reward.

    Attributes:
        mean: The figures; null where nothing is known.
        low: Lower ends; null where the figures are true, so that they have no interval.
        high: Upper ends.
    """

    mean: tuple[float | None, ...]
    low: tuple[float, ...] | None
    high: tuple[float, ...] | None

    @classmethod
    def of(cls, band: Band) -> RegretBand:
        """Tell figures."""
        mean = tuple(None if math.isnan(each) else each for each in band.mean.tolist())
        return cls(mean, _numbers(band.low), _numbers(band.high))


@dataclass(frozen=True, slots=True)
class RegretLine:
    """What was lost against one choice; below 0 where the policy earned more.

    Attributes:
        summed: Over all decisions up to each of `points`.
        apart: Of each stretch by itself, for `per` decisions.
    """

    summed: RegretBand
    apart: RegretBand

    @classmethod
    def of(cls, line: Line) -> RegretLine:
        """Tell a line."""
        return cls(RegretBand.of(line.summed), RegretBand.of(line.apart))


@dataclass(frozen=True, slots=True)
class RegretCourse:
    """How regret came about over the decisions that it is of, the oldest first.

    Attributes:
        points: After how many decisions sums are told; the last is all of them.
        ends: After how many decisions each stretch ends.
        per: How many decisions the figure of a stretch is for: 100, or a tenth of fewer than 200.
        against: Against each fixed arm.
        best_static: Summed, against the fixed arm that is best by then; of stretches, against the one that is best over
            all.
        best_of_each: Against the best arm of each query.
    """

    points: tuple[int, ...]
    ends: tuple[int, ...]
    per: int
    against: Mapping[str, RegretLine]
    best_static: RegretLine
    best_of_each: RegretLine

    @classmethod
    def of(cls, course: Course) -> RegretCourse:
        """Tell a course."""
        return cls(
            tuple(course.points.tolist()),
            tuple(course.ends.tolist()),
            course.per,
            {arm: RegretLine.of(line) for arm, line in course.against.items()},
            RegretLine.of(course.best_static),
            RegretLine.of(course.best_of_each),
        )


def _numbers(values: Vector | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(values.tolist())
