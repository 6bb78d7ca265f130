"""What a session holds: messages, the view of them, fragments, events."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from riffler.service.agent.offload import offload
from riffler.service.agent.past import events_of, memory_at
from riffler.service.http.bodies import BodySize, JsonRoute
from riffler.service.http.conditions import ExpectedOf, Named, etag
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, READS, answers, documented, read_answers
from riffler.service.http.examples import APPENDED, EVENTS, FRAGMENTS, MESSAGES, VIEW
from riffler.service.http.groups import group
from riffler.service.http.incoming import MOST_VERSIONS, NewMessages
from riffler.service.http.paging import Cursor, Limit, page_of, read_cursor, write_cursor
from riffler.service.http.reading import ReaderOf, SessionPath
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

AtVersion = Annotated[
    int | None,
    Query(
        ge=0,
        le=MOST_VERSIONS,
        description="As of which version, on each page; without one the present. One that isn't kept any more is 404.",
        examples=[1],
    ),
]

router = group("/api/v1/sessions/{session}", "conversation", JsonRoute)


@router.post(
    "/messages",
    responses={
        **answers(200, "Where the messages are now.", APPENDED, tagged=True),
        **documented(*CHANGES, 404, 409, 412, 507),
    },
)
async def append_messages(
    core: CoreOf,
    tenant: TenantOf,
    session: SessionPath,
    body: NewMessages,
    size: BodySize,
    expected: ExpectedOf,
    request: Named,
    response: Response,
) -> AppendedOut:
    """Add messages to the end of a conversation, without asking anything."""
    messages = await offload(size, lambda: read_messages(body.messages))
    key = SessionKey(tenant, session)
    done = await core.edits.append(key, messages, await expected.seen(key), request)
    response.headers["ETag"] = etag(done)
    return AppendedOut(version=done.version, first=done.first, count=done.count)


@router.get("/messages", responses={**read_answers("A page of messages.", MESSAGES), **documented(*READS, 404)})
async def read_originals(reader: ReaderOf, limit: Limit = 100, cursor: Cursor = None) -> MessagePage:
    """Read the originals, which nothing ever changes."""
    place = read_cursor(cursor, int)
    memory = await reader.memory()
    messages, more = page_of(memory.messages, place[0] if place else 0, limit)
    return MessagePage(items=[message.to_dict() for message in messages], next=more)


@router.get("/view", responses={**read_answers("A page of the view.", VIEW), **documented(*READS, 404)})
async def read_view(
    core: CoreOf, reader: ReaderOf, version: AtVersion = None, limit: Limit = 100, cursor: Cursor = None
) -> ViewPage:
    """Read what the model sees, or saw: the same messages, with markers, summaries and the rewrite in their places."""
    place = read_cursor(cursor, int)
    memory = await memory_at(core.sessions, reader.key, version, await reader.memory())
    first = place[0] if place else 0
    sight = core.room.sight(core.engine.counter)
    seen = await offload(memory.characters, lambda: view(memory, sight))
    messages, more = page_of(seen.messages, first, limit)
    items = [
        ViewedMessage(index=index, changed=index in seen.changed, message=message.to_dict())
        for index, message in enumerate(messages, first)
    ]
    return ViewPage(items=items, next=more, version=memory.version)


@router.get("/fragments", responses={**read_answers("A page of fragments.", FRAGMENTS), **documented(*READS, 404)})
async def read_fragments(reader: ReaderOf, limit: Limit = 100, cursor: Cursor = None) -> FragmentPage:
    """Read the fragments, in the order in which they were cut."""
    place = read_cursor(cursor, int)
    memory = await reader.memory()
    fragments, more = page_of(list(memory.fragments.values()), place[0] if place else 0, limit)
    return FragmentPage(items=[FragmentOut.of(fragment) for fragment in fragments], next=more)


@router.get("/events", responses={**read_answers("A page of events.", EVENTS), **documented(*READS, 404)})
async def read_events(core: CoreOf, reader: ReaderOf, limit: Limit = 100, cursor: Cursor = None) -> EventPage:
    """Read what happened to a session, the oldest that is kept first. A cursor to what isn't kept any more is 404."""
    place = read_cursor(cursor, int, int)
    memory = await reader.memory()
    found = await events_of(core.sessions, reader.key, limit, (place[0], place[1]) if place else None, memory)
    more = write_cursor(*found.next) if found.next else None
    return EventPage(items=[EventOut.of(recorded) for recorded in found.events], next=more, oldest=found.oldest)
