"""HTTP clients for OpenAI's clients: chat requests go to a door in this process, all else to the network.

OpenAI's client stands on one of these as on any: it retries, times out, parses and streams as ever. What Riffler has
nothing to do with is sent by the wrapped client's own HTTP client as it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextvars import Context
from typing import Any, Final
from weakref import WeakKeyDictionary

import httpx2

from riffler.errors import InvalidInput
from riffler.service.integrations.background import Background
from riffler.service.integrations.openai_client.door import Reply
from riffler.service.integrations.openai_client.doors import Doors
from riffler.service.integrations.openai_client.original import CURRENT, RIFFLER_PREFIX, original_of
from riffler.service.integrations.openai_proxy.asked import read

_ANSWER: Final = "riffler.answer"
"""Under which a request carries to the transport what answers it."""
Made = Callable[[], Doors]


class AsyncRoutes(httpx2.AsyncClient):
    """The HTTP client of an `AsyncOpenAI`.

    Args:
        network: The wrapped client's.
        make: Makes the doors of an event loop.
    """

    def __init__(self, network: httpx2.AsyncClient, make: Made) -> None:
        super().__init__(transport=_AsyncInside(), trust_env=False, timeout=network.timeout)
        self._network, self._make = network, make
        self._doors: WeakKeyDictionary[asyncio.AbstractEventLoop, _LoopsDoors] = WeakKeyDictionary()

    def build_request(self, *args: Any, **fields: Any) -> httpx2.Request:  # noqa: ANN401 - as httpx2 takes them
        """Build a request as the wrapped client does, with its headers and cookies."""
        return self._network.build_request(*args, **fields)

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """Send a request, through Riffler where that has anything to do with it; see httpx2."""
        if not self.is_closed and not await self._taken(request, options):
            return await self._network.send(_plain(request), stream=stream, **options)
        return await super().send(request, stream=stream, auth=None)

    async def aclose(self) -> None:
        """Close what Riffler started in this event loop. The wrapped client goes on."""
        await super().aclose()  # first: who is refused now doesn't begin anew by trying again
        opened = self._doors.pop(asyncio.get_running_loop(), None)
        if opened is not None:
            await opened.aclose()

    async def _taken(self, request: httpx2.Request, options: dict[str, Any]) -> bool:
        if not _is_chat(request):
            return False
        loop = asyncio.get_running_loop()
        if loop not in self._doors:
            for ended in [other for other in self._doors if other.is_closed()]:
                del self._doors[ended]
            self._doors[loop] = await _LoopsDoors.opened(self._make())  # waits for nothing: no other task comes between
        return await _take(self._doors[loop].doors, request, options)


class _LoopsDoors:
    """Doors that are closed with their event loop, where nobody closes them before.

    Nothing tells of a loop's end but this: before it is closed, `asyncio.run` closes the async generators that began in
    it and wait. So one waits with the doors. It is closed, too, when nobody has these doors any more.
    """

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self._waiting = _wait_with(doors)

    @classmethod
    async def opened(cls, doors: Doors) -> _LoopsDoors:
        made = cls(doors)
        await anext(made._waiting)
        return made

    async def aclose(self) -> None:
        await self._waiting.aclose()


async def _wait_with(doors: Doors) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await doors.aclose()


class Routes(httpx2.Client):
    """The HTTP client of an `OpenAI`; Riffler runs in a thread beside it.

    Args:
        network: The wrapped client's.
        make: Makes the doors of an event loop.
    """

    def __init__(self, network: httpx2.Client, make: Made) -> None:
        self._background = Background("riffler-openai")
        self._background.when_forked(self._forget)
        super().__init__(transport=_Inside(self._background), trust_env=False, timeout=network.timeout)
        self._network, self._make = network, make
        self._doors: Doors | None = None

    def build_request(self, *args: Any, **fields: Any) -> httpx2.Request:  # noqa: ANN401 - as httpx2 takes them
        """Build a request as the wrapped client does, with its headers and cookies."""
        return self._network.build_request(*args, **fields)

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """Send a request, through Riffler where that has anything to do with it; see httpx2."""
        if not self.is_closed and not (_is_chat(request) and self._background.run(self._taken(request, options))):
            return self._network.send(_plain(request), stream=stream, **options)
        return super().send(request, stream=stream, auth=None)

    def close(self) -> None:
        """Close what Riffler started. The wrapped client goes on."""
        super().close()  # first, as above
        if self._doors is not None:
            doors, self._doors = self._doors, None
            self._background.run(doors.aclose())
        self._background.close()

    async def _taken(self, request: httpx2.Request, options: dict[str, Any]) -> bool:
        if self._doors is None:  # in the one loop: no other task comes between
            self._doors = self._make()
        return await _take(self._doors, request, options)

    def _forget(self) -> object:
        doors, self._doors = self._doors, None
        return doors


class _AsyncInside(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        reply = await _answer(request)
        return httpx2.Response(reply.status, headers=reply.headers, stream=_AsyncBody(reply, request))


class _Inside(httpx2.BaseTransport):
    def __init__(self, background: Background) -> None:
        self._background = background

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        reply = self._background.run(_answer(request))
        return httpx2.Response(reply.status, headers=reply.headers, stream=_Body(reply, request, self._background))


class _AsyncBody(httpx2.AsyncByteStream):
    def __init__(self, reply: Reply, request: httpx2.Request) -> None:
        self._reply, self._request = reply, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await _next(self._reply, self._request):
            yield part

    async def aclose(self) -> None:
        await _stop(self._reply)


class _Body(httpx2.SyncByteStream):
    def __init__(self, reply: Reply, request: httpx2.Request, background: Background) -> None:
        self._reply, self._request, self._background = reply, request, background

    def __iter__(self) -> Iterator[bytes]:
        while part := self._background.run(_next(self._reply, self._request)):
            yield part

    def close(self) -> None:
        if self._background.begun:
            self._background.run(_stop(self._reply))


def _is_chat(request: httpx2.Request) -> bool:
    kind = request.headers.get("content-type", "")
    return request.method == "POST" and request.url.path.endswith("/chat/completions") and "json" in kind


def _plain(request: httpx2.Request) -> httpx2.Request:
    """Take off a request what is for Riffler alone."""
    for name in [name for name in request.headers if name.startswith(RIFFLER_PREFIX)]:
        del request.headers[name]
    return request


async def _take(doors: Doors, request: httpx2.Request, options: dict[str, Any]) -> bool:
    """Look whether Riffler has anything to do with a request, and give the request what answers it then."""
    content = request.content
    named, off = request.headers.get("x-riffler-session"), request.headers.get("x-riffler-features") == "off"
    try:
        body = json.loads(content)
        if not isinstance(body, dict):
            return False
        asked = read(body, named, off=off, shows=request.headers.get("x-riffler-show") == "steps")
        if asked.off:
            return False
    except InvalidInput as exc:
        request.extensions[_ANSWER] = _refusing(doors.refuse(exc))
        return True
    except (ValueError, RecursionError):
        return False  # what is wrong with it the model's server says best
    proxied = await doors.take(asked, len(content))
    if proxied is None:
        return False
    context = Context()
    context.run(CURRENT.set, original_of(_plain(request), options))
    request.extensions[_ANSWER] = lambda: doors.answer(proxied, context)
    return True


def _refusing(reply: Reply) -> Callable[[], Awaitable[Reply]]:
    async def refuse() -> Reply:
        return reply

    return refuse


async def _answer(request: httpx2.Request) -> Reply:
    answer: Callable[[], Awaitable[Reply]] = request.extensions[_ANSWER]
    try:
        async with asyncio.timeout(_read_s(request)):
            return await answer()
    except TimeoutError as exc:
        raise httpx2.ReadTimeout("the answer took longer than the client waits", request=request) from exc


async def _next(reply: Reply, request: httpx2.Request) -> bytes:
    """Give the next part of a body; nothing at its end."""
    try:
        async with asyncio.timeout(_read_s(request)):
            return await anext(reply.parts, b"")
    except TimeoutError as exc:
        raise httpx2.ReadTimeout("the answer's next part took longer than the client waits", request=request) from exc


async def _stop(reply: Reply) -> None:
    await reply.stop()
    await reply.parts.aclose()


def _read_s(request: httpx2.Request) -> float | None:
    limit: float | None = request.extensions.get("timeout", {}).get("read")
    return limit
