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
"""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from riffler.errors import InvalidInput, MemoryCorrupt, RifflerError, SessionExists
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.listing import enter, walk
from riffler.service.memory.record import memory_from, versions_from
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SESSION_NAME, SESSION_NAME_WORDS, SessionKey
from riffler.tools.messages import Message
from riffler.tools.view import view

_FORMAT: Final = 1
_ORIGINS: Final = {"a": "app", "s": "step"}
_LETTERS: Final = {origin: letter for letter, origin in _ORIGINS.items()}
_PAGE: Final = 200
_SHOWN: Final = 40


class SessionFiles:
    """Writes sessions as lines, and makes sessions of them.

    Args:
        connection: Where the server is.
        ttl_s: How long a session is kept that nobody uses; 0 is for ever.
    """

    def __init__(self, connection: RedisConnection, ttl_s: float = 0.0) -> None:
        self._connection = connection
        self._ttl_ms = str(math.ceil(ttl_s * 1000))

    async def export(self, key: SessionKey) -> list[str] | None:
        """Write a session.

        Args:
            key: The session.

        Returns:
            Its lines, without their ends; None when there is none of this name.
        """
        said: Any = await self._connection.script(__package__, "lua/export.lua", session_keys(key), [])
        if said is None:
            return None
        version, base, rest, messages, fragments, hits, events = said
        head = {
            "riffler": "session",
            "format": _FORMAT,
            "session": key.session,
            "version": int(version),
            "base": int(base),
            "rest": rest,
        }
        between = [
            *({"message": text[1:], "origin": _ORIGINS[text[0]]} for text in messages),
            *({"fragment": id_, "is": text} for id_, text in _pairs(fragments)),
            *({"hit": id_, "is": text} for id_, text in _pairs(hits)),
            *({"event": id_, "fields": list(_flat(fields))} for id_, fields in events),
        ]
        return [json.dumps(each, ensure_ascii=False) for each in (head, *between, {"end": len(between)})]

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

    async def restore(self, tenant: str, lines: Iterable[str], name: str | None = None) -> list[SessionKey]:
        """Make sessions of lines, one after the other; those before one that can't be made stay.

        Args:
            tenant: Whose they are from now on.
            lines: What was exported.
            name: Another name, where there is one session alone.

        Returns:
            The sessions. Raises `SessionExists` when there is one of a name.

        Raises:
            InvalidInput: The lines aren't as an export writes them, or no session may have a name.
        """
        made: list[SessionKey] = []
        for number, (head, between) in enumerate(_parts(lines)):
            if name is not None and number:
                raise InvalidInput("name: expected none where a file holds several sessions")
            key = SessionKey(tenant, _name(head.get("session") if name is None else name))
            await self._make(key, head, between)
            made.append(key)
        return made

    async def _make(self, key: SessionKey, head: dict[str, Any], between: Sequence[dict[str, Any]]) -> None:
        try:
            messages = [_LETTERS[each["origin"]] + each["message"] for each in between if "message" in each]
            fragments = [(each["fragment"], each["is"]) for each in between if "fragment" in each]
            hits = [(each["hit"], each["is"]) for each in between if "hit" in each]
            events = [(each["event"], list(each["fields"])) for each in between if "event" in each]
            version, base, rest = str(int(head["version"])), str(int(head["base"])), str(head["rest"])
            life, born = secrets.token_hex(4), secrets.token_hex(8)
            counts = [str(len(each)) for each in (messages, fragments, hits, events)]
            texts = [text for _, text in fragments], list(chain.from_iterable(hits))
            memory = memory_from(version, life, rest, messages, *texts)
            for text in messages:  # which are read when they are needed, and not before
                Message.of(json.loads(text[1:]))
            _ = versions_from(events[::-1], memory.messages), view(memory)
            written = [[id_, str(len(fields)), *fields] for id_, fields in events]
            values = [*messages, *chain.from_iterable(fragments), *texts[1], *chain.from_iterable(written)]
            if not all(isinstance(value, str) for value in values):
                raise TypeError
        except (ValueError, LookupError, TypeError, RifflerError) as exc:
            why = f": {exc.loggable}" if isinstance(exc, MemoryCorrupt) else ""
            raise InvalidInput(
                f"session {key.session!r}: expected it as an export writes it, got another{why}"
            ) from exc
        await enter(self._connection, key, anew=False)
        arguments = [version, base, rest, life, born, self._ttl_ms, *counts, *values]
        said = await self._connection.script(__package__, "lua/import.lua", session_keys(key), arguments)
        if said != "ok":
            raise SessionExists(f"session {key.session!r} exists already")
        await enter(self._connection, key, anew=True)


def _parts(lines: Iterable[str]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Part lines into sessions: the header of each, and what stands between it and its end."""
    head: dict[str, Any] | None = None
    between: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise InvalidInput(f"line {number}: expected a JSON object, got what isn't") from exc
        if not isinstance(value, dict):
            raise InvalidInput(f"line {number}: expected a JSON object, got another value")
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
        else:
            between.append(value)
    if head is not None:
        raise InvalidInput("the file ends in the middle of a session: expected a line with its end")


def _name(given: object) -> str:
    """Check a session's name: one that HTTP can't reach couldn't be read or deleted, and names go to terminals raw."""
    if not isinstance(given, str) or re.fullmatch(SESSION_NAME, given) is None:
        shown = ascii(given[:_SHOWN]) if isinstance(given, str) else "another value"
        raise InvalidInput(f"session: expected a name of {SESSION_NAME_WORDS}, got {shown}")
    return given


def _pairs(flat: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - RESP3 gives a map, RESP2 a list
    values = _flat(flat)
    return iter(zip(values[::2], values[1::2], strict=True))


def _flat(given: Any) -> list[str]:  # noqa: ANN401 - as above
    return [text for pair in given.items() for text in pair] if isinstance(given, dict) else list(given)
