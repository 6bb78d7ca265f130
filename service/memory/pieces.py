"""All of a session, read as it was at one moment, but in pieces: Redis answers others in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from riffler.service.memory.stored import StoredSession
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey

AT_ONCE: Final = 1000
"""About so many messages, fragments, hits or events stand in one piece; a session with fewer of all is read at once."""
_TRIES: Final = 3
"""How often a session is read that changes meanwhile; then all at once, however long the server takes."""


async def read_whole(connection: ScriptRunner, key: SessionKey) -> StoredSession | None:
    """Read a session.

    Args:
        connection: Where the server is.
        key: The session.

    Returns:
        It, fragments and hits by their ids; None when there is none of this name.
    """
    for _ in range(_TRIES):
        said: Any = await connection.script(__package__, "lua/export.lua", session_keys(key), [str(AT_ONCE)])
        if said is None or len(said) > 4:
            break
        commit, *head = said
        parts = [await _part(connection, key, commit, part) for part in ("messages", "fragments", "hits", "events")]
        if None not in parts:
            return _stored(*head, *parts)
    else:
        said = await connection.script(__package__, "lua/export.lua", session_keys(key), [""])
    return None if said is None else _stored(*said[1:])


async def _part(connection: ScriptRunner, key: SessionKey, commit: str, part: str) -> list[Any] | None:
    """Read a part of a session piece by piece; None when something happened to the session since this commit."""
    found: list[Any] = []
    async for piece in _pieces(connection, key, commit, part):
        if piece is None:
            return None
        found += piece
    return found


async def _pieces(connection: ScriptRunner, key: SessionKey, commit: str, part: str) -> AsyncIterator[list[Any] | None]:
    place = ""
    while True:
        arguments = [commit, part, place, str(AT_ONCE)]
        said: Any = await connection.script(__package__, "lua/piece.lua", session_keys(key), arguments)
        yield None if said is None else said[1]
        if said is None or not said[0]:
            return
        place = said[0]


def _stored(*said: Any) -> StoredSession:  # noqa: ANN401 - as the scripts give it
    version, base, rest, messages, fragments, hits, events = said
    return StoredSession(
        version=int(version),
        base=int(base),
        rest=rest,
        messages=messages,
        # By id: a walk over a hash gives an entry twice where the server rearranges it meanwhile.
        fragments=sorted(dict(_pairs(fragments)).items()),
        hits=sorted(dict(_pairs(hits)).items()),
        events=[(id_, _flat(fields)) for id_, fields in events],
    )


def _pairs(flat: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - RESP3 gives a map, RESP2 a list
    values = _flat(flat)
    return iter(zip(values[::2], values[1::2], strict=True))


def _flat(given: Any) -> list[str]:  # noqa: ANN401 - as above
    return [text for pair in given.items() for text in pair] if isinstance(given, dict) else list(given)
