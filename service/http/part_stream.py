"""A response that comes part by part, as server-sent events: until what makes it has ended, or its client has gone.

A comment keeps quiet connections alive.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from typing import Any, ClassVar, Final, Generic, TypeVar

from fastapi.sse import KEEPALIVE_COMMENT
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from riffler.errors import RifflerError
from riffler.service.http.gone import until_gone
from riffler.service.http.problems import note, problem_of, unforeseen

T = TypeVar("T")

QUIET_S: Final = 15.0
"""Proxies close connections that are quiet for longer; commonly after 30 or 60 s."""


class PartStream(Response, ABC, Generic[T]):
    """Sends items as they come.

    Args:
        first: The first one, which came already.
        rest: The others.
        quiet_s: After this time without an item a comment is sent.
        headers: Headers beside.
    """

    media_type = "text/event-stream"
    end: ClassVar[bytes] = b""
    """What is sent behind the last item."""

    def __init__(
        self, first: T, rest: AsyncIterator[T], quiet_s: float = QUIET_S, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **(headers or {})})
        del self.headers["content-length"]
        self._first, self._rest, self._quiet_s = first, rest, quiet_s

    @abstractmethod
    def written(self, item: T) -> bytes:
        """Write an item.

        Args:
            item: What came.

        Returns:
            Its events; nothing where it isn't told.
        """

    @abstractmethod
    def failure(self, exc: RifflerError | None, problem: Mapping[str, Any]) -> bytes:
        """Write what ended the stream before its end.

        Args:
            exc: The error; None for a bug.
            problem: What is told of it.

        Returns:
            Its event.
        """

    @abstractmethod
    async def over(self) -> None:
        """Stop what makes the items: all is sent, or the client has gone."""

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
            await self.over()

    async def _send(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with suppress(OSError):  # the client has gone; `gone` tells
            async with aclosing(self._parts(scope)) as parts:  # else what waits in it would go on while `over` stops it
                async for part in parts:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _parts(self, scope: Scope) -> AsyncGenerator[bytes]:
        yield self.written(self._first)
        waiting: asyncio.Future[T | None] | None = None
        try:
            while True:
                waiting = waiting or asyncio.ensure_future(anext(self._rest, None))
                done, _ = await asyncio.wait({waiting}, timeout=self._quiet_s)
                if not done:
                    yield KEEPALIVE_COMMENT
                    continue
                item, waiting = waiting.result(), None
                part = self.end if item is None else self.written(item)
                if part:
                    yield part
                if item is None:
                    return
        except RifflerError as exc:
            problem, _ = problem_of(exc, changing=True)
            note(scope, problem)
            yield self.failure(exc, problem)
        except Exception as exc:  # noqa: BLE001 - a bug; the response has begun, so nobody after this could tell of it
            problem = unforeseen(exc)
            note(scope, problem)
            yield self.failure(None, problem)
        finally:
            if waiting is not None:
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
