"""Selecting fragments for a batch: ids, ranges of positions, all, and all but some.

A range `f00003-f00019` means positions in the text: every fragment that begins no earlier than the first of the two and
ends no later than the second, whatever its number.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from riffler.errors import InvalidSpan
from riffler.tools.as_written import id_list, id_or_range
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.tool import find_fragment, refuse_if_inside_hidden

EVERYTHING = "all"

_Choice = Annotated[str, BeforeValidator(id_or_range)]

Choices = Annotated[
    tuple[_Choice, ...],
    BeforeValidator(id_list),
    Field(min_length=1, description="Ids, ranges such as f00003-f00019, or all."),
]
Exceptions = Annotated[tuple[_Choice, ...], BeforeValidator(id_list), Field(description="Leave these out.")]


_Place = tuple[int, int, int]
_Range = tuple[_Place, _Place]
_FIRST: _Place = (0, 0, 0)


def selected(memory: WorkingMemory, choices: Sequence[str], but: Sequence[str] = ()) -> tuple[Fragment, ...]:
    """Find the fragments that are meant.

    Args:
        memory: The working memory.
        choices: Ids, ranges or `all`.
        but: Ids or ranges to leave out, with all that lies in them and around them.

    Returns:
        The fragments by position: linear in the session's fragments, whatever is asked for. An outer
        one stands before those inside it; what lies in a hidden fragment comes only with a range or `all`.

    Raises:
        UnknownFragment: The session has no such fragment.
        InvalidSpan: A range's end comes before its start.
        InvalidState: A fragment that is named alone lies inside a hidden one.
    """
    ranges = [_range(memory, choice) for choice in dict.fromkeys(choices) if choice == EVERYTHING or "-" in choice]
    alone = dict.fromkeys(choice for choice in choices if choice != EVERYTHING and "-" not in choice)
    for choice in alone:
        refuse_if_inside_hidden(memory, find_fragment(memory, choice))
    left_out = _Places(_left_out(memory, dict.fromkeys(but)))
    return tuple(
        fragment
        for fragment, named in zip(memory.by_position, _in_ranges(memory, ranges), strict=True)
        if (named or fragment.id in alone) and not left_out.touch(fragment.span)
    )


def _left_out(memory: WorkingMemory, but: Iterable[str]) -> list[Span]:
    alone = [find_fragment(memory, choice).span for choice in but if choice != EVERYTHING and "-" not in choice]
    ranges = [_range(memory, choice) for choice in but if choice == EVERYTHING or "-" in choice]
    if ranges:
        named = zip(memory.by_position, _in_ranges(memory, ranges), strict=True)
        alone += [fragment.span for fragment, inside in named if inside]
    return alone


def _range(memory: WorkingMemory, written: str) -> _Range:
    """Give where the fragments of a range begin and end."""
    if written == EVERYTHING:
        return _FIRST, (len(memory.entries), 0, 0)
    first, _, last = written.partition("-")
    low, high = find_fragment(memory, first).span, find_fragment(memory, last).span
    if _start(high) < _start(low):
        raise InvalidSpan(f"{written}: {last} comes before {first} in the text: write {last}-{first}")
    return _start(low), _end(high)


def _in_ranges(memory: WorkingMemory, ranges: Iterable[_Range]) -> Iterator[bool]:
    """Tell of each fragment, by position, whether one of the ranges has it: one pass, however many ranges there are."""
    waiting = sorted(ranges, reverse=True)
    furthest = _FIRST  # the end of what has begun so far
    for fragment in memory.by_position:
        while waiting and waiting[-1][0] <= _start(fragment.span):
            furthest = max(furthest, waiting.pop()[1])
        yield _end(fragment.span) <= furthest


def _start(span: Span) -> _Place:
    return span.message, span.slot, span.start


def _end(span: Span) -> _Place:
    return span.message, span.slot, span.end


class _Places:
    """Spans of fragments; tells whether another fragment shares text with one of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans: list[Span] = []
        for span in sorted(set(spans), key=lambda span: (*_start(span), -span.end)):
            if not (self._spans and self._spans[-1].contains(span)):
                self._spans.append(span)

    def touch(self, span: Span) -> bool:
        place = bisect_right(self._spans, _start(span), key=_end)
        return place < len(self._spans) and self._spans[place].overlaps(span)
