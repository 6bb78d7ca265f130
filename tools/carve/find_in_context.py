"""`find_in_context`: many queries in one call, in five ways, on pages; hidden text is found too.

The reply has a head line for each query and a line a match, in the form of `quoting.py`. A place that several queries
find has one id. Where more is found than shown, the last line has the cursor of the next page. A reply has a quarter of
the budget, or half of what of it is free: see `finding/room.py`. Queries for which it has no room wait for the next
page, and come first there; each page shows some match, so that pages come to an end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from riffler.errors import InvalidState
from riffler.tools.as_written import id_list, position_text, text_list, word_list
from riffler.tools.events import TextSearched
from riffler.tools.finding.base import Found, Mark, Order, Page, position_mark, score_mark
from riffler.tools.finding.cursor import read_cursor, write_cursor
from riffler.tools.finding.room import LEAST_CONTEXT, echo_size, room_for, share
from riffler.tools.finding.scope import Scope, SpeakerRole
from riffler.tools.finding.ways import BY_WORTH, FINDERS, How
from riffler.tools.fragments import LAST_ID, SearchHit, Span, search_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.quoting import match_line, matches_of
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool

_CURSOR_TOKENS = 12
"""Of a query's mark in the cursor."""

_WAITING_TOKENS = 2
"""Of the mark of a query that waits."""

_LAST_LINES_TOKENS = 80
_Text = Annotated[str, Field(min_length=1)]


class FindInContext(Arguments):
    """Arguments of `find_in_context`."""

    queries: Annotated[
        list[_Text], BeforeValidator(text_list), Field(min_length=1, max_length=64, description="Texts to find.")
    ]
    how: Annotated[
        How, Field(description="any_case: nor accents; pattern: regular expression; ranked: words, BM25.")
    ] = "exact"
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
    scope = _scope(arguments)
    call = [arguments.queries, arguments.how, order, arguments.roles, arguments.messages, arguments.fragments]
    entries, marks = len(memory.entries), list[Mark | None]([()] * len(arguments.queries))
    if arguments.after:
        entries, marks = read_cursor(arguments.after, call, entries, (len(marks), _mark_size(arguments.how)))
    finder = FINDERS[arguments.how](memory, scope.areas(memory, entries), arguments.queries)
    pages = {number: Page(order, arguments.max_results, mark or None) for number, mark in _in_turn(marks)}
    whole = {number: finder.find(arguments.queries[number], page) for number, page in pages.items()}
    shown, context_size, echo = _shared(memory, arguments, inputs, pages, whole)
    events: list[TextSearched] = []
    lines: list[str] = []
    hits: dict[Span, SearchHit] = {}
    for number, found in shown.items():
        query, marks[number] = arguments.queries[number], found.mark
        first = len(memory.hits) + len(hits) + 1
        new = [span for span in found.spans if span not in hits]
        new_hits = tuple(SearchHit(search_id(first + place), span) for place, span in enumerate(new))
        hits |= {hit.span: hit for hit in new_hits}
        events.append(TextSearched(query, new_hits))
        lines.append(_head(query, found, pages[number], scope, echo))
        lines += (match_line(memory, hits[span], context_size) for span in found.spans)
    if len(memory.hits) + len(hits) > LAST_ID:
        raise InvalidState(f"this session has used all its {LAST_ID} search ids")
    if arguments.how == "exact" and not all(whole[number].total for number in shown):
        lines.append('no match: case, accents and spelling count; how="any_case" and how="fuzzy" find more')
    if context_size < arguments.context_size or any(whole[number] != found for number, found in shown.items()):
        lines.append(f"shortened to fit: {context_size} characters around a match; narrow the search for more")
    if waiting := len(pages) - len(shown):
        lines.append(f"{waiting} of the queries {'waits' if waiting == 1 else 'wait'} for the next page")
    if any(mark is not None for mark in marks):
        lines.append(f'more: call again with after="{write_cursor(call, entries, marks)}"')
    return Outcome(tuple(events), "\n".join(lines))


def _in_turn(marks: Sequence[Mark | None]) -> Iterator[tuple[int, Mark]]:
    """Give the queries that aren't done and their marks: those that wait for their first page come first."""
    going = [(number, mark) for number, mark in enumerate(marks) if mark is not None]
    yield from sorted(going, key=lambda pair: bool(pair[1]))


def _shared(
    memory: WorkingMemory,
    arguments: FindInContext,
    inputs: Inputs,
    pages: Mapping[int, Page],
    whole: Mapping[int, Found],
) -> tuple[dict[int, Found], int, int]:
    """Share the reply's room out: which queries it answers, with how many matches, and how much text of each."""
    room_tokens = room_for(memory, inputs)
    echo = echo_size(len(pages), room_tokens)
    count, scope = inputs.counter.count, _scope(arguments)

    def cost(number: int, match: int, context_size: int) -> int:
        span = whole[number].spans[match]
        return count(match_line(memory, SearchHit(search_id(LAST_ID), span), context_size)) + 1

    left = room_tokens - _LAST_LINES_TOKENS - _WAITING_TOKENS * len(pages)
    leasts = 0
    numbers: list[int] = []
    for number, page in pages.items():
        found = whole[number]
        head = count(_head(arguments.queries[number], found, page, scope, echo)) + _CURSOR_TOKENS
        least = cost(number, 0, LEAST_CONTEXT) if found.spans else 0
        if numbers and head + least > left - leasts:
            break
        numbers.append(number)
        left, leasts = left - head, leasts + least
    counts = [len(whole[number].spans) for number in numbers]
    most, context_size = share(counts, lambda place, *rest: cost(numbers[place], *rest), left, arguments.context_size)
    mark_of = score_mark if arguments.how in BY_WORTH else position_mark
    shown: dict[int, Found] = {}
    for number, some in zip(numbers, most, strict=True):
        found, spans = whole[number], whole[number].spans
        cut_short = some < len(spans)
        shown[number] = Found(found.total, spans[:some], mark_of(spans[:some], pages[number])) if cut_short else found
    return shown, context_size, echo


def _scope(arguments: FindInContext) -> Scope:
    return Scope(arguments.roles, arguments.messages, arguments.fragments)


def _order(arguments: FindInContext) -> Order:
    if arguments.order != "auto":
        return arguments.order
    return "best" if arguments.how in BY_WORTH else "newest"


def _mark_size(how: How) -> int:
    """Give how many numbers a mark of this way has: see `by_score` and `by_position`."""
    return 1 if how in BY_WORTH else 3


def _head(query: str, found: Found, page: Page, scope: Scope, echo: int) -> str:
    """Write a query's head line; it says which of the matches are shown, where not all are."""
    head = f"{matches_of(found.total, query, echo)}{scope.words()}"
    if len(found.spans) == found.total:
        return head
    return f"{head}, showing the {'next' if page.after else page.order} {len(found.spans)}"


FIND_IN_CONTEXT = Tool(
    name="find_in_context",
    description=(
        "Find texts in the whole conversation, also in hidden text; many queries in one call. Each match has an id for "
        "get_search_detail and the id of its fragment."
    ),
    arguments=FindInContext,
    run=_run,
)
