"""A door to the proxy for who sits in the same process: an answer as status, headers and parts of a body.

What HTTP's own door does (`service/http/routes/chat.py`), without a socket: the same turns, chunks, headers and errors.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from riffler.errors import RifflerError
from riffler.service.agent.progress import Progress
from riffler.service.integrations.openai_proxy.asked import Asked
from riffler.service.integrations.openai_proxy.outgoing import Outgoing
from riffler.service.integrations.openai_proxy.proxy import Proxied, Proxy
from riffler.service.integrations.openai_proxy.telling import DONE, event, events, heads_of

Chunks = Sequence[Mapping[str, Any]]
CLOSED: Final = "the client was closed before the answer was there"


@dataclass(frozen=True, slots=True)
class Worded:
    """An error in OpenAI's shape.

    Attributes:
        status: Of the response.
        headers: Beside the usual ones.
        body: JSON.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Wording:
    """Says errors in OpenAI's shape.

    Attributes:
        refusal: One that comes in place of an answer.
        broken: One that comes in the middle of a stream, as a line of JSON.
    """

    refusal: Callable[[RifflerError], Worded]
    broken: Callable[[RifflerError], str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with.

    Attributes:
        status: Of the response.
        headers: Its headers.
        parts: Its body, as it comes; a lost connection to the model's server raises httpx2's own error.
        stop: Stops what makes it. Safe to call when all has come.
    """

    status: int
    headers: Mapping[str, str]
    parts: AsyncGenerator[bytes]
    stop: Callable[[], Awaitable[None]]


class Door:
    """Answers the requests for one model.

    Args:
        proxy: Answers.
        tenant: Whose sessions.
        wording: Says errors.
        aclose: Gives back what it stands on.
    """

    def __init__(self, proxy: Proxy, tenant: str, wording: Wording, aclose: Callable[[], Awaitable[None]]) -> None:
        self._proxy, self._tenant, self._wording, self._give_back = proxy, tenant, wording, aclose
        self._turns: set[_Running] = set()
        self._freed: Callable[[], None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a turn runs, which what this stands on is needed for."""
        return bool(self._turns)

    def when_free(self, freed: Callable[[], None]) -> None:
        """Name who wants to know when no turn runs any more.

        Args:
            freed: Is called then, each time.
        """
        self._freed = freed

    async def take(self, asked: Asked, size: int) -> Proxied | None:
        """Look whether Riffler has anything to do with a request.

        Args:
            asked: The request.
            size: Bytes of its body.

        Returns:
            What `answer` takes, of this door or a later one for the same model; None for a request that is to go to
            the model's server as it is.
        """
        return None if self._proxy.off(asked) else await self._proxy.read(asked, size)

    async def answer(self, proxied: Proxied, context: Context) -> Reply:
        """Answer a request; a stream is answered when the model has begun to. It is busy before this first waits.

        Args:
            proxied: What `take` gave.
            context: In which the turn runs. The caller's own isn't for it: where that is a node of a graph, the turn's
                graph would take itself for a part of it.

        Returns:
            The reply. It raises httpx2's own error where the model's server can't be reached.
        """
        outgoing, stream = proxied.outgoing, proxied.asked.stream
        running = _Running(self._proxy.turn(self._tenant, proxied), outgoing, context, self._ended)
        self._turns.add(running)
        chunks = running.chunks()
        try:
            first: Chunks = await anext(chunks, ())
            if not stream:
                async for _ in chunks:
                    pass
        except RifflerError as exc:
            _raise_lost(exc)
            return refused(self._wording.refusal(exc), running.stop)
        except BaseException:  # a cancelled caller, too: the turn would go on for nobody
            await running.stop()
            raise
        if stream:
            headers = {"Content-Type": "text/event-stream", **heads_of(proxied)}
            return Reply(200, headers, self._parts(first, chunks, running), running.stop)
        body = json.dumps(outgoing.whole(), separators=(",", ":")).encode()
        return Reply(200, {"Content-Type": "application/json", **heads_of(proxied)}, _one(body), running.stop)

    async def aclose(self) -> None:
        """Stop the turns that still run, which takes what they stand on; then give that back."""
        await asyncio.gather(*(running.lose() for running in self._turns))
        await self._give_back()

    def _ended(self, running: _Running) -> None:
        self._turns.discard(running)
        if self._freed is not None and not self._turns:
            self._freed()

    async def _parts(self, first: Chunks, chunks: AsyncGenerator[Chunks], running: _Running) -> AsyncGenerator[bytes]:
        try:
            if first:
                yield events(first)
            async for more in chunks:
                if more:
                    yield events(more)
            yield DONE
        except RifflerError as exc:
            _raise_lost(exc)
            yield event(self._wording.broken(exc))
        finally:
            await running.stop()


class _Running:
    """A turn in a task of its own: who listens may stop at any time, and may be another task each time."""

    def __init__(
        self, turn: AsyncGenerator[Progress], outgoing: Outgoing, context: Context, ended: Callable[[_Running], None]
    ) -> None:
        self._turn, self._outgoing = turn, outgoing
        self._told: asyncio.Queue[bool] = asyncio.Queue()
        self._lost = False
        self._task = asyncio.get_running_loop().create_task(self._run(), context=context)
        self._task.add_done_callback(lambda _: ended(self))

    async def _run(self) -> None:
        try:
            async with aclosing(self._turn) as progress:
                async for _ in progress:
                    if self._outgoing.answered:
                        self._told.put_nowait(True)
        finally:
            self._told.put_nowait(False)

    async def chunks(self) -> AsyncGenerator[Chunks]:
        """Give chunks as they come, from the model's first word on; the turn's own error at the end, if it fails."""
        while await self._told.get():
            yield self._outgoing.take()
        if self._lost:
            raise httpx2.ReadError(CLOSED)
        await asyncio.shield(self._task)
        yield self._outgoing.take()

    async def stop(self) -> None:
        """Stop the turn, and wait until it has put its things in order."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def lose(self) -> None:
        """Stop the turn while somebody waits for it: to them the connection is lost."""
        self._lost = True
        await self.stop()


def refused(worded: Worded, stop: Callable[[], Awaitable[None]]) -> Reply:
    """Answer with an error.

    Args:
        worded: The error.
        stop: See `Reply`.

    Returns:
        The reply.
    """
    return Reply(worded.status, {"Content-Type": "application/json", **worded.headers}, _one(worded.body), stop)


async def _one(body: bytes) -> AsyncGenerator[bytes]:
    yield body


def _raise_lost(exc: BaseException) -> None:
    """Raise what the network said, where that is why a call of the model failed: the client knows what to do with it.

    Args:
        exc: What the turn raised.
    """
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, httpx2.TransportError):
            raise cause
        cause = cause.__cause__
