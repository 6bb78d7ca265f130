"""The door before an app that isn't the API's own, as the MCP server over HTTP is."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.errors import RifflerError
from riffler.service.access.limits import KeyLimits
from riffler.service.access.ring import KeyRing
from riffler.service.http.door.door import Door
from riffler.service.http.door.needs import Needs
from riffler.service.http.problems import problem_of, respond


class Gate:
    """Middleware that lets in requests by their key.

    Args:
        app: What answers them.
        ring: Tells who asks.
        limits: Counts what keys use.
        needs: What each request takes.
        own: The tenant that the app serves.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing, limits: KeyLimits, needs: Needs, own: str) -> None:
        self._app, self._door = app, Door(app, ring, limits, needs, own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._door(scope, receive, noted)
        except RifflerError as exc:
            if begun:
                raise
            await respond(*problem_of(exc))(scope, receive, send)
