"""Sessions: make, list, look at, delete."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from riffler.service.agent.offload import offload
from riffler.service.http.bodies import BodySize, JsonRoute
from riffler.service.http.conditions import ExpectedVersion, Named, etag
from riffler.service.http.core import Core, CoreOf, TenantOf
from riffler.service.http.examples import SESSION, SESSIONS, answers
from riffler.service.http.incoming import NewSession
from riffler.service.http.paging import Cursor, Limit, read_cursor, write_cursor
from riffler.service.http.problems import documented
from riffler.service.http.reading import Read, SessionPath
from riffler.service.http.schemas import FragmentCounts, SessionListed, SessionOut, SessionPage
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import read_messages
from riffler.tools.tokens import TokenCounter, count_message
from riffler.tools.view import view

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"], route_class=JsonRoute)
ETAG: dict[str, Any] = {"headers": {"ETag": {"description": "The session's version.", "schema": {"type": "string"}}}}
CREATED = {
    "headers": ETAG["headers"] | {"Location": {"description": "Where the session is.", "schema": {"type": "string"}}}
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {**ETAG, "description": "The reader has this version (`If-None-Match`)."}
}


@router.post("", status_code=201, responses={201: CREATED | answers(201, SESSION)[201], **documented(409, 507)})
async def create_session(
    core: CoreOf, tenant: TenantOf, body: NewSession, size: BodySize, request: Named, response: Response
) -> SessionOut:
    """Make a session, with messages or empty."""
    messages = await offload(size, lambda: read_messages(body.messages))
    key, memory = await core.edits.create(tenant, body.session, messages, request)
    response.headers["Location"] = f"/api/v1/sessions/{key.session}"
    response.headers["ETag"] = etag(memory)
    return await _described(core, key.session, memory)


@router.get("", responses={**answers(200, SESSIONS), **documented()})
async def list_sessions(core: CoreOf, tenant: TenantOf, limit: Limit = 100, cursor: Cursor = None) -> SessionPage:
    """List sessions, the newest first."""
    place = read_cursor(cursor, int, str)
    found = await core.sessions.sessions(tenant, (place[0], place[1]) if place else None, limit + 1)
    shown = found[:limit]
    more = write_cursor(shown[-1].created_us, shown[-1].session) if len(found) > limit else None
    return SessionPage(items=[SessionListed.of(summary) for summary in shown], next=more)


@router.get(
    "/{session}",
    responses={200: ETAG | answers(200, SESSION)[200], **NOT_MODIFIED, **documented(404)},
)
async def read_session(core: CoreOf, session: SessionPath, memory: Read) -> SessionOut:
    """Look at a session: its version, and how large it is."""
    return await _described(core, session, memory)


@router.delete("/{session}", status_code=204, responses=documented(404, 409, 412, 507))
async def delete_session(
    core: CoreOf, tenant: TenantOf, session: SessionPath, seen: ExpectedVersion, request: Named
) -> None:
    """Delete a session with all that belongs to it. It can't be undone."""
    await core.edits.delete(SessionKey(tenant, session), seen, request)


async def _described(core: Core, session: str, memory: WorkingMemory) -> SessionOut:
    states = [fragment.state.value for fragment in memory.fragments.values()]
    whole, seen = await offload(memory.characters, lambda: _tokens(memory, core.engine.counter))
    return SessionOut(
        session=session,
        version=memory.version,
        messages=len(memory.entries),
        fragments=FragmentCounts(**{state: states.count(state) for state in ("visible", "folded", "summarised")}),
        conversation_tokens=whole,
        seen_tokens=seen,
    )


def _tokens(memory: WorkingMemory, counter: TokenCounter) -> tuple[int, int]:
    return sum(count_message(message, counter) for message in memory.messages), view(memory).tokens(counter)
