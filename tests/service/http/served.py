"""The API on a real socket, in the test's own event loop."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from riffler.service.app import Riffler
from riffler.service.http.app import create_app
from riffler.service.http.connection import Connection
from riffler.service.serving import ANSWERS_S, core_of

NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of plain HTTP: httpx would read all root certificates for each, and hundreds of tests have one."""


class Server(uvicorn.Server):
    """A server inside a test: it leaves the signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def main_loop(self) -> None:
        """Wait to be told to stop; uvicorn looks every 0.1 s, and hundreds of tests stop a server."""
        await self.on_tick(0)
        self._told = asyncio.Event()
        await self._told.wait()

    def stop(self) -> None:
        """Stop as a signal does: turns that run may end."""
        self.should_exit = True
        self._told.set()


@asynccontextmanager
async def served(
    riffler: Riffler,
    *,
    max_body_bytes: int = 16_000_000,
    shutdown_s: float = 5.0,
    hosts: Collection[str] = (),
    max_import_bytes: int = 256_000_000,
    beside: Callable[[FastAPI], None] = lambda _: None,
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve until the block ends.

    Args:
        riffler: What is served.
        max_body_bytes: See `create_app`.
        shutdown_s: The same.
        hosts: The same.
        max_import_bytes: The same.
        beside: Puts more into the app, as the dashboard's files.

    Yields:
        A client with the service's address.
    """
    core = core_of(riffler)
    app = create_app(
        core, max_body_bytes=max_body_bytes, shutdown_s=shutdown_s, hosts=hosts, max_import_bytes=max_import_bytes
    )
    beside(app)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # see `serving.py`
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            http=Connection,
            h11_max_incomplete_event_size=65_536,
            timeout_graceful_shutdown=int(shutdown_s) + ANSWERS_S,
        )
        server = Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=60, verify=NO_ROOTS) as client:
            try:
                yield client
            finally:
                core.stop(shutdown_s)
                server.stop()
                await running
