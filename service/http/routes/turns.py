"""Turns: what became of each, in figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Query

from riffler.errors import InvalidInput
from riffler.service.agent.turn_pages import TurnPage, page_of
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import READS, answers, documented
from riffler.service.http.groups import group
from riffler.service.http.paging import Cursor, Limit, read_cursor, write_cursor
from riffler.service.http.service_examples import TURNS
from riffler.service.http.shapes import shape_of
from riffler.service.ports.turn_log import Outcome, TurnRecord

_PAGE: Final = (
    "A page. Where few fit the filters it can have few or none, while its `next` leads on. The log keeps the newest "
    "20,000 or so."
)
router = group("/api/v1/turns", "service")
SinceMs = Annotated[
    int, Query(ge=0, le=2**53, description="Only those not older than this, in milliseconds since 1970.")
]
OfSession = Annotated[str | None, Query(max_length=512, description="Only those of this session.")]
OfOutcome = Annotated[Outcome | None, Query(description="Only those that ended so.")]


@router.get("", response_model=shape_of(TurnPage), responses={**answers(200, _PAGE, TURNS), **documented(*READS)})
async def list_turns(
    core: CoreOf,
    tenant: TenantOf,
    limit: Limit = 100,
    cursor: Cursor = None,
    session: OfSession = None,
    outcome: OfOutcome = None,
    since_ms: SinceMs = 0,
) -> Any:  # noqa: ANN401
    """List turns and edits by hand, the newest first: what became of each, in figures, without texts."""

    def wanted(record: TurnRecord) -> bool:
        here = session is None or record.session == session
        return here and (outcome is None or (record.kind == "turn" and record.outcome == outcome))

    place = read_cursor(cursor, int, int)
    if place == (0, 0):  # the id of no record, before which Redis refuses to look
        raise InvalidInput(f"query.cursor: expected the `next` of a page of this list, got {cursor!a}")
    before = f"{place[0]}-{place[1]}" if place else None
    page = await page_of(core.turn_log, tenant, limit, before, since_ms=since_ms, wanted=wanted)
    return replace(page, next=page.next and write_cursor(*map(int, page.next.split("-"))))
