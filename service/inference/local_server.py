"""The HTTP side of `LocalApi`. Imported by it alone and late, because starlette and uvicorn take a while."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back, and when.

    Attributes:
        parts: The body in parts.
        status: The status.
        media_type: What the body is.
        headers: Headers beside the usual ones.
        wait_first_s: How long to wait before the headers.
        wait_middle_s: How long to wait after half of the parts.
        cut: Whether to close the connection after half of the parts.
    """

    parts: Sequence[bytes]
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_first_s: float = 0.0
    wait_middle_s: float = 0.0
    cut: bool = False


_PATIENCE_S = 1.0
"""How long an answer in progress may take when the server stops."""

AnswerFunction = Callable[[Mapping[str, str], object], Awaitable[Answer]]


@asynccontextmanager
async def served(
    answer: AnswerFunction, models: Mapping[str, object], port: int, on_disconnect: Callable[[], None]
) -> AsyncIterator[int]:
    """Serve the API on a loopback port, in this event loop.

    Args:
        answer: Answers a chat request, given its headers and its decoded body (None when that is no JSON).
        models: The body of `GET /v1/models`.
        port: The port; 0 takes a free one.
        on_disconnect: Called when a client goes before its answer is complete.

    Yields:
        The port.
    """
    closing = asyncio.Event()

    async def chat(request: Request) -> Response:
        try:
            body: object = json.loads(await request.body())
        except (ValueError, RecursionError):
            body = None
        return _Paced(await answer(dict(request.headers), body), closing, on_disconnect)

    async def list_models(_request: Request) -> Response:
        return JSONResponse(models)

    app = Starlette(
        routes=[Route("/v1/chat/completions", chat, methods=["POST"]), Route("/v1/models", list_models)],
    )
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        server = _Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",  # an answer that is cut on demand is no error
                access_log=False,
            ),
            closing,
        )
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            closing.set()
            await running


class _Server(uvicorn.Server):
    """A server inside another program: it leaves the signals alone, and ends on an event, not on the next tick."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._closing.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End as uvicorn does, but without its fixed pauses of 0.1 s, which add up over a hundred tests."""
        state = self.server_state
        for server in self.servers:
            server.close()
        for connection in list(state.connections):
            connection.shutdown()
        patience = asyncio.get_running_loop().time() + _PATIENCE_S
        while state.connections or state.tasks:
            if asyncio.get_running_loop().time() > patience:
                for task in state.tasks:
                    task.cancel()
            if asyncio.get_running_loop().time() > patience + _PATIENCE_S:
                for connection in list(state.connections):  # one whose client neither reads nor goes
                    connection.transport.abort()
            await asyncio.sleep(0.001)


class _Paced(Response):
    """Sends an answer part by part, and notices a client that goes."""

    def __init__(self, answer: Answer, closing: asyncio.Event, on_disconnect: Callable[[], None]) -> None:
        super().__init__(status_code=answer.status, media_type=answer.media_type, headers=answer.headers)
        del self.headers["content-length"]  # so that the body goes in chunks, and can be cut
        self._answer = answer
        self._closing = closing
        self._on_disconnect = on_disconnect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        try:
            if not await self._send_all(send, gone) and gone.done():
                self._on_disconnect()
        finally:
            gone.cancel()

    async def _send_all(self, send: Send, gone: asyncio.Task[None]) -> bool:
        """Send what is to be sent; say whether that was the whole answer."""
        answer = self._answer
        if not await self._wait(answer.wait_first_s, gone):
            return False
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        middle = (len(answer.parts) + 1) // 2
        for number, part in enumerate(answer.parts):
            if number == middle and (answer.cut or not await self._wait(answer.wait_middle_s, gone)):
                return False
            await send({"type": "http.response.body", "body": part, "more_body": True})
        if gone.done():
            return False
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return True

    async def _wait(self, seconds: float, gone: asyncio.Task[None]) -> bool:
        """Wait; say whether client and server are still there."""
        if seconds:
            closing = asyncio.create_task(self._closing.wait())
            patience = None if seconds == float("inf") else seconds
            await asyncio.wait({gone, closing}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            closing.cancel()
        return not gone.done() and not self._closing.is_set()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
