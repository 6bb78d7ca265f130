"""Sessions: make, list, look at, delete."""

from __future__ import annotations

from fastapi import Response

from riffler.service.agent.offload import offload
from riffler.service.http.bodies import BodySize, JsonRoute
from riffler.service.http.conditions import ExpectedOf, Named, etag
from riffler.service.http.core import Core, CoreOf, TenantOf
from riffler.service.http.described import CHANGES, READS, answers, documented, read_answers
from riffler.service.http.examples import SESSION, SESSIONS
from riffler.service.http.groups import group
from riffler.service.http.incoming import NewSession
from riffler.service.http.paging import Cursor, Limit, read_cursor, write_cursor
from riffler.service.http.reading import ReaderOf, SessionPath
from riffler.service.http.schemas import ForkedOut, FragmentCounts, SessionListed, SessionOut, SessionPage
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import read_messages
from riffler.tools.sight import Sight
from riffler.tools.tokens import TokenCounter, count_message
from riffler.tools.view import view

router = group("/api/v1/sessions", "sessions", JsonRoute)


@router.post(
    "",
    status_code=201,
    responses={
        **answers(201, "The session, as it stands.", SESSION, tagged=True, located=True),
        **documented(*CHANGES, 409, 507),
    },
)
async def create_session(
    core: CoreOf, tenant: TenantOf, body: NewSession, size: BodySize, request: Named, response: Response
) -> SessionOut:
    """Make a session, with messages or empty."""
    messages = await offload(size, lambda: read_messages(body.messages))
    key, memory = await core.edits.create(tenant, body.session, messages, request)
    response.headers["Location"] = f"/api/v1/sessions/{key.session}"
    response.headers["ETag"] = etag(memory)
    return await described(core, key.session, memory)


@router.get("", responses={**answers(200, "A page of sessions.", SESSIONS), **documented(*READS)})
async def list_sessions(core: CoreOf, tenant: TenantOf, limit: Limit = 100, cursor: Cursor = None) -> SessionPage:
    """List sessions, the newest first. Where many are gone a page can have few or none, while its `next` leads on."""
    place = read_cursor(cursor, int, str)
    found = await core.sessions.sessions(tenant, (place[0], place[1]) if place else None, limit)
    more = write_cursor(*found.next) if found.next else None
    return SessionPage(items=[SessionListed.of(summary) for summary in found.sessions], next=more)


@router.get(
    "/{session}",
    responses={**read_answers("The session, as it stands.", SESSION), **documented(*READS, 404)},
)
async def read_session(core: CoreOf, reader: ReaderOf) -> SessionOut:
    """Look at a session: its version, and how large it is."""
    return await described(core, reader.key.session, await reader.memory())


@router.delete(
    "/{session}",
    status_code=204,
    response_description="It is gone.",
    responses=documented(*READS, 404, 409, 412, 507),
)
async def delete_session(
    core: CoreOf, tenant: TenantOf, session: SessionPath, expected: ExpectedOf, request: Named
) -> None:
    """Delete a session with all that belongs to it. It can't be undone."""
    key = SessionKey(tenant, session)
    await core.edits.delete(key, await expected.seen(key), request)


async def described(core: Core, session: str, memory: WorkingMemory) -> SessionOut:
    """Describe a session: its version, and how large it is.

    Args:
        core: What counts.
        session: Its name.
        memory: The session.

    Returns:
        What a client reads of it.
    """
    states = [fragment.state.value for fragment in memory.fragments.values()]
    counter = core.engine.counter
    sight = core.room.sight(counter)
    whole, seen = await offload(memory.characters, lambda: _tokens(memory, counter, sight))
    return SessionOut(
        session=session,
        version=memory.version,
        messages=len(memory.entries),
        fragments=FragmentCounts(**{state: states.count(state) for state in ("visible", "folded", "summarised")}),
        conversation_tokens=whole,
        seen_tokens=seen,
        forked_from=ForkedOut.of(memory),
    )


def _tokens(memory: WorkingMemory, counter: TokenCounter, sight: Sight | None) -> tuple[int, int]:
    return sum(count_message(message, counter) for message in memory.messages), view(memory, sight).tokens(counter)
