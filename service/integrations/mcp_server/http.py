"""The server over streamable HTTP, at `/mcp`.

A page of any site can make a browser send requests to an address of this machine. So a request has to name this host in
`Host`, or it comes from a page whose name was pointed here (DNS rebinding), and a browser's `Origin` has to be one of
this host's: the SDK checks both.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Final

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.service.integrations.mcp_server.clients import CLIENT_HEADER
from riffler.service.integrations.mcp_server.server import RifflerMcp

PATH: Final = "/mcp"


def http_app(riffler: RifflerMcp, *, hosts: Collection[str], idle_s: float, max_body_bytes: int) -> ASGIApp:
    """Put the service together.

    Args:
        riffler: The server.
        hosts: Names of this host that requests may use, without a port; none takes any.
        idle_s: A client that sends nothing for so many seconds has to shake hands again; 0 waits for ever.
        max_body_bytes: The largest body of a request.

    Returns:
        An ASGI app.
    """
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=bool(hosts),
        allowed_hosts=[*hosts, *(f"{host}:*" for host in hosts)],
        allowed_origins=[
            f"{scheme}://{host}{port}" for host in hosts for scheme in ("http", "https") for port in ("", ":*")
        ],
    )
    app = riffler.server.streamable_http_app(
        streamable_http_path=PATH,
        transport_security=security,
        session_idle_timeout=idle_s or None,
        max_request_body_size=max_body_bytes,
    )
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[None]:
        async with inner(served):
            try:
                yield
            finally:
                await riffler.aclose()

    app.router.lifespan_context = lifespan
    return Goodbyes(app, riffler)


class Goodbyes:
    """Middleware that ends the session of a client which ends its own with the protocol's DELETE.

    Args:
        app: What answers requests.
        riffler: The server.
    """

    def __init__(self, app: ASGIApp, riffler: RifflerMcp) -> None:
        self._app, self._riffler = app, riffler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] != "http" or scope["method"] != "DELETE":
            await self._app(scope, receive, send)
            return
        client = Headers(scope=scope).get(CLIENT_HEADER, "")

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300 and client:
                await asyncio.shield(self._riffler.leave(client))  # before the answer: who has it finds nothing left
            await send(message)

        await self._app(scope, receive, watched)
