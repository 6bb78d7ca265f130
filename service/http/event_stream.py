"""A turn as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

    arrived, rewriting, step, delta, ..., then `answer`; or `problem`, when the turn fails on its way

The response begins with the first event, so that what fails before it still has its own status. A comment keeps quiet
connections alive.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from riffler.errors import RifflerError
from riffler.service.agent.progress import Answer, AnswerDelta, Arrived, Calling, Progress, Rewriting, Said, ToolStep
from riffler.service.http.gone import until_gone
from riffler.service.http.problems import note, problem_of, unforeseen
from riffler.service.http.running import RunningTurn
from riffler.service.http.schemas import AnswerOut, RewritingOut, StepOut

_QUIET_S = 15.0
"""Proxies close connections that are quiet for longer; commonly after 30 or 60 s."""


class EventStream(Response):
    """Sends a running turn's progress.

    Args:
        turn: The turn.
        first: Its first item, which came already.
        rest: Its other items.
        keep: Whether the turn goes on when the client goes.
        quiet_s: After this time without an event, a comment keeps the connection alive.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        turn: RunningTurn,
        first: Progress,
        rest: AsyncIterator[Progress],
        *,
        keep: bool,
        quiet_s: float = _QUIET_S,
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._turn, self._first, self._rest, self._keep, self._quiet_s = turn, first, rest, keep, quiet_s

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
            if not self._keep:
                await self._turn.cancel()

    async def _send(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with suppress(OSError):  # the client has gone; `gone` tells
            async for part in self._parts(scope):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _parts(self, scope: Scope) -> AsyncIterator[bytes]:
        yield event_of(self._first)
        waiting: asyncio.Task[Progress | None] | None = None
        try:
            while True:
                waiting = waiting or asyncio.create_task(self._next())
                done, _ = await asyncio.wait({waiting}, timeout=self._quiet_s)
                if not done:
                    yield KEEPALIVE_COMMENT
                    continue
                item, waiting = waiting.result(), None
                if item is None:
                    return
                yield event_of(item)
        except RifflerError as exc:
            problem, _ = problem_of(exc, changing=True)
            note(scope, problem)
            yield _event("problem", json.dumps(problem))
        except Exception as exc:  # noqa: BLE001 - a bug; the response has begun, so nobody after this could tell of it
            problem = unforeseen(exc)
            note(scope, problem)
            yield _event("problem", json.dumps(problem))
        finally:
            if waiting is not None:
                waiting.cancel()

    async def _next(self) -> Progress | None:
        return await anext(self._rest, None)


def event_of(item: Progress) -> bytes:
    """Write one item as an event.

    Args:
        item: What happened.

    Returns:
        The event's bytes.
    """
    match item:
        case Arrived():
            return _event("arrived", json.dumps(asdict(item)))
        case Rewriting():
            return _event("rewriting", RewritingOut.of(item).model_dump_json())
        case ToolStep():
            return _event("step", StepOut.of(item).model_dump_json())
        case AnswerDelta(text):
            return _event("delta", json.dumps({"text": text}))
        case Calling() | Said():
            return b""  # told to clients of OpenAI's API only
        case Answer():
            return _event("answer", AnswerOut.of(item).model_dump_json())


def _event(name: str, data: str) -> bytes:
    return format_sse_event(event=name, data_str=data)
