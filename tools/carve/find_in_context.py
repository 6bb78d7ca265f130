"""`find_in_context`: many queries in one call, in five ways, on pages; hidden text is found too.

The reply has a head line for each query and a line a match, in the form of `quoting.py`. A place that several queries
find has one id. Where more is found than shown, the last line has the cursor of the next page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from riffler.errors import InvalidState
from riffler.tools.as_written import id_list, position_text, text_list, word_list
from riffler.tools.events import TextSearched
from riffler.tools.finding.any_case import AnyCase
from riffler.tools.finding.base import Finder, Found, Mark, Order, Page
from riffler.tools.finding.cursor import read_cursor, write_cursor
from riffler.tools.finding.exact import Exact
from riffler.tools.finding.fuzzy import Fuzzy
from riffler.tools.finding.pattern import Pattern
from riffler.tools.finding.ranked import Ranked
from riffler.tools.finding.scope import Scope, SpeakerRole
from riffler.tools.fragments import LAST_ID, SearchHit, Span, search_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.quoting import match_line, matches_of
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool

How = Literal["exact", "any_case", "pattern", "ranked", "fuzzy"]

_FINDERS: dict[How, Callable[[WorkingMemory, Sequence[Span]], Finder]] = {
    "exact": Exact,
    "any_case": AnyCase,
    "pattern": Pattern,
    "ranked": Ranked,
    "fuzzy": Fuzzy,
}
_BY_WORTH: frozenset[How] = frozenset(["ranked", "fuzzy"])
_Text = Annotated[str, Field(min_length=1)]


class FindInContext(Arguments):
    """Arguments of `find_in_context`."""

    queries: Annotated[
        list[_Text], BeforeValidator(text_list), Field(min_length=1, max_length=64, description="Texts to find.")
    ]
    how: Annotated[How, Field(description="pattern: regular expression; ranked: words, BM25.")] = "exact"
    order: Annotated[
        Literal["auto", "newest", "oldest", "best"], Field(description="auto: best for ranked and fuzzy, else newest.")
    ] = "auto"
    roles: Annotated[
        list[SpeakerRole],
        BeforeValidator(word_list),
        Field(default_factory=list, description="Whose messages; empty: all."),
    ]
    messages: Annotated[
        str, BeforeValidator(position_text), Field(description='Only these, such as "3-20" or "5-".')
    ] = ""
    fragments: Annotated[
        list[str],
        BeforeValidator(id_list),
        Field(default_factory=list, description="Only inside these, such as f00001-f00020."),
    ]
    max_results: Annotated[int, Field(ge=1, le=50, description="Matches shown a query.")] = 5
    context_size: Annotated[int, Field(ge=20, le=1000, description="Characters shown around a match.")] = 160
    after: Annotated[str, Field(description="Cursor of the page before.")] = ""


def _run(memory: WorkingMemory, arguments: FindInContext, inputs: Inputs) -> Outcome:
    order = _order(arguments)
    scope = Scope(arguments.roles, arguments.messages, arguments.fragments)
    call = [arguments.queries, arguments.how, order, arguments.roles, arguments.messages, arguments.fragments]
    entries, marks = len(memory.entries), list[Mark | None]([None] * len(arguments.queries))
    if arguments.after:
        entries, marks = read_cursor(arguments.after, call, entries, (len(marks), _mark_size(arguments.how)))
    finder = _FINDERS[arguments.how](memory, scope.areas(memory, entries))
    events: list[TextSearched] = []
    lines: list[str] = []
    hits: dict[Span, SearchHit] = {}
    missed = False
    ends = list[Mark | None]([None] * len(marks))
    for number, (query, mark) in enumerate(zip(arguments.queries, marks, strict=True)):
        if arguments.after and mark is None:
            continue  # the pages before had all of its matches
        found = finder.find(query, Page(order, arguments.max_results, mark))
        ends[number] = found.mark
        missed = missed or not found.total
        first = len(memory.hits) + len(hits) + 1
        new = [span for span in found.spans if span not in hits]
        new_hits = tuple(SearchHit(search_id(first + place), span) for place, span in enumerate(new))
        hits |= {hit.span: hit for hit in new_hits}
        events.append(TextSearched(query, new_hits))
        lines.append(f"{matches_of(found.total, query)}{scope.words()}{_shown(found, order, first=mark is None)}")
        lines += (match_line(memory, hits[span], arguments.context_size) for span in found.spans)
    if len(memory.hits) + len(hits) > LAST_ID:
        raise InvalidState(f"this session has used all its {LAST_ID} search ids")
    if missed and arguments.how == "exact":
        lines.append('no match: case and spelling count; how="any_case" and how="fuzzy" find more')
    if any(ends):
        lines.append(f'more: call again with after="{write_cursor(call, entries, ends)}"')
    return Outcome(tuple(events), "\n".join(lines))


def _order(arguments: FindInContext) -> Order:
    if arguments.order != "auto":
        return arguments.order
    return "best" if arguments.how in _BY_WORTH else "newest"


def _mark_size(how: How) -> int:
    """Give how many numbers a mark of this way has: see `by_score` and `by_position`."""
    return 1 if how in _BY_WORTH else 3


def _shown(found: Found, order: Order, *, first: bool) -> str:
    """Say which of the matches are shown, where not all are."""
    if len(found.spans) == found.total:
        return ""
    return f", showing the {order if first else 'next'} {len(found.spans)}"


FIND_IN_CONTEXT = Tool(
    name="find_in_context",
    description=(
        "Find texts in the whole conversation, also in hidden text; many queries in one call. Each match has an id for "
        "get_search_detail and the id of its fragment."
    ),
    arguments=FindInContext,
    run=_run,
)
