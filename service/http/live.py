"""Changes told to pages that listen: one look a second for each tenant that somebody listens to, and none otherwise.

A listener that doesn't keep up is let go: it comes again. So does one that was cut off: nothing is told twice or later.
The first event says from when on nothing is missed; what a page read before it, it reads anew then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import asdict
from typing import Any, Final

from fastapi.sse import format_sse_event
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from riffler.errors import MemoryCorrupt, MemoryFailed, ServiceStopping, TooManyListeners
from riffler.service.agent.changes import Change, Changes, PolicyCounts, SessionChange
from riffler.service.http.door.door import until_refused
from riffler.service.http.gone import until_gone
from riffler.service.http.heads import HEAD_ALONE
from riffler.service.http.metrics import Metrics
from riffler.service.http.readiness import Readiness
from riffler.service.http.running import STOPPING
from riffler.service.logs import get_logger
from riffler.service.ports.memory import MemoryStore
from riffler.service.ports.policy import PolicyStore
from riffler.service.ports.turn_log import TurnLog

_LOG = get_logger("live")
_MOST: Final = 64
"""Listeners of one process, of all tenants together. Each costs a connection and little else."""
_SHARE: Final = 16
"""Those of one tenant, so that nobody's open pages keep those of all others from listening."""
_BEHIND: Final = 500
"""Events that a listener may be behind."""
_QUIET_S: Final = 15.0
"""Proxies close connections that are quiet for longer; commonly after 30 or 60 s."""
_HEALTH_EVERY: Final = 5
"""Looks between two that ask the engine, too."""
_RETRY: Final = b"retry: 2000\n\n"
"""So many milliseconds a browser waits before it connects again."""


class Listener:
    """Somebody who listens."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._ended = False

    def tell(self, event: bytes) -> None:
        """Tell of a change. One that is too far behind hears no more."""
        if self._told.qsize() >= _BEHIND:
            self.end()
        elif not self._ended:
            self._told.put_nowait(event)

    def end(self) -> None:
        """Tell no more, and end after what was told."""
        if not self._ended:
            self._ended = True
            self._told.put_nowait(None)

    async def parts(self, quiet_s: float = _QUIET_S) -> AsyncIterator[bytes]:
        """Give what is sent.

        Args:
            quiet_s: After this time without an event, one keeps the connection alive: pages hear of no comment.

        Yields:
            Events, whole.
        """
        yield _RETRY  # so that the headers leave at once
        while True:
            try:
                async with asyncio.timeout(quiet_s):
                    event = await self._told.get()
            except TimeoutError:
                yield _ALIVE
                continue
            if event is None:
                return
            yield event


class _Tenant:
    """The listeners of one tenant, and what looks for them."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.begun = False
        self.health: bytes | None = None
        self.complaint = ""
        self.looking: asyncio.Task[None] | None = None


class LiveFeed:
    """Tells of changes.

    Args:
        log: Where turns are recorded.
        decisions: Where decisions are.
        sessions: Where sessions are.
        readiness: Tells whether questions can be answered.
        metrics: Counts what can't be read.
        own: The service's own tenant, which is told why something isn't ready; others hear of what kind it is.
        every_s: Time between two looks.
        most: Most listeners at once.
        share: Those of one tenant.
    """

    def __init__(
        self,
        log: TurnLog,
        decisions: PolicyStore,
        sessions: MemoryStore,
        readiness: Readiness,
        metrics: Metrics,
        *,
        own: str,
        every_s: float = 1.0,
        most: int = _MOST,
        share: int = _SHARE,
    ) -> None:
        self._log, self._decisions, self._sessions, self._readiness = log, decisions, sessions, readiness
        self._metrics, self._own = metrics, own
        self._every_s, self._most, self._share = every_s, most, share
        self._tenants: dict[str, _Tenant] = {}
        self._stopped = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return sum(len(each.listeners) for each in self._tenants.values())

    def require_room(self, tenant: str) -> None:
        """Refuse one more listener where there is no room.

        Args:
            tenant: Whose it would be.

        Raises:
            TooManyListeners: As many listen as may, of all or of this tenant.
            ServiceStopping: The service stops.
        """
        if self._stopped:
            raise ServiceStopping(STOPPING)
        found = self._tenants.get(tenant)
        if found is not None and len(found.listeners) >= self._share:
            raise TooManyListeners(
                f"{self._share} pages of this tenant listen for changes here already: close some, or read again from "
                "time to time"
            )
        if self.listeners >= self._most:
            raise TooManyListeners(
                f"{self._most} pages listen for changes here already: close some, or read again from time to time"
            )

    @contextmanager
    def listening(self, tenant: str) -> Iterator[Listener]:
        """Listen until the block ends.

        Args:
            tenant: To whose changes.

        Yields:
            The listener.
        """
        found = self._tenants.setdefault(tenant, _Tenant())
        listener = Listener()
        found.listeners.add(listener)
        if self._stopped:
            listener.end()
        if found.begun:
            listener.tell(_LISTENING)
        if found.health is not None:
            listener.tell(found.health)
        if found.looking is None:
            # In a context of its own: what it logs isn't of the request that happened to start it.
            looking = self._look(tenant, found)
            found.looking = asyncio.create_task(looking, name="riffler-live", context=Context())
        try:
            yield listener
        finally:
            found.listeners.discard(listener)
            if not found.listeners:
                found.looking.cancel()
                self._tenants.pop(tenant, None)

    def stop(self) -> None:
        """End all listeners' streams; nobody begins to listen any more."""
        self._stopped = True
        for each in self._tenants.values():
            for listener in each.listeners:
                listener.end()

    async def _look(self, tenant: str, to: _Tenant) -> None:
        changes, number = Changes(tenant, self._log, self._decisions, self._sessions), 0
        while True:
            away = await self._look_once(changes, to)
            if away or number % _HEALTH_EVERY == 0:
                await self._tell_health(tenant, to)
            number = 0 if away else number + 1  # the end of an outage is told at once
            await asyncio.sleep(self._every_s)

    async def _look_once(self, changes: Changes, to: _Tenant) -> bool:
        """Tell of what changed; give whether the store is away."""
        try:
            look = await changes.look()
        except MemoryCorrupt as exc:
            if to.complaint != (why := str(exc)):  # once, not each second
                to.complaint = why
                _LOG.error("a change isn't told", error=type(exc).__name__, why=exc.loggable)
                self._metrics.failed(exc)
            return False
        except MemoryFailed:
            return True  # the health that is told says it
        except Exception as exc:  # noqa: BLE001 - a bug; nobody waits for this task, so nobody else would tell of it
            _LOG.error("changes aren't told", error=type(exc).__name__)
            return False
        to.complaint = ""
        for change in look.changes:
            _tell(to, event_of(change))
        if not to.begun:
            to.begun = True
            _tell(to, _LISTENING)
        return False

    async def _tell_health(self, tenant: str, to: _Tenant) -> None:
        failures = await (self._readiness.failures() if tenant == self._own else self._readiness.kinds())
        health = _event("health", {"ready": not failures, "failures": failures})
        if health != to.health:
            to.health = health
            _tell(to, health)


def _tell(to: _Tenant, event: bytes) -> None:
    for listener in to.listeners:
        listener.tell(event)


def event_of(change: Change) -> bytes:
    """Write a change as an event.

    Args:
        change: What changed.

    Returns:
        The event's bytes.
    """
    match change:
        case PolicyCounts():
            return _event("decisions", asdict(change))
        case SessionChange():
            return _event("sessions", asdict(change))
        case _:
            return _event("turns", asdict(change))


def _event(name: str, data: dict[str, Any]) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data))


_LISTENING: Final = _event("listening", {})
_ALIVE: Final = _event("alive", {})


class LiveStream(Response):
    """Sends a listener what it is told, until it is told no more or has gone.

    Args:
        feed: Who tells.
        tenant: Whose changes.
    """

    media_type = "text/event-stream"

    def __init__(self, feed: LiveFeed, tenant: str) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._feed, self._tenant = feed, tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all; see ASGI. Who asks for the head alone gets it and no more."""
        if scope.get(HEAD_ALONE):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        with self._feed.listening(self._tenant) as listener:
            await self._until_the_end(listener, scope, receive, send)

    async def _until_the_end(self, listener: Listener, scope: Scope, receive: Receive, send: Send) -> None:
        sending, request = asyncio.create_task(self._send(listener, send)), Request(scope, receive)
        gone, refused = asyncio.create_task(until_gone(request)), asyncio.create_task(until_refused(request))
        try:
            done, _ = await asyncio.wait({sending, gone, refused}, return_when=asyncio.FIRST_COMPLETED)
            if refused in done:  # its key was revoked, or has ended
                listener.end()
                await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, gone, refused):
                task.cancel()
            await asyncio.gather(sending, gone, refused, return_exceptions=True)

    async def _send(self, listener: Listener, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with suppress(OSError):  # the client has gone; `gone` tells
            async for part in listener.parts():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
