"""A session's past: what happened, what differs between two versions, and a session that begins as another one was."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from riffler.errors import InvalidInput
from riffler.service.agent.past import difference_of, history_of
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.conditions import Named, etag
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, READS, answers, documented, read_answers
from riffler.service.http.examples import DIFF, HISTORY, SESSION
from riffler.service.http.groups import group
from riffler.service.http.history_schemas import DiffPage, HistoryPage, VersionOut
from riffler.service.http.incoming import MOST_VERSIONS, NewFork
from riffler.service.http.paging import Cursor, Limit, page_of, read_cursor, write_cursor
from riffler.service.http.reading import ReaderOf, SessionPath
from riffler.service.http.routes.sessions import described
from riffler.service.http.schemas import ForkedOut, SessionOut
from riffler.service.ports.memory import SessionKey

router = group("/api/v1/sessions/{session}", "history", JsonRoute)
From = Annotated[int, Query(alias="from", ge=0, le=MOST_VERSIONS, description="The earlier version.", examples=[1])]
To = Annotated[
    int | None,
    Query(
        ge=0,
        le=MOST_VERSIONS,
        description="The later version; without one the present, as it was when the first page was read.",
        examples=[2],
    ),
]


@router.get("/history", responses={**read_answers("A page of versions.", HISTORY), **documented(*READS, 404)})
async def read_history(core: CoreOf, reader: ReaderOf, limit: Limit = 100, cursor: Cursor = None) -> HistoryPage:
    """Read what made each version, the newest first, as far as it is kept."""
    place = read_cursor(cursor, int)
    memory = await reader.memory()
    found = await history_of(core.sessions, reader.key, limit, place[0] if place else None, memory)
    more = write_cursor(found.versions[-1].number) if found.more else None
    items = [VersionOut.of(version, memory) for version in found.versions]
    return HistoryPage(items=items, next=more, oldest=found.oldest, forked_from=ForkedOut.of(memory))


@router.get("/diff", responses={**read_answers("A page of what differs.", DIFF), **documented(*READS, 404)})
async def read_diff(
    core: CoreOf, reader: ReaderOf, earlier: From, to: To = None, limit: Limit = 100, cursor: Cursor = None
) -> DiffPage:
    """Compare two versions, the same two on all pages. One that isn't kept, or not any more, is 404."""
    place = read_cursor(cursor, int, int, int)
    if place is not None:
        to = _later(place, earlier, to)
    memory = await reader.memory()
    counter = core.engine.counter
    sight = core.room.sight(counter)
    found = await difference_of(core.sessions, reader.key, (earlier, to), counter, memory, sight=sight)
    items, more = page_of(found.fragments, place[2] if place else 0, limit, found.before, found.after)
    return DiffPage.of(found, items, more, memory)


@router.post(
    "/fork",
    status_code=201,
    responses={
        **answers(201, "The new session, as it stands.", SESSION, tagged=True, located=True),
        **documented(*CHANGES, 404, 409, 507),
    },
)
async def fork_session(
    core: CoreOf, tenant: TenantOf, session: SessionPath, body: NewFork, request: Named, response: Response
) -> SessionOut:
    """Make a session that begins as this one was, with its version and its ids; each goes on by itself."""
    key, memory = await core.edits.fork(SessionKey(tenant, session), body.version, body.session, request)
    response.headers["Location"] = f"/api/v1/sessions/{key.session}"
    response.headers["ETag"] = etag(memory)
    return await described(core, key.session, memory)


def _later(place: tuple[int, int, int], earlier: int, to: int | None) -> int:
    """Give the version that the pages before compared with: the present has another number by now, or may have."""
    if place[0] != earlier or to not in {None, place[1]}:
        asked = f"from {earlier}" if to is None else f"from {earlier} to {to}"
        raise InvalidInput(
            f"query.cursor: expected the `next` of a page {asked}, got that of one from {place[0]} to {place[1]}"
        )
    return place[1]
