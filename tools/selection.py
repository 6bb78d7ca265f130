"""Selecting fragments for a batch: ids, ranges of positions, all, and all but some.

A range `f00003-f00019` means positions in the text: every fragment that begins no earlier than the first of the two and
ends no later than the second, whatever its number.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from riffler.errors import InvalidSpan
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.tool import find_fragment, refuse_if_inside_hidden

EVERYTHING = "all"

Choice = Annotated[
    str, StringConstraints(pattern=r"^(all|f[0-9a-f]{5}(-f[0-9a-f]{5})?)$"), WithJsonSchema({"type": "string"})
]
"""An id, a range of ids, or `all`. The pattern is checked, but not told: it would cost its tokens with every call."""

Choices = Annotated[tuple[Choice, ...], Field(min_length=1, description="Ids, ranges such as f00003-f00019, or all.")]
Exceptions = Annotated[tuple[Choice, ...], Field(description="Leave these out.")]


def selected(memory: WorkingMemory, choices: Sequence[str], but: Sequence[str] = ()) -> tuple[Fragment, ...]:
    """Find the fragments that are meant.

    Args:
        memory: The working memory.
        choices: Ids, ranges or `all`.
        but: Ids or ranges to leave out, with all that lies in them and around them.

    Returns:
        The fragments by position, an outer one before those inside it; what lies in a hidden fragment comes only with a
        range or `all`.

    Raises:
        UnknownFragment: The session has no such fragment.
        InvalidSpan: A range's end comes before its start.
        InvalidState: A fragment that is named alone lies inside a hidden one.
    """
    named: dict[str, Fragment] = {}
    for choice in choices:
        if choice == EVERYTHING or "-" in choice:
            named |= {fragment.id: fragment for fragment in _between(memory, choice)}
        else:
            fragment = find_fragment(memory, choice)
            refuse_if_inside_hidden(memory, fragment)
            named[choice] = fragment
    left_out = _Places(fragment.span for choice in but for fragment in _between(memory, choice))
    return tuple(f for f in memory.by_position if f.id in named and not left_out.touch(f.span))


def _between(memory: WorkingMemory, choice: str) -> Sequence[Fragment]:
    """Give the fragments of a choice by position, also those in hidden ones."""
    if choice == EVERYTHING:
        return memory.by_position
    first, _, last = choice.partition("-")
    start = find_fragment(memory, first)
    if not last:
        return (start,)
    end = find_fragment(memory, last)
    low, high = _start(start.span), _end(end.span)
    if _start(end.span) < low:
        raise InvalidSpan(f"{choice}: {last} comes before {first} in the text: write {last}-{first}")
    return [fragment for fragment in memory.by_position if low <= _start(fragment.span) and _end(fragment.span) <= high]


def _start(span: Span) -> tuple[int, int, int]:
    return span.message, span.slot, span.start


def _end(span: Span) -> tuple[int, int, int]:
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
