"""Sessions: make, list, look at, add to, edit, fork and delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riffler.service.client.call import Call, body_of, change, nothing, path_of, query_of, reading
from riffler.service.client.models.sessions import (
    Appended,
    Called,
    EventPage,
    FragmentPage,
    MessagePage,
    Session,
    SessionPage,
    Tool,
    ViewPage,
)

_SESSIONS = "/api/v1/sessions"


def create_session(
    session: str | None = None, messages: Sequence[Mapping[str, Any]] = (), idempotency_key: str | None = None
) -> Call[Session]:
    """Make a session."""
    return Call(
        "create_session",
        "POST",
        _SESSIONS,
        reading(Session),
        body=body_of(session=session, messages=[dict(message) for message in messages]),
        headers=change(idempotency_key),
        changes=True,
    )


def list_sessions(limit: int, cursor: str | None = None) -> Call[SessionPage]:
    """List sessions."""
    return Call("list_sessions", "GET", _SESSIONS, reading(SessionPage), query_of(limit=limit, cursor=cursor))


def read_session(session: str) -> Call[Session]:
    """Look at a session."""
    return Call("read_session", "GET", path_of(f"{_SESSIONS}/", session), reading(Session))


def delete_session(session: str, idempotency_key: str | None = None, if_match: str | None = None) -> Call[None]:
    """Delete a session."""
    return Call(
        "delete_session",
        "DELETE",
        path_of(f"{_SESSIONS}/", session),
        nothing,
        headers=change(idempotency_key, if_match),
        changes=True,
    )


def append_messages(
    session: str,
    messages: Sequence[Mapping[str, Any]],
    idempotency_key: str | None = None,
    if_match: str | None = None,
) -> Call[Appended]:
    """Add messages."""
    return Call(
        "append_messages",
        "POST",
        path_of(f"{_SESSIONS}/", session, "/messages"),
        reading(Appended),
        body=body_of(messages=[dict(message) for message in messages]),
        headers=change(idempotency_key, if_match),
        changes=True,
    )


def fork_session(
    session: str, version: int | None = None, name: str | None = None, idempotency_key: str | None = None
) -> Call[Session]:
    """Make a session that begins as another one was."""
    return Call(
        "fork_session",
        "POST",
        path_of(f"{_SESSIONS}/", session, "/fork"),
        reading(Session),
        body=body_of(version=version, session=name),
        headers=change(idempotency_key),
        changes=True,
    )


def list_tools() -> Call[tuple[Tool, ...]]:
    """List the context tools."""
    return Call("list_tools", "GET", "/api/v1/tools", reading(tuple[Tool, ...]))


def call_tool(
    session: str,
    tool: str,
    arguments: Mapping[str, Any],
    summary: str | None = None,
    *,
    idempotency_key: str | None = None,
    if_match: str | None = None,
) -> Call[Called]:
    """Call a context tool."""
    return Call(
        "call_tool",
        "POST",
        path_of(f"{_SESSIONS}/", session, "/tools/", tool),
        reading(Called),
        body=body_of(arguments=dict(arguments), summary=summary),
        headers=change(idempotency_key, if_match),
        changes=True,
    )


def read_originals(session: str, limit: int, cursor: str | None = None) -> Call[MessagePage]:
    """Read the originals."""
    path = path_of(f"{_SESSIONS}/", session, "/messages")
    return Call("read_originals", "GET", path, reading(MessagePage), query_of(limit=limit, cursor=cursor))


def read_view(session: str, version: int | None, limit: int, cursor: str | None = None) -> Call[ViewPage]:
    """Read what the model sees, or saw."""
    query = query_of(version=version, limit=limit, cursor=cursor)
    return Call("read_view", "GET", path_of(f"{_SESSIONS}/", session, "/view"), reading(ViewPage), query)


def read_fragments(session: str, limit: int, cursor: str | None = None) -> Call[FragmentPage]:
    """Read the fragments."""
    path = path_of(f"{_SESSIONS}/", session, "/fragments")
    return Call("read_fragments", "GET", path, reading(FragmentPage), query_of(limit=limit, cursor=cursor))


def read_events(session: str, limit: int, cursor: str | None = None) -> Call[EventPage]:
    """Read what happened."""
    path = path_of(f"{_SESSIONS}/", session, "/events")
    return Call("read_events", "GET", path, reading(EventPage), query_of(limit=limit, cursor=cursor))
