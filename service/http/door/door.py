"""The door of a route: who asks is told from the key, before anything of the request's body is read.

It stands at each route rather than before all of them, so that no path is matched twice: what a route takes is known
where it is made. What is no operation of the API (the description, the dashboard's files) tells nothing of anybody.
"""

from __future__ import annotations

import copy
from typing import Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from riffler.errors import KeyRefused, ScopeMissing
from riffler.service.access.ring import KeyRing
from riffler.service.http.door.needs import NEEDS, Needs
from riffler.service.logs import bind
from riffler.service.ports.access import Caller

CALLER: Final = "riffler.caller"
"""Stands in the scope of a request that came in, with who asks."""


class Door:
    """Lets in who may do what a route does.

    Args:
        app: What answers then.
        ring: Tells who asks.
        needs: What the route takes.
        own: The service's own tenant.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing, needs: Needs, own: str) -> None:
        self._app, self._ring, self._needs, self._own = app, ring, needs, own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if self._needs.scopes is not None:
            caller = await self._ring.caller(_key(scope))
            self._require(caller)
            scope[CALLER] = caller
            if caller.key:
                bind(key=caller.key)
        await self._app(scope, receive, send)

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


def guarded(route: APIRoute, ring: KeyRing, own: str) -> APIRoute:
    """Put a door before a route.

    Args:
        route: The route, which other apps may have, too: it stays as it is.
        ring: Tells who asks.
        own: The service's own tenant.

    Returns:
        The same route with a door. A route that isn't in the table is a `KeyError`.
    """
    behind = copy.copy(route)
    behind.app = Door(route.app, ring, NEEDS[route.name], own)
    return behind


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
