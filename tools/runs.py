"""Runs of fragments, so that many of them read as few words: `f00001-f00028, f0002a`.

Fragments of a run stand next to each other among those that a tool can act on, and their ids follow each other: a range
from the first to the last then names them all and no other, by number as by position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from riffler.tools.fragments import Fragment

if TYPE_CHECKING:
    from riffler.tools.memory import WorkingMemory


def follows(one: Fragment, other: Fragment) -> bool:
    """Tell whether a fragment's id is the next after another's, so that a range of ids names both and no third."""
    return _number(other.id) == _number(one.id) + 1


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


def ids_words(memory: WorkingMemory, named: Iterable[Fragment | str], most: int = 12) -> str:
    """Name fragments in few words, whatever their states.

    Args:
        memory: The working memory that they are in.
        named: Fragments or their ids, by position.
        most: How many runs are named.

    Returns:
        For example `f00001-f00028, f0002a and 3 more`; empty for none. A range has no other fragment between its ends
        than those named, and what lies in these.
    """
    places, order = memory.places, memory.by_position

    def joins(one: str, other: str) -> bool:
        return _next_to(order, places[one], places[other])

    return in_few_words((each if isinstance(each, str) else each.id for each in named), joins, most)


def in_few_words(ids: Iterable[str], joins: Callable[[str, str], bool], most: int = 12) -> str:
    """Write ids as ranges where their numbers follow each other, and they stand next to each other.

    Args:
        ids: By position.
        joins: Says of two whether they stand next to each other.
        most: How many ranges and single ids are written.

    Returns:
        As `ids_words`.
    """
    runs: list[tuple[str, str, int]] = []  # first, last, how many
    for id_ in ids:
        last = runs[-1][1] if runs else ""
        if last and _number(id_) == _number(last) + 1 and joins(last, id_):
            runs[-1] = runs[-1][0], id_, runs[-1][2] + 1
        else:
            runs.append((id_, id_, 1))
    words = ", ".join(first if count == 1 else f"{first}-{last}" for first, last, count in runs[:most])
    more = sum(count for _, _, count in runs[most:])
    return f"{words} and {more} more" if more else words


def _number(id_: str) -> int:
    return int(id_[1:], 16)


def _next_to(order: Sequence[Fragment], one: int, other: int) -> bool:
    """Tell whether nothing stands between two places but what lies in the fragment at the first."""
    span = order[one].span
    return one < other and (other == one + 1 or span.contains(order[other - 1].span))
