"""What caches may keep (RFC 9111): nothing. All is one tenant's, and most of it has texts of users.

A browser writes what it may keep to its disk. A tag serves those all the same who keep an answer themselves, and ask
with `If-None-Match` whether it still holds.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Caching:
    """Middleware that sets `Cache-Control`, where an answer says nothing of it itself.

    Args:
        app: What answers requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, named)
