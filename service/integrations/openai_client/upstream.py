"""The way from the engine to the model's server: the wrapped client's own HTTP client, with its own request's headers.

So a custom transport, a proxy, certificates, hooks, Azure's addresses and a key that changes hold for the calls that
Riffler makes as for the client's own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import httpx2

from riffler.service.integrations.background import tell
from riffler.service.integrations.openai_client.original import CURRENT, Original


class Sender(Protocol):
    """Sends a request as the wrapped client would."""

    async def send(self, original: Original, content: bytes) -> httpx2.Response:
        """Send a request.

        Args:
            original: What it is to be like.
            content: Its body.

        Returns:
            The response, whose stream gives the bytes as they come over the wire.
        """
        ...


class Upstream(httpx2.AsyncBaseTransport):
    """A transport for the engine.

    Args:
        sender: Sends.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._last: Original | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2. What runs beside turns, as an audit, goes as the last turn's request did.

        Args:
            request: The engine's.

        Returns:
            The response.

        Raises:
            httpx2.ConnectError: No request was made yet, so that nobody knows a key.
        """
        original = self._last = CURRENT.get(self._last)
        if original is None:
            raise httpx2.ConnectError("no request of the wrapped client shows how to reach the model's server")
        return await self._sender.send(original, await request.aread())


class AsyncSender:
    """Sends through an asynchronous client.

    Args:
        network: The client.
    """

    def __init__(self, network: httpx2.AsyncClient) -> None:
        self._network = network

    async def send(self, original: Original, content: bytes) -> httpx2.Response:
        """See `Sender`."""
        sending = self._network.send(original.asks(content), stream=True, **original.options)
        response = await asyncio.get_running_loop().create_task(sending, context=original.context)
        if response.is_stream_consumed:  # one of the user's hooks has read it
            return _read(response)
        return httpx2.Response(response.status_code, headers=response.headers, stream=_Passed(response))


class _Passed(httpx2.AsyncByteStream):
    """The bytes of a response, as they came."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_raw():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class ThreadSender:
    """Sends through a synchronous client, each request in a thread of its own.

    Who stops listening is rid of it at once; the thread ends at the next bytes, or at the client's own time limit.

    Args:
        network: The client.
    """

    def __init__(self, network: httpx2.Client) -> None:
        self._network = network

    async def send(self, original: Original, content: bytes) -> httpx2.Response:
        """See `Sender`."""
        sending = _Sending(self._network, original, content)
        try:
            return await sending.head()
        except BaseException:
            await sending.aclose()
            raise


class _Sending(httpx2.AsyncByteStream):
    """One request in its thread: the head comes first, then the bytes; nothing at the end."""

    def __init__(self, network: httpx2.Client, original: Original, content: bytes) -> None:
        self._network, self._original, self._content = network, original, content
        self._loop = asyncio.get_running_loop()
        self._came: asyncio.Queue[bytes | BaseException] = asyncio.Queue()
        self._head: asyncio.Future[httpx2.Response] = self._loop.create_future()
        self._stopped = threading.Event()
        run = original.context.copy().run
        threading.Thread(target=run, args=(self._work,), name="riffler-upstream", daemon=True).start()

    async def head(self) -> httpx2.Response:
        return await self._head

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await self._came.get():
            if isinstance(part, BaseException):
                raise part
            yield part

    async def aclose(self) -> None:
        self._stopped.set()

    def _work(self) -> None:
        try:
            request = self._original.asks(self._content)
            response = self._network.send(request, stream=True, **self._original.options)
        except BaseException as exc:  # noqa: BLE001 - whatever it is, the loop's side raises it
            self._tell(self._begin, exc)
            return
        try:
            if response.is_stream_consumed:
                self._tell(self._begin, _read(response))
                return
            self._tell(self._begin, httpx2.Response(response.status_code, headers=response.headers, stream=self))
            for part in response.iter_raw():
                if self._stopped.is_set():
                    return
                if part:
                    self._tell(self._came.put_nowait, part)
            self._tell(self._came.put_nowait, b"")
        except BaseException as exc:  # noqa: BLE001 - as above
            self._tell(self._came.put_nowait, exc)
        finally:
            response.close()

    def _begin(self, what: httpx2.Response | BaseException) -> None:
        if self._head.done():  # cancelled: nobody waits
            return
        if isinstance(what, BaseException):
            self._head.set_exception(what)
        else:
            self._head.set_result(what)

    def _tell(self, how: Callable[[Any], None], what: object) -> None:
        tell(self._loop, how, what)


def _read(response: httpx2.Response) -> httpx2.Response:
    """Give a response that was read, and decoded, already."""
    written = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in written]
    return httpx2.Response(response.status_code, headers=headers, content=response.content)
