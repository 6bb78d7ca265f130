"""Seeking: a search by who looks at a session. It changes nothing, so it is no tool of the model's, and no event.

It finds what the tools find, in hidden text too, and also in the agent's inner steps: who looks wants to see all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from riffler.tools.finding.base import Found, Mark, Page
from riffler.tools.finding.ways import BY_WORTH, FINDERS, How
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory

_AROUND = 80
"""Characters of text shown before a match, and after it."""
_LONGEST = 400
"""Characters shown of a match itself: a pattern may match a megabyte."""

ShownAs = Literal["visible", "folded", "summarised", "rewritten"]


@dataclass(frozen=True, slots=True)
class Sought:
    """A match, with the text around it.

    Attributes:
        span: Where it is in the originals.
        shown: How the view shows its first character.
        fragment: Id of the fragment that hides it, else of the innermost one around it; empty where there is none.
        before: Some text before it.
        match: What matched; the beginning of it when it is long.
        after: Some text after it.
    """

    span: Span
    shown: ShownAs
    fragment: str
    before: str
    match: str
    after: str


def seek(memory: WorkingMemory, query: str, how: How, most: int, after: Mark | None = None) -> Found:
    """Find a text in all messages.

    Args:
        memory: The working memory.
        query: What to find, not empty.
        how: In which way.
        most: How many matches a page has.
        after: Where the page before ended; None gives the first page.

    Returns:
        The page: the oldest matches first, or the best where one is better than another. Raises as the tools' searches
        do.
    """
    areas = [
        Span(index, slot, 0, len(text))
        for index, message in enumerate(memory.messages)
        for slot, text in enumerate(message.texts)
        if text
    ]
    page = Page("best" if how in BY_WORTH else "oldest", most, after)
    return FINDERS[how](memory, areas, [query]).find(query, page)


def sought(memory: WorkingMemory, span: Span) -> Sought:
    """Say where a match is, whether the view shows it, and what stands around it.

    Args:
        memory: The working memory.
        span: The match.

    Returns:
        All that a reader needs to choose among matches.
    """
    text = memory.messages[span.message].texts[span.slot]
    first = Span(span.message, span.slot, span.start, span.start + 1)
    hiding = memory.hiding(first)
    rewrite = memory.rewrite
    shown: ShownAs = "visible"
    if hiding is not None:
        shown = "folded" if hiding.state == "folded" else "summarised"
    elif rewrite is not None and rewrite.text is not None and rewrite.span.overlaps(first):
        shown = "rewritten"
    around = memory.around(first)
    fragment = hiding or (around[-1] if around else None)
    return Sought(
        span,
        shown,
        fragment.id if fragment else "",
        text[max(0, span.start - _AROUND) : span.start],
        text[span.start : min(span.end, span.start + _LONGEST)],
        text[span.end : span.end + _AROUND],
    )
