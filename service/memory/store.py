"""Sessions in Redis: one hash, one list, two hashes and one stream a session; one Lua script a change.

The contract is `riffler.service.ports.memory.MemoryStore`.
"""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from riffler.errors import (
    LeaseLost,
    MemoryCorrupt,
    MemoryFailed,
    RequestKeyReused,
    RifflerError,
    SessionBusy,
    SessionExists,
    UnknownSession,
    UnknownVersion,
    VersionConflict,
)
from riffler.service.memory.cache import MemoryCache
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.conversations import RedisConversations
from riffler.service.memory.listing import enter, forget, walk
from riffler.service.memory.record import (
    change,
    kept_rewrite_from,
    memory_from,
    memory_since,
    receipt_from_json,
    receipt_to_json,
    rest_of,
    versions_from,
    whole,
)
from riffler.service.memory.session_cap import SessionCap
from riffler.service.ports.kept_rewrite import KeptRewrite
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import Lease, Listing, Receipt, RecordedEvent, SessionKey
from riffler.tools.events import Actor, Event, event_from_dict
from riffler.tools.history import PastOrder, Version
from riffler.tools.memory import Stamp, WorkingMemory

_MOST_EVENTS = 1000
"""Events since the version that a process knows; where more happened, the whole session is read anew."""
_CLOCKS_MS = 10_000
"""The store of decisions may be another server, whose clock is behind by this much at most."""
_REMEMBERED_S = 86_400.0
"""How long a deletion is remembered, so that the same one can be repeated."""


class RedisMemoryStore:
    """A `MemoryStore` on Redis or Valkey, core commands only.

    Args:
        connection: Where the server is.
        ttl_s: A session that nobody loads or changes for this long is deleted; 0 keeps it for ever.
        cache_characters: Characters of conversations that this process keeps, to read only what is new; what is
            kept beside the text counts too, see `cache.size_of`. 0 keeps none.
        history_versions: How many versions a session's history goes back, at least.
        page_events: Events of the past that are read at once.
        most_sessions: Most sessions of a tenant; 0 is no limit.
    """

    def __init__(
        self,
        connection: RedisConnection,
        ttl_s: float = 0.0,
        cache_characters: int = 32_000_000,
        history_versions: int = 10_000,
        page_events: int = 500,
        *,
        most_sessions: int = 0,
    ) -> None:
        self._connection = connection
        self._ttl_ms = _ms(ttl_s)
        self._cache = MemoryCache(cache_characters)
        self._history_versions = history_versions
        self._page_events = page_events
        self._cap = SessionCap(connection, most_sessions)

    async def create(
        self,
        key: SessionKey,
        unused_s: float | None = None,
        token: str | None = None,
        *,
        idle_s: float | None = None,
        events: Sequence[Event] = (),
        start: WorkingMemory | None = None,
        receipt: Receipt | None = None,
    ) -> WorkingMemory:
        """See the port."""
        first = replace(start or WorkingMemory(), life=secrets.token_hex(4))
        memory = first.commit(events) if events else first
        born = secrets.token_hex(8) if token is None else token
        await self._cap.enter(key)
        said = await self._write(
            key, first, memory, events, "app", unused_s=unused_s, idle_s=idle_s, born=born, receipt=receipt
        )
        match said[0]:
            case "ok":
                await enter(self._connection, key, anew=True)
                return memory
            case "again":
                return await self.load(key)
            case "exists":
                raise SessionExists(f"session {key.session!r} exists already")
            case outcome:
                raise _lease_error(outcome, key)

    async def load(self, key: SessionKey) -> WorkingMemory:
        """See the port."""
        known = self._cache.get(key)
        if known is not None:
            try:
                return await self._read(key, *known)
            except MemoryCorrupt:
                self._cache.drop(key)  # what this process knows may be what is wrong: read the whole, once
        return await self._read(key, "", WorkingMemory())

    async def commit(
        self,
        key: SessionKey,
        memory: WorkingMemory,
        events: Sequence[Event],
        actor: Actor,
        lease: Lease | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> WorkingMemory:
        """See the port."""
        after = memory.commit(events)
        said = await self._write(key, memory, after, events, actor, lease=lease, receipt=receipt)
        match said[0]:
            case "ok":
                return after
            case "unknown":
                raise _unknown(key)
            case "conflict":
                raise _version_conflict(key, said[1], memory.version)
            case outcome:
                raise _lease_error(outcome, key)

    async def events(self, key: SessionKey, after: tuple[int, int] = (0, 0), limit: int = 1000) -> list[RecordedEvent]:
        """See the port."""
        stream = session_keys(key)[4]
        rows: Any = await self._connection.run(
            lambda client: client.xrange(stream, min=f"({after[0]}-{after[1]}", count=limit)
        )
        memory = await self.load(key)  # after the events: a message of each of them is there then
        return [
            RecordedEvent(
                version=int(id_.split("-")[0]),
                number=int(id_.split("-")[1]),
                actor=fields["actor"],
                at_ms=int(fields["at_ms"]),
                event=event_from_dict(json.loads(fields["event"]), memory.messages),
            )
            for id_, fields in rows
        ]

    async def past(self, key: SessionKey, memory: WorkingMemory, order: PastOrder) -> tuple[Version, ...]:
        """See the port."""
        found: list[Version] = []
        rows: list[tuple[str, Sequence[str]]] = []
        start = str(memory.version)
        while order.wants_more(found):
            read = await self._script("past", key, memory.life, start, str(self._page_events))
            if read is None:
                raise _unknown(key)
            versions, used = versions_from([*rows, *read], memory.messages)
            for version in versions:
                if version.number != memory.version - len(found):
                    return tuple(found)  # a gap: what lies behind it leads nowhere
                found.append(version)
            rows = [*rows, *read][used:]
            if len(read) < self._page_events:
                break
            start = f"({read[-1][0]}"
        return tuple(found)

    async def rewritten(self, key: SessionKey, decision_id: str, made_ms: int) -> KeptRewrite | None:
        """See the port."""
        said = await self._script("rewritten", key, decision_id, str(made_ms - _CLOCKS_MS), str(_MOST_EVENTS))
        match said:
            case None:
                raise _unknown(key)
            case ["cut"]:
                raise UnknownVersion(
                    f"the history of session {key.session!r} doesn't go back to decision {decision_id}"
                )
            case ["none"]:
                return None
            case _:
                return kept_rewrite_from(*said[1:])

    async def receipt(self, key: SessionKey, request: str) -> Receipt | None:
        """See the port."""
        receipts = session_keys(key)[6]
        kept: Any = await self._connection.run(lambda client: client.hget(receipts, request))
        return None if kept is None else receipt_from_json(request, kept)

    async def sessions(self, tenant: str, before: tuple[int, str] | None = None, limit: int = 100) -> Listing:
        """See the port."""
        return await walk(self._connection, tenant, before, limit)

    async def acquire(self, key: SessionKey, ttl_s: float) -> Lease:
        """See the port."""
        token = secrets.token_hex(16)
        lasts_s = await self._lease("acquire", key, token, ttl_s)
        return Lease(token, min(ttl_s, lasts_s or ttl_s) / 3)

    async def renew(self, key: SessionKey, lease: Lease, ttl_s: float) -> None:
        """See the port."""
        await self._lease("renew", key, lease.token, ttl_s)

    async def release(self, key: SessionKey, lease: Lease) -> None:
        """See the port."""
        await self._script("lease", key, "release", lease.token, "0", "0")

    async def delete(
        self, key: SessionKey, seen: Stamp | None = None, token: str | None = None, request: str = ""
    ) -> str:
        """See the port."""
        version, life = ("", "") if seen is None else (str(seen.version), seen.life)
        named = secrets.token_hex(8) if token is None else token
        outcome, *now = await self._script("delete", key, version, named, _ms(_REMEMBERED_S), life, request)
        if outcome == "reused":
            raise RequestKeyReused(
                f"request {request!r}: this name was given to another request on session {key.session!r}; expected a "
                f"new name"
            )
        if outcome == "conflict":
            raise _version_conflict(key, now[0], version)
        if outcome != "ok":
            raise _lease_error(outcome, key)
        self._cache.drop(key)
        await RedisConversations(self._connection).forget(key, str(now[0]))
        with suppress(MemoryFailed):  # the session is gone; its name leaves the list with the next walk at the latest
            await forget(self._connection, key)
        return str(now[0])

    async def ended(self, key: SessionKey) -> str:
        """See the port."""
        kept: Any = await self._connection.run(lambda client: client.get(session_keys(key)[-1]))
        return str(kept or "").partition(" ")[2]

    async def ping(self) -> float:
        """See the port."""
        start = time.perf_counter()
        await self._connection.run(lambda client: client.ping())
        return time.perf_counter() - start

    async def aclose(self) -> None:
        """See the port."""
        await self._connection.aclose()

    async def _read(self, key: SessionKey, commit: str, known: WorkingMemory) -> WorkingMemory:
        """Read a session, or what came since a commit that is known, and keep it."""
        place = (commit, known.life, str(known.version), str(len(known.entries)), str(_MOST_EVENTS))
        stored = await self._script("load", key, self._ttl_ms, *place)
        if stored is None:
            self._cache.drop(key)
            raise _unknown(key)
        match stored:
            case ["damaged"]:
                raise _damaged(key)
            case ["same"]:
                return known
            case ["since", commit, messages, events]:
                memory = memory_since(known, messages, events)
            case _:
                _, commit, *parts = stored
                memory = memory_from(*parts)
        self._cache.put(key, commit, memory)
        return memory

    async def _write(
        self,
        key: SessionKey,
        before: WorkingMemory,
        after: WorkingMemory,
        events: Sequence[Event],
        actor: Actor,
        *,
        unused_s: float | None = None,
        idle_s: float | None = None,
        lease: Lease | None = None,
        born: str = "",
        receipt: Receipt | None = None,
    ) -> Any:  # noqa: ANN401 - Redis' replies have many types
        """Send a change, and keep what it makes; give what the script says."""
        token, commit = lease.token if lease else "", secrets.token_hex(8)
        ttl_ms, waits = (self._ttl_ms, "") if unused_s is None else (_ms(unused_s), "1")
        known = self._cache.get(key)
        read = known[0] if known is not None and known[1] is before else ""
        head = [str(before.version), token, commit, ttl_ms, actor, rest_of(after), before.life, born]
        done = change(before, after, events)
        if born:
            done = replace(whole(after), events=done.events, undo=done.undo)
        past = [done.undo, str(self._history_versions), _ms(idle_s) if idle_s else ""]
        kept = [receipt.request, receipt_to_json(receipt)] if receipt else ["", ""]
        said = await self._script("commit", key, *head, *done.counts(), *kept, waits, read, *past, *done.values())
        if said[0] == "ok":
            self._cache.put(key, commit, after)
        return said

    async def _lease(self, verb: str, key: SessionKey, token: str, ttl_s: float) -> float:
        """Take or keep a lease; give the session's time to live in seconds, 0 when it never ends."""
        outcome, *lasts_ms = await self._script("lease", key, verb, token, _ms(ttl_s), self._ttl_ms)
        if outcome != "ok":
            raise _lease_error(outcome, key)
        return int(lasts_ms[0]) / 1000

    async def _script(self, name: str, key: SessionKey, *arguments: str) -> Any:  # noqa: ANN401 - Redis' replies have many types
        return await self._connection.script(__package__, f"lua/{name}.lua", session_keys(key), arguments)


def _ms(seconds: float) -> str:
    """Give milliseconds, rounded up: a short time must not become 0, which means for ever."""
    return str(math.ceil(seconds * 1000))


def _unknown(key: SessionKey) -> UnknownSession:
    return UnknownSession(f"no session {key.session!r}")


def _damaged(key: SessionKey) -> MemoryCorrupt:
    return MemoryCorrupt(
        f"the store has lost a part of session {key.session!r}: it evicts keys, or was changed from outside. The "
        f"session can't be read any more, only deleted"
    )


def _version_conflict(key: SessionKey, now: str, expected: int | str) -> VersionConflict:
    return VersionConflict(f"session {key.session!r} has version {now}, this change was made for version {expected}")


def _lease_error(outcome: str, key: SessionKey) -> RifflerError:
    match outcome:
        case "unknown":
            return _unknown(key)
        case "busy":
            return SessionBusy(f"session {key.session!r} is in the middle of another turn: try again when it has ended")
        case "damaged":
            return _damaged(key)
        case "lost":
            return LeaseLost(f"this turn's lease on session {key.session!r} ran out: nothing more was written")
        case _:
            return MemoryCorrupt(f"the store gave {outcome!r} for session {key.session!r}")
