"""HEAD wherever GET is (RFC 9110, 9.1): probes and caches ask so. The server sends no body to it."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

HEAD_ALONE: Final = "riffler.head"
"""Stands in the scope of a request for the head alone: what would be sent without an end looks for it."""


class Heads:
    """Middleware that answers HEAD as GET.

    Args:
        app: What answers requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {
                **scope,
                "method": "GET",
                HEAD_ALONE: True,
            }  # a copy: the server still sees HEAD, and leaves out the body
        await self._app(scope, receive, send)
