"""A turn log whose records wait while the store is away: what happened in an outage is told once it is over.

Records wait in this process, so many and no more, and are kept in their order. Those that are too many, and those
that wait when the service stops, are lost; each leaves a line in Riffler's own log.

The contract is `riffler.service.ports.turn_log.TurnLog`.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, replace
from typing import Final

from riffler.errors import MemoryFailed
from riffler.service.logs import get_logger
from riffler.service.ports.observer import Observer
from riffler.service.ports.turn_log import Tail, TurnLog, TurnRecord

_LOG = get_logger("turn_log")
MOST: Final = 100
"""How many records wait at most, in this process: some 100 kB."""
_SOON_S: Final = 0.5
_LATEST_S: Final = 2.0
"""How long it rests between two attempts, at first and at most. The next record that comes is a reason to try, too."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A record that waits, with the name of its addition and when it came, on the clock of `time.monotonic`."""

    tenant: str
    record: TurnRecord
    name: str
    since: float


class WaitingTurnLog:
    """A `TurnLog` in front of another one. Adding raises nothing where that one fails: the record waits.

    Args:
        log: Where records are kept.
        observer: Is told how many wait, and of those that are lost.
        most: How many wait at most; the oldest go for new ones.
    """

    def __init__(self, log: TurnLog, observer: Observer, most: int = MOST) -> None:
        self._log, self._observer, self._most = log, observer, most
        self._waiting = deque[_Waiting]()
        self._trying: asyncio.Task[None] | None = None
        self._asked = asyncio.Event()
        self._giving = asyncio.Lock()

    async def add(self, tenant: str, record: TurnRecord, name: str = "") -> str:
        """See the port. Behind others that wait, it waits at once: they are kept in order."""
        each = _Waiting(tenant, record, name or secrets.token_hex(8), time.monotonic())
        why = "others wait"
        if not self._waiting:
            try:
                return await self._log.add(tenant, record, each.name)
            except MemoryFailed as exc:
                why = exc.loggable
        _LOG.warning("recorded later", outcome=record.outcome, error=record.error, why=why)
        if len(self._waiting) == self._most:
            self._lose("too many wait")
        self._waiting.append(each)
        self._observer.unrecorded(len(self._waiting), 0)
        if self._trying is None or self._trying.done():
            # In a context of its own: what it logs isn't of the request that happened to start it.
            self._trying = asyncio.create_task(self._until_kept(), name="riffler-turn-log", context=Context())
        else:
            self._asked.set()
        return ""

    async def newest(
        self, tenant: str, limit: int, before: str | None = None, since_ms: int = 0
    ) -> Sequence[TurnRecord]:
        """See the port. What waits isn't among them."""
        return await self._log.newest(tenant, limit, before, since_ms)

    async def last(self, tenant: str) -> str | None:
        """See the port."""
        return await self._log.last(tenant)

    async def after(self, tenant: str, id_: str | None, limit: int) -> Tail:
        """See the port."""
        return await self._log.after(tenant, id_, limit)

    async def forget(self, tenant: str, session: str, life: str = "") -> int:
        """See the port. What waits is forgotten, too: here at once; in another process when it would be kept."""
        async with self._giving:  # else one that is being kept now would come back
            stays = [
                each
                for each in self._waiting
                if (each.tenant, each.record.session) != (tenant, session) or each.record.life not in {"", life}
            ]
            gone, self._waiting = len(self._waiting) - len(stays), deque(stays)
            if gone:
                self._observer.unrecorded(len(self._waiting), 0)
            return gone + await self._log.forget(tenant, session, life)

    async def aclose(self) -> None:
        """See the port."""
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        await self._keep()
        while self._waiting:
            self._lose("the service stops")
        await self._log.aclose()

    async def _until_kept(self) -> None:
        rest_s = _SOON_S
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._asked.wait()
            self._asked.clear()
            rest_s = _SOON_S if await self._keep() else min(2 * rest_s, _LATEST_S)

    async def _keep(self) -> bool:
        """Keep what waits, in order, as far as the log takes it; tell whether that is all."""
        async with self._giving:
            while self._waiting:
                first = self._waiting[0]
                late_ms = round((time.monotonic() - first.since) * 1000)
                try:
                    await self._log.add(first.tenant, replace(first.record, late_ms=late_ms), first.name)
                except MemoryFailed:
                    return False
                except Exception as exc:  # noqa: BLE001 - a bug; it keeps nobody behind it from being recorded
                    _LOG.error("not recorded", error=type(exc).__name__)
                if self._waiting and self._waiting[0] is first:  # else it went for a new one meanwhile
                    self._waiting.popleft()
                self._observer.unrecorded(len(self._waiting), 0)
        return True

    def _lose(self, why: str) -> None:
        lost = self._waiting.popleft().record
        _LOG.warning("not recorded", outcome=lost.outcome, error=lost.error, why=why)
        self._observer.unrecorded(len(self._waiting), 1)
