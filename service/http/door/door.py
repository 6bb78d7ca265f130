"""The door of a route: who asks is told from the key, before anything of the request's body is read.

It stands at each route rather than before all of them, so that no path is matched twice: what a route takes is known
where it is made. What is no operation of the API (the description, the dashboard's files) tells nothing of anybody.
"""

from __future__ import annotations

import asyncio
import copy
from contextlib import suppress
from typing import Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.errors import KeyRefused, LimitReached, MemoryFailed, ScopeMissing
from riffler.service.access.limits import KeyLimits
from riffler.service.access.ring import KNOWN_S, KeyRing
from riffler.service.http.door.limiting import fields_of, reached
from riffler.service.http.door.needs import NEEDS, Needs
from riffler.service.http.problems import problem_of, respond
from riffler.service.logs import bind
from riffler.service.ports.access import Caller
from riffler.service.ports.spending import pay_with

CALLER: Final = "riffler.caller"
"""Stands in the scope of a request that came in, with who asks."""


_FORWARDED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"})
"""What proxies add to a request (RFC 7239, and what was there before it)."""
_AGAIN: Final = "riffler.caller-again"
"""Stands there with a function that asks again."""


_READING: Final = frozenset({"GET", "HEAD", "DELETE"})
"""Methods that take no tokens, whatever a key needs for them: an MCP client listens by a `GET` that has no end."""
_STEP_BYTES: Final = 1_000_000
"""Of a body whose length isn't known: so many may come before they are counted."""


class _Over(BaseException):
    """A body without a length went over a limit. Not an `Exception`, see `http/limits.py`."""

    def __init__(self, error: LimitReached) -> None:
        super().__init__()
        self.error = error


class Door:
    """Lets in who may do what a route does.

    Args:
        app: What answers then.
        ring: Tells who asks.
        limits: Counts what keys use.
        needs: What the route takes.
        own: The service's own tenant.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing, limits: KeyLimits, needs: Needs, own: str) -> None:
        self._app, self._ring, self._limits, self._needs, self._own = app, ring, limits, needs, own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if self._needs.scopes is not None:
            key = _key(scope)
            caller = await self._ring.caller(key)
            self._ring.require_direct(caller, forwarded=_is_forwarded(scope))
            self._require(caller)
            scope[CALLER], scope[_AGAIN] = caller, lambda: self._ring.caller(key)
            if caller.key:
                bind(key=caller.key)
                if self._limits.limits:
                    await self._within_limits(caller, scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _within_limits(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request, answer it, and say in the answer what is left."""
        limits, length = self._limits, Headers(scope=scope).get("content-length", "")
        body = int(length) if length.isdecimal() else 0
        costs = "write" in self._needs.listed and scope["method"] not in _READING
        left = await limits.take(caller, costs=costs, body=body)
        fields = fields_of(left)

        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update(fields)
            await send(message)

        refused = reached(left)
        if refused is not None:
            await respond(*problem_of(refused))(scope, receive, told)
            return
        if limits.limits.tokens:
            pay_with(lambda tokens: limits.owes(caller, tokens=tokens))
        measured = receive if length else self._measured(caller, receive)
        try:
            await self._app(scope, measured, told)
        except _Over as over:
            if begun:
                raise
            await respond(*problem_of(over.error))(scope, receive, told)
        finally:
            limits.owes(caller, hold=left.hold)
            with suppress(MemoryFailed):  # they stay owed
                await limits.settle(caller)

    def _measured(self, caller: Caller, receive: Receive) -> Receive:
        """Count a body of unknown length as it comes, and end it when it goes over the limit."""
        waiting = 0

        async def measured() -> Message:
            nonlocal waiting
            message = await receive()
            size = len(message.get("body", b""))
            self._limits.owes(caller, bytes_=size)
            waiting += size
            if waiting >= _STEP_BYTES:
                waiting = 0
                left = await self._limits.settle(caller)
                refused = None if left is None else reached(left)
                if refused is not None:
                    raise _Over(refused)
            return message

        return measured

    def _require(self, caller: Caller) -> None:
        missing = [scope for scope in self._needs.listed if scope not in caller.scopes]
        if missing:
            words = f"it has no scope {' and no scope '.join(missing)}, which this takes"
        elif self._needs.own and caller.tenant != self._own:
            words = "this is of all tenants together, and for keys of the service's own one"
        else:
            return
        refused = ScopeMissing(f"authorization: this key can't do this: {words}")
        refused.needed = self._needs.listed
        raise refused


def caller_of(request: Request) -> Caller:
    """Tell who asks. A route without a door has nobody, and fails."""
    caller: Caller = request.scope[CALLER]
    return caller


async def until_refused(request: Request) -> None:
    """Wait until who asked wouldn't be let in any more: for answers that have no end.

    Args:
        request: A request that was let in.
    """
    while True:
        await asyncio.sleep(KNOWN_S)
        try:
            await request.scope[_AGAIN]()
        except KeyRefused:
            return
        except MemoryFailed:
            pass  # it isn't known: nobody can end a key either


def guarded(route: APIRoute, ring: KeyRing, limits: KeyLimits, own: str) -> APIRoute:
    """Put a door before a route.

    Args:
        route: The route, which other apps may have, too: it stays as it is.
        ring: Tells who asks.
        limits: Counts what keys use.
        own: The service's own tenant.

    Returns:
        The same route with a door. A route that isn't in the table is a `KeyError`.
    """
    behind = copy.copy(route)
    behind.app = Door(route.app, ring, limits, NEEDS[route.name], own)
    return behind


def _is_forwarded(scope: Scope) -> bool:
    """Tell whether a proxy says that it passed the request on."""
    return any(name in _FORWARDED for name, _ in scope["headers"])


def _key(scope: Scope) -> str | None:
    """Give what came as a key. Several are refused: others on the way may have gone by another one of them."""
    given = Headers(scope=scope).getlist("authorization")
    if not given:
        return None
    if len(given) > 1:
        refused = KeyRefused("authorization: expected one, got several")
        refused.came = True
        raise refused
    kind, _, key = given[0].partition(" ")
    # Of another kind it is none of ours, such as one for a proxy on the way.
    return key.strip() if kind.lower() == "bearer" else None
