"""Which names of this host a request may use.

A web page whose name an attacker lets point to 127.0.0.1 (DNS rebinding) is, to the browser, of the same origin as a
service there: nothing but the name in `Host` tells its requests from a user's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from riffler.service.http.problems import http_problem, respond


class AllowedHosts:
    """Middleware that refuses requests for other hosts.

    Args:
        app: What answers requests.
        names: Names and addresses of this host, without a port; none takes any.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] == "http" and self._names:
            asked = Headers(scope=scope).get("host", "")
            if name_of(asked) not in self._names:
                problem = http_problem(
                    421, f"host: {ascii(asked)[:80]} isn't a name of this service (RIFFLER_ALLOWED_HOSTS)"
                )
                await respond(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def name_of(host: str) -> str:
    """Take the port off a `Host` header."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()
