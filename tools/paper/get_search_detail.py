"""`get_search_detail`: show more of the text around one match of a search.

Sculptor (Li et al. 2025), https://arxiv.org/abs/2508.04664. Open in the paper, decided here: `extended_context` is the
number of characters around the match in all; the text is shown as it is, also when its fragment is hidden.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import UnknownSearchHit
from riffler.tools.fragments import SEARCH_ID
from riffler.tools.memory import WorkingMemory
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool


class GetSearchDetail(Arguments):
    """Arguments of `get_search_detail`."""

    search_id: Annotated[str, Field(pattern=SEARCH_ID, description="Id of a match, such as s0001a.")]
    extended_context: Annotated[int, Field(ge=100, le=2000, description="Characters shown around the match.")] = 500


def _run(memory: WorkingMemory, arguments: GetSearchDetail, inputs: Inputs) -> Outcome:
    hit = memory.hits.get(arguments.search_id)
    if hit is None:
        ids = list(memory.hits)
        known = f"this session has {ids[0]} to {ids[-1]}" if ids else "nothing was found by a search yet"
        raise UnknownSearchHit(f"no match {arguments.search_id}: {known}")
    text = memory.messages[hit.span.message].texts[hit.span.slot]
    start = max(0, hit.span.start - arguments.extended_context // 2)
    end = min(len(text), hit.span.end + arguments.extended_context // 2)
    role = memory.messages[hit.span.message].role
    head = f"[{hit.id}] message {hit.span.message + 1} ({role}), characters {start}-{end} of {len(text)}:"
    return Outcome((), f"{head}\n{text[start:end]}")


GET_SEARCH_DETAIL = Tool(
    name="get_search_detail",
    description="Show more of the text around one match of a search.",
    arguments=GetSearchDetail,
    run=_run,
)
