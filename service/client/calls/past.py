"""A session's past, and a session seen closely."""

from __future__ import annotations

from typing import Literal

from riffler.service.client.call import Call, path_of, query_of, reading
from riffler.service.client.models.past import DiffPage, HistoryPage, HitPage, Original, TokenParts

How = Literal["exact", "any_case", "pattern", "fuzzy", "ranked"]
FoundIn = Literal["original", "call", "summary", "rewrite"]


def read_history(session: str, limit: int, cursor: str | None = None) -> Call[HistoryPage]:
    """Read what made each version."""
    path = path_of("/api/v1/sessions/", session, "/history")
    return Call("read_history", "GET", path, reading(HistoryPage), query_of(limit=limit, cursor=cursor))


def read_diff(session: str, earlier: int, later: int | None, limit: int, cursor: str | None = None) -> Call[DiffPage]:
    """Compare two versions."""
    query = query_of(**{"from": earlier}, to=later, limit=limit, cursor=cursor)
    return Call("read_diff", "GET", path_of("/api/v1/sessions/", session, "/diff"), reading(DiffPage), query)


def search_session(
    session: str,
    query: str,
    how: How,
    *,
    found_in: FoundIn | None,
    version: int | None,
    limit: int,
    cursor: str | None = None,
) -> Call[HitPage]:
    """Search all that a session holds or showed."""
    asked = query_of(query=query, how=how, found_in=found_in, version=version, limit=limit, cursor=cursor)
    path = path_of("/api/v1/sessions/", session, "/search")
    return Call("search_session", "GET", path, reading(HitPage), asked)


def read_original(session: str, message: int, slot: int, start: int, end: int | None) -> Call[Original]:
    """Read some original text."""
    query = query_of(message=message, slot=slot, start=start, end=end)
    return Call("read_original", "GET", path_of("/api/v1/sessions/", session, "/original"), reading(Original), query)


def read_token_parts(session: str, version: int | None = None) -> Call[TokenParts]:
    """Count what the model sees, or saw, by part."""
    path = path_of("/api/v1/sessions/", session, "/view/tokens")
    return Call("read_token_parts", "GET", path, reading(TokenParts), query_of(version=version))
