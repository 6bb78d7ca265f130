"""`search_context`: find exact text in the conversation, hidden text too.

Sculptor (Li et al. 2025), https://arxiv.org/abs/2508.04664. Open in the paper, decided here: newest first (oldest first
with a cap hides the current value of a key); hidden text is found, and the reply says how it is hidden; case counts.

The reply has a line a match, in which line feeds are written as `⏎` and `«»` stand around what matched.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidState
from riffler.tools.events import TextSearched
from riffler.tools.fragments import LAST_ID, SearchHit, Span, search_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.scanning import RoleChoice, newest
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool

_LONGEST_ECHO = 1000


class SearchContext(Arguments):
    """Arguments of `search_context`."""

    query: Annotated[str, Field(min_length=1, description="Exact text to find; case counts.")]
    role: Annotated[RoleChoice, Field(description="Whose messages to look in.")] = "user"
    max_results: Annotated[int, Field(ge=1, le=50, description="How many matches to show, newest first.")] = 10
    context_size: Annotated[int, Field(ge=50, le=1000, description="Characters of text shown around a match.")] = 200


def _run(memory: WorkingMemory, arguments: SearchContext, inputs: Inputs) -> Outcome:
    total, spans = newest(memory, arguments.query, arguments.role, arguments.max_results)
    if len(memory.hits) + len(spans) > LAST_ID:
        raise InvalidState(f"this session has used all its {LAST_ID} search ids")
    hits = tuple(SearchHit(search_id(len(memory.hits) + number), span) for number, span in enumerate(spans, start=1))
    head = f'{total} {"match" if total == 1 else "matches"} for "{_one_line(_clipped(arguments.query))}"'
    if total > len(hits):
        head += f", showing the newest {len(hits)}"
    lines = [head, *(_line(memory, hit, arguments.context_size) for hit in hits)]
    return Outcome((TextSearched(arguments.query, hits),), "\n".join(lines))


def _line(memory: WorkingMemory, hit: SearchHit, context_size: int) -> str:
    span = hit.span
    text = memory.messages[span.message].texts[span.slot]
    before = max(0, span.start - context_size // 2)
    after = span.end + context_size // 2
    shown = (
        ("..." if before else "")
        + _one_line(text[before : span.start])
        + f"«{_one_line(_clipped(text[span.start : span.end]))}»"
        + _one_line(text[span.end : after])
        + ("..." if after < len(text) else "")
    )
    return f"[{hit.id}] {describe(memory, span)}: {shown}"


def describe(memory: WorkingMemory, span: Span) -> str:
    """Say where a span is and whether the model sees it.

    Args:
        memory: The working memory.
        span: Where a search found something.

    Returns:
        For example `message 4 (user), folded, fragment f0001a`.
    """
    hiding = memory.hiding(span)
    inner = memory.around(span)
    fragment = hiding or (inner[-1] if inner else None)
    words = (
        f"message {span.message + 1} ({memory.messages[span.message].role}), {hiding.state if hiding else 'visible'}"
    )
    return f"{words}, fragment {fragment.id}" if fragment else words


def _clipped(text: str) -> str:
    """Shorten what matched, when a model searches for a whole page: it knows the text."""
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."


def _one_line(text: str) -> str:
    return text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎")


SEARCH_CONTEXT = Tool(
    name="search_context",
    description=(
        "Find exact text in the conversation, also in hidden text. Shows the newest matches first, each with an id for "
        "get_search_detail and the id of its fragment."
    ),
    arguments=SearchContext,
    run=_run,
)
