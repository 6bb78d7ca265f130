"""From cases to rows: one for each cell and profile, with its accuracy and what it cost."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from riffler.service.evaluation.results_file import MEANS, SUMS, Record

_Z = 1.959964
"""Of the normal distribution, for 95%."""
INTERVAL: Final = (
    "Wilson 1927, 95%, with the sessions (cases) as trials and not the keys asked in one: a session's keys stand or "
    "fall together. Where a session has a share of its keys right, this is wider than it need be, never narrower."
)
"""Which interval the rows have, for who reads the file alone."""


def make_rows(cases: Sequence[Record], cells: Sequence[Mapping[str, Any]], profiles: Sequence[str]) -> list[Record]:
    """Make the rows.

    Args:
        cases: What became of the cases that are done.
        cells: The cells, in the order of the rows; all have the same names.
        profiles: The profiles, in the order of a cell's rows.

    Returns:
        The rows; none for a cell and profile of which no case is done.
    """
    names = (*(cells[0] if cells else ()), "profile")
    groups: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for case in cases:
        groups[tuple(case[name] for name in names)].append(case)
    wanted = ({**cell, "profile": profile} for cell in cells for profile in profiles)
    each = ((values, groups.get(tuple(values[name] for name in names))) for values in wanted)
    return [_row(values, those) for values, those in each if those]


def wilson(right: float, trials: int) -> tuple[float, float]:
    """Compute the Wilson score interval of a share.

    Args:
        right: How many trials were right; a trial may be right in part.
        trials: How many there were, at least 1.

    Returns:
        Its two ends, in [0, 1].
    """
    share, z2 = right / trials, _Z**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _row(wanted: Mapping[str, Any], those: Sequence[Record]) -> Record:
    scores = [case["score"] for case in those]
    accuracy = min(1.0, max(0.0, fmean(scores)))
    low, high = wilson(accuracy * len(scores), len(scores))
    return {
        **wanted,
        "sessions": len(those),
        "accuracy": round(accuracy, 6),
        "interval": [round(low, 6), round(high, 6)],
        **{name: round(fmean(case[name] for case in those), 3) for name in MEANS},
        **{name: sum(int(case[name]) for case in those) for name in SUMS},
    }
