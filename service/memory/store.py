"""Sessions in Redis: one hash, one list, two hashes and one stream a session; one Lua script a change.

The contract is `riffler.service.ports.memory.MemoryStore`.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Sequence
from typing import Any

from riffler.errors import (
    LeaseLost,
    MemoryCorrupt,
    RifflerError,
    SessionBusy,
    SessionExists,
    UnknownSession,
    VersionConflict,
)
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.record import Change, change, memory_from, rest_of
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import Lease, RecordedEvent, SessionKey
from riffler.tools.events import Actor, Event, event_from_dict
from riffler.tools.memory import WorkingMemory


class RedisMemoryStore:
    """A `MemoryStore` on Redis or Valkey, core commands only.

    Args:
        connection: Where the server is.
        ttl_s: A session that nobody loads or changes for this long is deleted; 0 keeps it for ever.
    """

    def __init__(self, connection: RedisConnection, ttl_s: float = 0.0) -> None:
        self._connection = connection
        self._ttl_ms = _ms(ttl_s)

    async def create(self, key: SessionKey, unused_s: float | None = None) -> WorkingMemory:
        """See the port."""
        memory = WorkingMemory()
        ttl_ms = self._ttl_ms if unused_s is None else _ms(unused_s)
        if not await self._script("create", key, ttl_ms, rest_of(memory), secrets.token_hex(8)):
            raise SessionExists(f"session {key.session!r} exists already")
        return memory

    async def load(self, key: SessionKey) -> WorkingMemory:
        """See the port."""
        stored = await self._script("load", key, self._ttl_ms)
        if stored is None:
            raise _unknown(key)
        return memory_from(*stored)

    async def commit(
        self,
        key: SessionKey,
        memory: WorkingMemory,
        events: Sequence[Event],
        actor: Actor,
        lease: Lease | None = None,
    ) -> WorkingMemory:
        """See the port."""
        after = memory.commit(events)
        token = lease.token if lease else ""
        head = [str(memory.version), token, secrets.token_hex(8), self._ttl_ms, actor, rest_of(after)]
        done: Change = change(memory, after, events)
        said = await self._script("commit", key, *head, *done.counts(), *done.values())
        match said[0]:
            case "ok":
                return after
            case "unknown":
                raise _unknown(key)
            case "conflict":
                raise VersionConflict(
                    f"session {key.session!r} has version {said[1]}, this change was made for version {memory.version}"
                )
            case outcome:
                raise _lease_error(outcome, key)

    async def events(self, key: SessionKey, after_version: int = 0, limit: int = 1000) -> list[RecordedEvent]:
        """See the port."""
        stream = session_keys(key)[4]
        rows: Any = await self._connection.run(
            lambda client: client.xrange(stream, min=f"{after_version + 1}-0", count=limit)
        )
        memory = await self.load(key)  # after the events: a message of each of them is there then
        return [
            RecordedEvent(
                version=int(id_.split("-")[0]),
                actor=fields["actor"],
                at_ms=int(fields["at_ms"]),
                event=event_from_dict(json.loads(fields["event"]), memory.messages),
            )
            for id_, fields in rows
        ]

    async def acquire(self, key: SessionKey, ttl_s: float) -> Lease:
        """See the port."""
        lease = Lease(secrets.token_hex(16))
        await self._lease("acquire", key, lease, ttl_s)
        return lease

    async def renew(self, key: SessionKey, lease: Lease, ttl_s: float) -> None:
        """See the port."""
        await self._lease("renew", key, lease, ttl_s)

    async def release(self, key: SessionKey, lease: Lease) -> None:
        """See the port."""
        await self._script("lease", key, "release", lease.token, "0", "0")

    async def delete(self, key: SessionKey) -> None:
        """See the port."""
        outcome = await self._script("delete", key)
        if outcome != "ok":
            raise _lease_error(outcome, key)

    async def aclose(self) -> None:
        """See the port."""
        await self._connection.aclose()

    async def _lease(self, verb: str, key: SessionKey, lease: Lease, ttl_s: float) -> None:
        outcome = await self._script("lease", key, verb, lease.token, _ms(ttl_s), self._ttl_ms)
        if outcome != "ok":
            raise _lease_error(outcome, key)

    async def _script(self, name: str, key: SessionKey, *arguments: str) -> Any:  # noqa: ANN401 - Redis' replies have many types
        return await self._connection.script(__package__, f"lua/{name}.lua", session_keys(key), arguments)


def _ms(seconds: float) -> str:
    """Give milliseconds, rounded up: a short time must not become 0, which means for ever."""
    return str(math.ceil(seconds * 1000))


def _unknown(key: SessionKey) -> UnknownSession:
    return UnknownSession(f"no session {key.session!r}")


def _lease_error(outcome: str, key: SessionKey) -> RifflerError:
    match outcome:
        case "unknown":
            return _unknown(key)
        case "busy":
            return SessionBusy(f"session {key.session!r} is in the middle of another turn: try again when it has ended")
        case "lost":
            return LeaseLost(f"this turn's lease on session {key.session!r} ran out: nothing more was written")
        case _:
            return MemoryCorrupt(f"the store gave {outcome!r} for session {key.session!r}")
