"""Chunks of a chat answer as server-sent events, as OpenAI sends them: `data:` lines, and `[DONE]` at the end.

The response begins when the model's server has begun to answer, so that what fails before keeps its own status. A
comment keeps quiet connections alive while steps run inside.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from riffler.errors import EngineFailed, RifflerError
from riffler.service.http.chat_errors import event_of
from riffler.service.http.gone import CLIENT_GONE, until_gone
from riffler.service.http.problems import note, problem_of, unforeseen
from riffler.service.integrations.openai_proxy.telling import DONE, event, events

QUIET_S = 15.0
"""Proxies close connections that are quiet for longer; commonly after 30 or 60 s."""
Chunks = Sequence[Mapping[str, Any]]


async def streamed(
    request: Request,
    source: AsyncGenerator[Chunks],
    stop: Callable[[], Awaitable[None]],
    headers: Callable[[], Mapping[str, str]],
) -> Response:
    """Answer with a stream, once there is something to begin it with.

    Args:
        request: The client's.
        source: Gives what is to be sent. It gives for the first time when the model's server has begun to answer, be
            it nothing.
        stop: Stops what makes it.
        headers: Gives the response's headers, when it begins.

    Returns:
        The stream; for a client that has gone meanwhile, a response that nobody reads. What fails before raises.
    """
    first, gone = asyncio.ensure_future(anext(source, ())), asyncio.create_task(until_gone(request))
    begun = False
    try:
        await asyncio.wait({first, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            return Response(status_code=CLIENT_GONE)
        chunks = first.result()
        begun = True
    finally:
        gone.cancel()
        if not begun:
            first.cancel()
            await asyncio.gather(first, gone, return_exceptions=True)
            await stop()
    return ChatStream(chunks, source, stop, headers())


class ChatStream(Response):
    """Sends chunks.

    Args:
        first: The first ones.
        rest: The others.
        stop: Stops what makes them.
        headers: Headers beside.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        first: Chunks,
        rest: AsyncGenerator[Chunks],
        stop: Callable[[], Awaitable[None]],
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers})
        del self.headers["content-length"]
        self._first, self._rest, self._stop = first, rest, stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all; see ASGI. A client that goes ends it early."""
        sending = asyncio.create_task(self._send(scope, send))
        gone = asyncio.create_task(until_gone(Request(scope, receive)))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)
            await self._stop()

    async def _send(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with suppress(OSError):  # the client has gone; `gone` tells
            async for part in self._parts(scope):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _parts(self, scope: Scope) -> AsyncIterator[bytes]:
        yield events(self._first)
        waiting: asyncio.Future[Chunks | None] | None = None
        try:
            while True:
                waiting = waiting or asyncio.ensure_future(anext(self._rest, None))
                done, _ = await asyncio.wait({waiting}, timeout=QUIET_S)
                if not done:
                    yield KEEPALIVE_COMMENT
                    continue
                chunks, waiting = waiting.result(), None
                if chunks is None:
                    yield DONE
                    return
                if chunks:
                    yield events(chunks)
        except RifflerError as exc:
            problem, _ = problem_of(exc, changing=True)
            note(scope, problem)
            yield event(event_of(exc if isinstance(exc, EngineFailed) else None, problem))
        except Exception as exc:  # noqa: BLE001 - a bug; the response has begun, so nobody after this could tell of it
            problem = unforeseen(exc)
            note(scope, problem)
            yield event(event_of(None, problem))
        finally:
            if waiting is not None:
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
