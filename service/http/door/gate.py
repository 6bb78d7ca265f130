"""The door before an app that isn't the API's own, as the MCP server over HTTP is."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.errors import RifflerError
from riffler.service.access.limits import KeyLimits
from riffler.service.access.ring import KeyRing
from riffler.service.http.door.door import Door, until_refused
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
        self._app, self._door = app, Door(_Watched(app), ring, limits, needs, own)

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


class _Watched:
    """Middleware that ends an answer when its key isn't let in any more: one that listens would go on for ever.

    The app hears that its client has gone, which it knows how to bear; what it still has to say isn't sent.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that was let in; see ASGI."""
        refused = asyncio.create_task(until_refused(Request(scope)))
        begun = ended = False

        async def heard() -> Message:
            coming = asyncio.ensure_future(receive())
            try:
                await asyncio.wait({coming, refused}, return_when=asyncio.FIRST_COMPLETED)
                return coming.result() if coming.done() else {"type": "http.disconnect"}
            finally:
                coming.cancel()

        async def sent(message: Message) -> None:
            nonlocal begun, ended
            begun = True
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await self._app(scope, heard, sent)
            if begun and not ended and refused.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            refused.cancel()
