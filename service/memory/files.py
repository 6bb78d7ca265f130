"""Sessions as files: JSON Lines (https://jsonlines.org) that hold all of a session, and a session made of them.

A file may hold several sessions, one after the other. Each begins with a header and ends with a line that counts:

    {"riffler": "session", "format": 1, "session": NAME, "version": N, "base": N, "rest": JSON}
    {"message": JSON, "origin": "app" or "step"}       all messages in order, then
    {"fragment": ID, "is": JSON}                       fragments,
    {"hit": ID, "is": JSON}                            what searches found,
    {"event": "VERSION-NUMBER", "fields": [NAME, VALUE, ...]}   and what happened, the oldest that is kept first
    {"end": how many lines stood between}

`JSON` is a text that holds JSON: what is stored is given back to the byte, and JSON read and written anew isn't (`1.0`
becomes `1`). A message is in OpenAI's chat shape. Names of requests and decisions aren't in it: the first belong to
clients that wait for an answer, the others are a policy's (`riffler bandit export`).

A session is in memory as a whole while it is written or made: for long texts at some twice the bytes of its lines, for
the shortest possible lines at up to twenty times. Nothing here bounds these bytes; over HTTP a setting does
(`RIFFLER_MAX_IMPORT_BYTES`, of all that a request brings).
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, Final

from riffler.errors import InvalidInput, MemoryCorrupt, RifflerError
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.listing import enter, walk
from riffler.service.memory.pieces import read_whole
from riffler.service.memory.session_cap import SessionCap
from riffler.service.memory.staging import make
from riffler.service.memory.stored import StoredSession
from riffler.service.ports.memory import SessionKey
from riffler.service.ports.session_names import SESSION_NAME, SESSION_NAME_WORDS

_FORMAT: Final = 1
_ORIGINS: Final = {"a": "app", "s": "step"}
_LETTERS: Final = {origin: letter for letter, origin in _ORIGINS.items()}
_KINDS: Final = ("message", "fragment", "hit", "event")
_PAGE: Final = 200
_SHOWN: Final = 40
_Part = tuple[dict[str, Any], list[dict[str, Any]]]


class SessionFiles:
    """Writes sessions as lines, and makes sessions of them.

    Args:
        connection: Where the server is.
        ttl_s: How long a session is kept that nobody uses; 0 is for ever.
        most_sessions: Most sessions of a tenant; 0 is no limit.
    """

    def __init__(self, connection: RedisConnection, ttl_s: float = 0.0, *, most_sessions: int = 0) -> None:
        self._connection = connection
        self._cap = SessionCap(connection, most_sessions)
        self._ttl_ms = math.ceil(ttl_s * 1000)

    async def export(self, key: SessionKey) -> Iterator[str] | None:
        """Write a session, as it is at one moment.

        Args:
            key: The session.

        Returns:
            Its lines, without their ends; None when there is none of this name.
        """
        stored = await read_whole(self._connection, key)
        return None if stored is None else _lines(key, stored)

    async def export_all(self, tenant: str) -> AsyncIterator[str]:
        """Write all sessions of a tenant. What is made or deleted meanwhile may be in it or not.

        Args:
            tenant: Whose.

        Yields:
            Lines, without their ends.
        """
        place = None
        while True:
            listed = await walk(self._connection, tenant, place, _PAGE)
            for each in listed.sessions:
                for line in await self.export(SessionKey(tenant, each.session)) or ():
                    yield line
            place = listed.next
            if place is None:
                return

    async def restore(
        self, tenant: str, lines: Iterable[str] | AsyncIterable[str], name: str | None = None
    ) -> AsyncIterator[SessionKey]:
        """Make sessions of lines, one after the other, each all or none; those before one that can't be made stay.

        Args:
            tenant: Whose they are from now on.
            lines: What was exported; read as they are needed, so that one session at a time is held.
            name: Another name, where there is one session alone.

        Yields:
            Each session as soon as it is made. Raises `SessionExists` when there is one of a name.

        Raises:
            InvalidInput: The lines aren't as an export writes them, or no session may have a name.
        """
        number = 0
        async for head, between in _parts(lines):
            if name is not None and number:
                raise InvalidInput("name: expected none where a file holds several sessions")
            key = SessionKey(tenant, _name(head.get("session") if name is None else name))
            await self._make(key, await asyncio.to_thread(_stored, key, head, between))
            yield key
            number += 1

    async def _make(self, key: SessionKey, stored: StoredSession) -> None:
        await self._cap.enter(key)
        await make(self._connection, key, stored, self._ttl_ms)
        await enter(self._connection, key, anew=True)


def _lines(key: SessionKey, stored: StoredSession) -> Iterator[str]:
    head = {
        "riffler": "session",
        "format": _FORMAT,
        "session": key.session,
        "version": stored.version,
        "base": stored.base,
        "rest": stored.rest,
    }
    yield _written(head)
    for text in stored.messages:
        yield _written({"message": text[1:], "origin": _ORIGINS[text[0]]})
    for id_, text in stored.fragments:
        yield _written({"fragment": id_, "is": text})
    for id_, text in stored.hits:
        yield _written({"hit": id_, "is": text})
    for id_, fields in stored.events:
        yield _written({"event": id_, "fields": fields})
    yield _written({"end": sum(map(len, (stored.messages, stored.fragments, stored.hits, stored.events)))})


def _written(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)


async def _parts(lines: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[_Part]:
    """Part lines into sessions: the header of each, and what stands between it and its end."""
    head: dict[str, Any] | None = None
    between: list[dict[str, Any]] = []
    number = 0
    async for line in _each(lines):
        number += 1
        if not line.strip():
            continue
        value = _value(number, line)
        if head is None:
            if value.get("riffler") != "session" or value.get("format") != _FORMAT:
                raise InvalidInput(f"line {number}: expected the header of a session, of format {_FORMAT}")
            head = value
        elif "end" in value:
            if value["end"] != len(between):
                raise InvalidInput(
                    f"line {number}: expected {value['end']!r} lines since the header, got {len(between)}"
                )
            yield head, between
            head, between = None, []
        elif value.keys().isdisjoint(_KINDS):  # now, as all up to the end is held
            raise InvalidInput(f"line {number}: expected {', '.join(_KINDS)} or end, got none of them")
        else:
            between.append(value)
    if head is not None:
        raise InvalidInput("the file ends in the middle of a session: expected a line with its end")


async def _each(lines: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[str]:
    if isinstance(lines, AsyncIterable):
        async for line in lines:
            yield line
    else:
        for line in lines:
            yield line


def _value(number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(f"line {number}: expected a JSON object, got what isn't") from exc
    if not isinstance(value, dict):
        raise InvalidInput(f"line {number}: expected a JSON object, got another value")
    return value


def _stored(key: SessionKey, head: dict[str, Any], between: list[dict[str, Any]]) -> StoredSession:
    """Read a session from its lines, and all of it once, so that what can't be loaded isn't made."""
    try:
        stored = StoredSession(
            version=int(head["version"]),
            base=int(head["base"]),
            rest=head["rest"],
            messages=[_LETTERS[each["origin"]] + each["message"] for each in between if "message" in each],
            fragments=[(each["fragment"], each["is"]) for each in between if "fragment" in each],
            hits=[(each["hit"], each["is"]) for each in between if "hit" in each],
            events=[(each["event"], list(each["fields"])) for each in between if "event" in each],
        )
        stored.require_readable()
    except (ValueError, LookupError, TypeError, RifflerError) as exc:
        why = f": {exc.loggable}" if isinstance(exc, MemoryCorrupt) else ""
        raise InvalidInput(f"session {key.session!r}: expected it as an export writes it, got another{why}") from exc
    return stored


def _name(given: object) -> str:
    """Check a session's name: one that HTTP can't reach couldn't be read or deleted, and names go to terminals raw."""
    if not isinstance(given, str) or re.fullmatch(SESSION_NAME, given) is None:
        shown = ascii(given[:_SHOWN]) if isinstance(given, str) else "another value"
        raise InvalidInput(f"session: expected a name of {SESSION_NAME_WORDS}, got {shown}")
    return given
