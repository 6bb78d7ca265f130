"""Runs of fragments, so that many of them read as few words: `f00001-f00028, f0002a`.

Fragments of a run stand next to each other among those that a tool can act on, and their ids follow each other: a range
from the first to the last then names them all and no other, by number as by position.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from riffler.tools.fragments import Fragment


def follows(one: Fragment, other: Fragment) -> bool:
    """Tell whether a fragment's id is the next after another's, so that a range of ids names both and no third."""
    return int(other.id[1:], 16) == int(one.id[1:], 16) + 1


def runs_of(fragments: Iterable[Fragment]) -> list[list[Fragment]]:
    """Group fragments of one state whose ids follow each other.

    Args:
        fragments: By position.

    Returns:
        The runs in order; each has at least one fragment.
    """
    runs: list[list[Fragment]] = []
    for fragment in fragments:
        if runs and fragment.state is runs[-1][-1].state and follows(runs[-1][-1], fragment):
            runs[-1].append(fragment)
        else:
            runs.append([fragment])
    return runs


def run_words(run: Sequence[Fragment]) -> str:
    """Name a run: the id of its one fragment, or its first and last."""
    return run[0].id if len(run) == 1 else f"{run[0].id}-{run[-1].id}"


def ids_words(named: Iterable[Fragment | str], most: int = 12) -> str:
    """Name fragments in few words, whatever their states.

    Args:
        named: Fragments or their ids, by position.
        most: How many runs are named.

    Returns:
        For example `f00001-f00028, f0002a and 3 more`; empty for none.
    """
    runs: list[tuple[str, str, int]] = []  # first, last, how many
    following = -1
    for each in named:
        id_ = each if isinstance(each, str) else each.id
        number = int(id_[1:], 16)
        if number == following:
            runs[-1] = runs[-1][0], id_, runs[-1][2] + 1
        else:
            runs.append((id_, id_, 1))
        following = number + 1
    words = ", ".join(first if count == 1 else f"{first}-{last}" for first, last, count in runs[:most])
    more = sum(count for _, _, count in runs[most:])
    return f"{words} and {more} more" if more else words
