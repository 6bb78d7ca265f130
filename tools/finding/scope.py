"""Where a search looks: whose messages, which of them, and in which fragments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from riffler.errors import InvalidArguments
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.positions import positions
from riffler.tools.tool import find_fragment

SpeakerRole = Literal["user", "assistant", "system", "tool"]

_MOST_NAMED = 8
"""Each head line names that many ids or ranges of fragments, and how many more there are."""

_FRAGMENTS = re.compile(r"\s*(f[0-9a-f]{5})\s*(?:-\s*(f[0-9a-f]{5}))?\s*")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look; what is empty doesn't narrow it.

    Attributes:
        roles: Whose messages; `system` takes developer messages too.
        messages: Their positions from 1, such as `3-20` or `5-` (`positions.py`).
        fragments: Ids or ranges of ids; a range is all fragments from one to the other, by position.
    """

    roles: Sequence[SpeakerRole] = ()
    messages: str = ""
    fragments: Sequence[str] = ()

    def areas(self, memory: WorkingMemory, entries: int) -> tuple[Span, ...]:
        """Give the areas to look in.

        The agent's inner steps are never among them: a search would find its own echoes there.

        Args:
            memory: The working memory.
            entries: How many of its messages count, from the first.

        Returns:
            Spans that are not empty and lie apart, in the conversation's order.
        """
        roles = {*self.roles, *(["developer"] if "system" in self.roles else [])}
        inside = fragment_areas(memory, self.fragments) if self.fragments else None
        return tuple(
            area
            for index in positions(self.messages, entries, "messages")
            if memory.entries[index].origin == "app" and (not roles or memory.messages[index].role in roles)
            for slot, text in enumerate(memory.messages[index].texts)
            for area in ([Span(index, slot, 0, len(text))] if inside is None else inside.get((index, slot), ()))
            if area.start < area.end
        )

    def words(self) -> str:
        """Say how the search is narrowed, for a head line.

        Returns:
            For example ` in messages 3-20 of user`; empty when it isn't.
        """
        messages, roles = "".join(self.messages.split()), dict.fromkeys(self.roles)
        fragments = ["".join(one.split()) for one in self.fragments[:_MOST_NAMED]]
        more = len(self.fragments) - len(fragments)
        parts = [" messages"] if messages or roles else []
        parts += [f" {messages}"] if messages else []
        parts += [f" of {', '.join(roles)}"] if roles else []
        parts += [f"{' and' if parts else ''} fragments {', '.join(fragments)}"] if fragments else []
        parts += [f" and {more} more"] if more else []
        return f" in{''.join(parts)}" if parts else ""


def fragment_areas(memory: WorkingMemory, wanted: Sequence[str]) -> dict[tuple[int, int], list[Span]]:
    """Give what fragments cover.

    Args:
        memory: The working memory.
        wanted: Ids and ranges of ids.

    Returns:
        By message and slot, spans that lie apart, in order; fragments that touch are one span.
    """
    areas: dict[tuple[int, int], list[Span]] = {}
    read = 0
    for begin, end in sorted(_between(memory, text) for text in dict.fromkeys(wanted)):  # each fragment once
        for fragment in memory.by_position[max(begin, read) : end]:
            span = fragment.span
            spans = areas.setdefault((span.message, span.slot), [])
            if spans and span.start <= spans[-1].end:
                spans[-1] = Span(span.message, span.slot, spans[-1].start, max(span.end, spans[-1].end))
            else:
                spans.append(span)
        read = max(read, end)
    return areas


def _between(memory: WorkingMemory, text: str) -> tuple[int, int]:
    """Give which of the fragments by position are meant: the first of them, and one past the last."""
    match = _FRAGMENTS.fullmatch(text)
    if not match:
        raise InvalidArguments(f"fragments: expected an id or a range such as f00001-f00020, got {text!r:.80}")
    first, last = (find_fragment(memory, id_) for id_ in (match[1], match[2] or match[1]))
    start, end = (bisect_right(memory.by_position, _place(one), key=_place) for one in (first, last))
    if start > end:
        raise InvalidArguments(f"fragments: {first.id} comes after {last.id} in the text: turn the range round")
    return start - 1, end


def _place(fragment: Fragment) -> tuple[int, int, int, int]:
    span = fragment.span
    return span.message, span.slot, span.start, -span.end
