"""`search_context`: find exact text in the conversation, hidden text too.

Sculptor (Li et al. 2025), https://arxiv.org/abs/2508.04664. Open in the paper, decided here: newest first (oldest first
with a cap hides the current value of a key); hidden text is found, and the reply says how it is hidden; case counts.

The reply has a line a match: see `quoting.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidState
from riffler.tools.events import TextSearched
from riffler.tools.fragments import LAST_ID, SearchHit, search_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.quoting import match_line, matches_of
from riffler.tools.scanning import RoleChoice, newest
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool


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
    head = matches_of(total, arguments.query)
    if total > len(hits):
        head += f", showing the newest {len(hits)}"
    lines = [head, *(match_line(memory, hit, arguments.context_size) for hit in hits)]
    return Outcome((TextSearched(arguments.query, hits),), "\n".join(lines))


SEARCH_CONTEXT = Tool(
    name="search_context",
    description=(
        "Find exact text in the conversation, also in hidden text. Shows the newest matches first, each with an id for "
        "get_search_detail and the id of its fragment."
    ),
    arguments=SearchContext,
    run=_run,
)
