"""The course of regret over a log: summed up to some points of it, and stretch by stretch.

The same shape holds regret however it was come by; what makes one says how, and whether there are intervals.

Shapes: P is the number of points, S that of stretches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector

_PER: Final = 100
_SHORTEST: Final = 2 * _PER
"""A shorter log has shorter stretches."""
_FEWEST: Final = 10
"""So many has a log that is shorter."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Figures with their intervals, n of them.

    Attributes:
        mean: The figures, float64 (n,); nan where there is none.
        low: Lower ends, float64 (n,); None where figures aren't uncertain.
        high: Upper ends, float64 (n,); None as `low` is.
    """

    mean: Vector
    low: Vector | None = None
    high: Vector | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """What was lost against one choice, in units of the reward.

    Attributes:
        summed: Over all decisions up to each point, P figures.
        apart: Of each stretch by itself, for `per` decisions, S figures.
    """

    summed: Band
    apart: Band


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Regret at some points and in the stretches of a log.

    Attributes:
        points: After how many decisions, int64 (P,), rising; the last is the whole log.
        ends: After how many decisions each stretch ends, int64 (S,), rising; the last is the whole log.
        per: How many decisions the figure of a stretch is for: 100, or fewer in a log of less than 200.
        against: Against each fixed arm.
        best_static: Summed: against the fixed arm that is best by then. Apart: against the one that is best over all.
        best_of_each: Against the best arm of each query.
    """

    points: NDArray[np.int64]
    ends: NDArray[np.int64]
    per: int
    against: Mapping[str, Line]
    best_static: Line
    best_of_each: Line


def points_of(count: int, most: int) -> NDArray[np.int64]:
    """Spread points over a log.

    Args:
        count: How many decisions it has, at least 1.
        most: Most points.

    Returns:
        After how many decisions each lies, int64 (P,).
    """
    return np.unique(np.linspace(1, count, min(count, most)).astype(np.int64))


def stretches_of(count: int) -> tuple[int, NDArray[np.int64]]:
    """Part a log into stretches of a hundred decisions, or ten of one length where there are fewer than 200.

    Args:
        count: How many decisions it has, at least 1.

    Returns:
        How many decisions a stretch has, and after how many each ends, int64 (S,). The last one has what is left over:
        from half as many to one and a half times as many.
    """
    per = _PER if count >= _SHORTEST else -(-count // _FEWEST)
    ends = np.arange(per, count + 1, per, dtype=np.int64)
    left = count - int(ends[-1])
    if 2 * left >= per:
        return per, np.append(ends, np.int64(count))
    ends[-1] = count
    return per, ends


def lengths_of(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give how many decisions lie between ends that follow each other, int64 (S,)."""
    return np.diff(ends, prepend=0)


def summed_at(values: Vector, ends: NDArray[np.int64]) -> Vector:
    """Sum values up to each end, along their first axis.

    Args:
        values: One or some for each decision, float64 (n, ...).
        ends: After how many decisions, int64 (m,), rising, at least 1.

    Returns:
        Sums, float64 (m, ...).
    """
    starts = np.concatenate(([0], ends[:-1]))
    total: Vector = np.cumsum(np.add.reduceat(values[: ends[-1]], starts), axis=0)
    return total
