"""What a session holds: messages, the view of them, fragments, events."""

from __future__ import annotations

from fastapi import APIRouter, Response

from riffler.service.agent.offload import offload
from riffler.service.http.bodies import BodySize, JsonRoute
from riffler.service.http.conditions import ExpectedVersion, Named, etag
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.examples import APPENDED, answers
from riffler.service.http.incoming import NewMessages
from riffler.service.http.paging import Cursor, Limit, page_of, read_cursor, write_cursor
from riffler.service.http.problems import documented
from riffler.service.http.reading import Read, SessionPath
from riffler.service.http.routes.sessions import ETAG, NOT_MODIFIED
from riffler.service.http.schemas import (
    AppendedOut,
    EventOut,
    EventPage,
    FragmentOut,
    FragmentPage,
    MessagePage,
    ViewedMessage,
    ViewPage,
)
from riffler.service.ports.memory import SessionKey
from riffler.tools.messages import read_messages
from riffler.tools.view import view

router = APIRouter(prefix="/api/v1/sessions/{session}", tags=["conversation"], route_class=JsonRoute)


@router.post("/messages", responses={200: ETAG | answers(200, APPENDED)[200], **documented(404, 409, 412, 507)})
async def append_messages(
    core: CoreOf,
    tenant: TenantOf,
    session: SessionPath,
    body: NewMessages,
    size: BodySize,
    seen: ExpectedVersion,
    request: Named,
    response: Response,
) -> AppendedOut:
    """Add messages to the end of a conversation, without asking anything."""
    messages = await offload(size, lambda: read_messages(body.messages))
    done = await core.edits.append(SessionKey(tenant, session), messages, seen, request)
    response.headers["ETag"] = etag(done)
    return AppendedOut(version=done.version, first=done.first, count=done.count)


@router.get("/messages", responses={200: ETAG, **NOT_MODIFIED, **documented(404)})
async def read_originals(memory: Read, limit: Limit = 100, cursor: Cursor = None) -> MessagePage:
    """Read the originals, which nothing ever changes."""
    place = read_cursor(cursor, int)
    messages, more = page_of(memory.messages, place[0] if place else 0, limit)
    return MessagePage(items=[message.to_dict() for message in messages], next=more)


@router.get("/view", responses={200: ETAG, **NOT_MODIFIED, **documented(404)})
async def read_view(memory: Read, limit: Limit = 100, cursor: Cursor = None) -> ViewPage:
    """Read what the model sees: the same messages, with markers, summaries and the rewrite in their places."""
    place = read_cursor(cursor, int)
    first = place[0] if place else 0
    seen = await offload(memory.characters, lambda: view(memory))
    messages, more = page_of(seen.messages, first, limit)
    items = [
        ViewedMessage(index=index, changed=index in seen.changed, message=message.to_dict())
        for index, message in enumerate(messages, first)
    ]
    return ViewPage(items=items, next=more)


@router.get("/fragments", responses={200: ETAG, **NOT_MODIFIED, **documented(404)})
async def read_fragments(memory: Read, limit: Limit = 100, cursor: Cursor = None) -> FragmentPage:
    """Read the fragments, in the order in which they were cut."""
    place = read_cursor(cursor, int)
    fragments, more = page_of(list(memory.fragments.values()), place[0] if place else 0, limit)
    return FragmentPage(items=[FragmentOut.of(fragment) for fragment in fragments], next=more)


@router.get("/events", responses={200: ETAG, **NOT_MODIFIED, **documented(404)})
async def read_events(
    core: CoreOf, tenant: TenantOf, session: SessionPath, _memory: Read, limit: Limit = 100, cursor: Cursor = None
) -> EventPage:
    """Read what happened to a session, the oldest first. Replayed over the messages, it gives the session again."""
    place = read_cursor(cursor, int, int)
    after = (place[0], place[1]) if place else (0, 0)
    found = await core.sessions.events(SessionKey(tenant, session), after, limit + 1)
    shown = found[:limit]
    more = write_cursor(shown[-1].version, shown[-1].number) if len(found) > limit else None
    return EventPage(items=[EventOut.of(recorded) for recorded in shown], next=more)
