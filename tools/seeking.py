"""Seeking: a search by who looks at a session. It changes nothing, so it is no tool of the model's, and no event.

It finds what the tools find, in hidden text too, and also in the agent's inner steps, in the arguments of calls, in
summaries and in rewrites (`sources.py`): who looks wants to see all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from riffler.tools.finding.base import Found, Mark, Page
from riffler.tools.finding.ways import BY_WORTH, FINDERS, How
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.sources import FoundIn, Source, Sources

_AROUND = 80
"""Characters of text shown before a match, and after it."""
_LONGEST = 400
"""Characters shown of a match itself: a pattern may match a megabyte."""

ShownAs = Literal["visible", "folded", "summarised", "rewritten", "gone"]


@dataclass(frozen=True, slots=True)
class Sought:
    """A match, with the text around it.

    Attributes:
        source: The text in which it was found.
        span: Where it is: the message, the number of that text, and its characters.
        shown: How the view shows its first character; `gone` is what stood in the view of an earlier version.
        fragment: Id of the fragment that hides it, else of the innermost one around it; empty where there is none. Of
            a summary the one that it sums up.
        before: Some text before it.
        match: What matched; the beginning of it when it is long.
        after: Some text after it.
    """

    source: Source
    span: Span
    shown: ShownAs
    fragment: str
    before: str
    match: str
    after: str


def seek(
    sources: Sources, query: str, how: How, most: int, after: Mark | None = None, *, kind: FoundIn | None = None
) -> Found:
    """Find a text in all that a session holds.

    Args:
        sources: All texts of the session.
        query: What to find, not empty.
        how: In which way.
        most: How many matches a page has.
        after: Where the page before ended; None gives the first page.
        kind: In texts of this kind only; None is all.

    Returns:
        The page: the oldest matches first, or the best where one is better than another; a span's slot is the number
        of the text in its message. Raises as the tools' searches do.
    """
    page = Page("best" if how in BY_WORTH else "oldest", most, after)
    return FINDERS[how](sources, sources.areas(kind), [query]).find(query, page)


def sought(sources: Sources, span: Span) -> Sought:
    """Say where a match is, whether the view shows it, and what stands around it.

    Args:
        sources: All texts of the session.
        span: The match.

    Returns:
        All that a reader needs to choose among matches.
    """
    source = sources.messages[span.message].all[span.slot]
    shown, fragment = _shown(sources.memory, source, span)
    text = source.text
    return Sought(
        source,
        span,
        shown,
        fragment,
        text[max(0, span.start - _AROUND) : span.start],
        text[span.start : min(span.end, span.start + _LONGEST)],
        text[span.end : span.end + _AROUND],
    )


def _shown(memory: WorkingMemory, source: Source, match: Span) -> tuple[ShownAs, str]:
    """Say how the view shows a match, and of which fragment it is."""
    if source.span is None:
        return "visible", ""
    if source.kind == "original":
        return _of_original(memory, Span(match.message, match.slot, match.start, match.start + 1))
    if source.gone is not None:
        return "gone", source.name
    hiding = memory.hiding(source.span)
    if hiding is not None and hiding.id != source.name:
        return _hidden_as(hiding), source.name
    return "visible", source.name


def _of_original(memory: WorkingMemory, first: Span) -> tuple[ShownAs, str]:
    """Say it of an original's character."""
    hiding = memory.hiding(first)
    if hiding is not None:
        return _hidden_as(hiding), hiding.id
    rewrite = memory.rewrite
    around = memory.around(first)
    fragment = around[-1].id if around else ""
    if rewrite is not None and rewrite.text is not None and rewrite.span.overlaps(first):
        return "rewritten", fragment
    return "visible", fragment


def _hidden_as(hiding: Fragment) -> ShownAs:
    return "folded" if hiding.state == "folded" else "summarised"
