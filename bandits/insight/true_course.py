"""The course of true regret: sums of what was measured, so there are no intervals."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector
from riffler.bandits.insight.course import Band, Course, Line, lengths_of, points_of, stretches_of
from riffler.bandits.regret import Regret

_POINTS = 200


def true_course(regret: Regret) -> Course:
    """Follow a true regret.

    Args:
        regret: Of at least one round.

    Returns:
        Its course over the rounds.
    """
    count = regret.instantaneous.size
    points, (per, ends) = points_of(count, _POINTS), stretches_of(count)

    def line(sums: Vector) -> Line:
        return Line(Band(sums[points - 1]), Band(_apart(sums, ends, per)))

    against = {arm: line(sums) for arm, sums in regret.against.items()}
    best = Band(np.max([each.summed.mean for each in against.values()], axis=0))
    static = Line(best, against[regret.best_static].apart)
    return Course(points, ends, per, MappingProxyType(against), static, line(regret.cumulative))


def _apart(sums: Vector, ends: NDArray[np.int64], per: int) -> Vector:
    """Give what was lost in each stretch, for `per` decisions."""
    lost: Vector = np.diff(sums[ends - 1], prepend=0.0) * per / lengths_of(ends)
    return lost
