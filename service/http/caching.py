"""What caches may keep (RFC 9111): all is one tenant's, and only what has a tag can be asked for again by it."""

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
                headers.setdefault("Cache-Control", "private, no-cache" if "ETag" in headers else "no-store")
            await send(message)

        await self._app(scope, receive, named)
