"""Whose pages may take an answer in: those of this service alone.

A page of another origin can't read an answer, but a browser would fetch it for an image or a script of that page, with
all it holds, into that page's process. `Cross-Origin-Resource-Policy` (https://fetch.spec.whatwg.org/, "cross-origin
resource policy check") ends that, and the connection: so no other page holds a live stream open either.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SameOrigin:
    """Middleware that keeps answers from pages of other origins.

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

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cross-Origin-Resource-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, kept)
