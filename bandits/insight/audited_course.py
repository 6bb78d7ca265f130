"""The course of audited regret: what is known of each part of a log from the audits that fall into it.

Up to a point of t decisions, t times the mean lost in the audits so far is the estimate of the sum; its interval is t
times that of the mean (`bounded_mean`), so few audits make a wide one, and none says nothing. Each interval is right at
the level by itself. Against the best fixed arm they are made as in `audited_regret`.

The intervals are for all decisions of the part, if each was picked by a coin of its own (see `audited_regret`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector
from riffler.bandits.insight.audited_regret import Audit
from riffler.bandits.insight.bounded_mean import lower_bound, upper_bound, weighted_mean
from riffler.bandits.insight.course import Band, Course, Line, lengths_of, points_of, stretches_of
from riffler.bandits.insight.entry import check_level
from riffler.errors import InvalidInput

_POINTS: Final = 16
"""Each point takes a pass over all audits before it."""
_HALVINGS: Final = 20
"""Bounds are found to a millionth: a curve needs no more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Lost:
    """What was lost in audits, n of them, against K arms and, last, against the best of each.

    Attributes:
        values: In [-1, 1], and against the best of each in [0, 1], float64 (n, K + 1).
        shares: With which each was picked, float64 (n,).
        places: Of their decisions in the log, from 0, int64 (n,), rising.
    """

    values: Vector
    shares: Vector
    places: NDArray[np.int64]

    def bands(
        self, starts: NDArray[np.int64], ends: NDArray[np.int64], scale: Vector, chance: float
    ) -> tuple[list[Band], Band]:
        """Measure parts of the log, n of them.

        Args:
            starts: The first place of each, int64 (n,).
            ends: The place behind its last, int64 (n,).
            scale: What the means are multiplied by, float64 (n,).
            chance: The probability of an error at one end.

        Returns:
            Figures against each arm and the best of each, and those against the best fixed arm, whichever that is.
        """
        low_places, high_places = np.searchsorted(self.places, starts), np.searchsorted(self.places, ends)
        arms = self.values.shape[1] - 1
        figures = np.empty((4, self.values.shape[1], starts.size))
        for part, (first, last) in enumerate(zip(low_places, high_places, strict=True)):
            shares = self.shares[first:last]
            for number in range(arms + 1):
                lost = self.values[first:last, number]
                figures[:, number, part] = _figures(lost, shares, chance, chance / arms, signed=number < arms)
        mean, low, high, careful = figures * scale
        best = Band(*(each[:arms].max(axis=0) for each in (mean, careful, high)))
        return [Band(*each) for each in zip(mean, low, high, strict=True)], best


def audited_course(audits: Mapping[int, Audit], count: int, level: float = 0.95) -> Course:
    """Follow the regret of a log by its audits. 1,000 audits take two seconds.

    Args:
        audits: By the places of their decisions in the log, from 0; at least one.
        count: How many decisions the log has.
        level: How often each interval is to be right, in (0, 1).

    Returns:
        The course.

    Raises:
        InvalidInput: There is no audit, or one lies outside the log. (What is no audit is refused, too.)
    """
    check_level(level)
    if not audits or min(audits) < 0 or max(audits) >= count:
        raise InvalidInput(f"audits: expected some at places from 0 to {count - 1}, got {sorted(audits)[:5]}")
    places = sorted(audits)
    ordered = [audits[place].checked() for place in places]
    arms = tuple(dict.fromkeys(arm for audit in ordered for arm in audit.rewards))
    rows = [[audit.earned(arm) for arm in arms] + [max(audit.rewards.values())] for audit in ordered]
    drawn = np.array([audit.rewards[audit.arm] for audit in ordered])
    lost = _Lost(
        np.array(rows) - drawn[:, None], np.array([audit.share for audit in ordered]), np.array(places, dtype=np.int64)
    )
    chance = (1 - level) / 2
    points, (per, ends) = points_of(count, _POINTS), stretches_of(count)
    summed, headline = lost.bands(np.zeros_like(points), points, points.astype(np.float64), chance)
    apart, _ = lost.bands(ends - lengths_of(ends), ends, np.full(ends.size, float(per)), chance)
    lines = [Line(*each) for each in zip(summed, apart, strict=True)]
    against = dict(zip(arms, lines, strict=False))
    best = max(range(len(arms)), key=lambda number: summed[number].mean[-1])
    static = Line(headline, apart[best])
    return Course(points, ends, per, MappingProxyType(against), static, lines[-1])


def _figures(
    lost: Vector, shares: Vector, chance: float, careful: float, *, signed: bool
) -> tuple[float, float, float, float]:
    """Give the mean, both ends of its interval, and a lower end with less chance of an error."""
    least, width = (-1.0, 2.0) if signed else (0.0, 1.0)
    if not lost.size:
        return np.nan, least, 1.0, least
    unit = (lost - least) / width
    return (
        weighted_mean(lost, shares),
        least + width * lower_bound(unit, shares, chance, _HALVINGS),
        least + width * upper_bound(unit, shares, chance, _HALVINGS),
        least + width * lower_bound(unit, shares, careful, _HALVINGS),
    )
