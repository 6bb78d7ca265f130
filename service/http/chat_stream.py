"""Chunks of a chat answer as server-sent events, as OpenAI sends them: `data:` lines, and `[DONE]` at the end.

The response begins when the model's server has begun to answer, so that what fails before keeps its own status.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from riffler.errors import EngineFailed, RifflerError
from riffler.service.http.chat_errors import event_of
from riffler.service.http.gone import CLIENT_GONE, until_gone
from riffler.service.http.part_stream import QUIET_S, PartStream
from riffler.service.integrations.openai_proxy.telling import DONE, event, events

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


class ChatStream(PartStream[Chunks]):
    """Sends chunks.

    Args:
        first: The first ones.
        rest: The others.
        stop: Stops what makes them.
        headers: Headers beside.
    """

    end = DONE

    def __init__(
        self,
        first: Chunks,
        rest: AsyncGenerator[Chunks],
        stop: Callable[[], Awaitable[None]],
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(first, rest, QUIET_S, headers)
        self._stop = stop

    def written(self, item: Chunks) -> bytes:
        """See `PartStream`."""
        return events(item)

    def failure(self, exc: RifflerError | None, problem: Mapping[str, Any]) -> bytes:
        """See `PartStream`."""
        return event(event_of(exc if isinstance(exc, EngineFailed) else None, problem))

    async def over(self) -> None:
        """See `PartStream`."""
        await self._stop()
