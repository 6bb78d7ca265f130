"""A small server that does what it is told, connection by connection: also what no server should."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

Act = Callable[[asyncio.StreamWriter], Awaitable[None]]

ALIVE = {"status": "alive"}
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
MESSAGES = [{"role": "user", "content": "The boat is blue."}]


@dataclass(frozen=True)
class Received:
    """A request that came: its first line, its headers, its body."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Failing:
    """The server. It does its acts one after the other, one a request; the last one again and again.

    Attributes:
        acts: What it does.
        received: What it was asked.
        gone: Set when a client closed its connection.
    """

    acts: list[Act]
    received: list[Received] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *lines = head.rstrip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.received.append(Received(line, headers, body))
            await self.acts[min(len(self.received), len(self.acts)) - 1](writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone.set()
        finally:
            writer.close()

    @classmethod
    @asynccontextmanager
    async def serving(cls, *acts: Act, port: int = 0) -> AsyncIterator[Self]:
        """Serve until the block ends."""
        made = cls(list(acts))
        server = await asyncio.start_server(made._serve, "127.0.0.1", port)
        made.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield made
        finally:
            server.close()


def says(status: int, body: Any, kind: str = "application/json", **headers: str) -> Act:
    """Answer well."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"content-type": kind, "content-length": str(len(content)), "connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return writes(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + content)


def refuses(status: int, kind: str, **headers: str) -> Act:
    """Answer with a problem."""
    title = kind.replace("-", " ").capitalize()
    problem = {"type": f"urn:riffler:problem:{kind}", "title": title, "status": status, "detail": "the boat's secret"}
    return says(status, problem | {"instance": "urn:riffler:request:4f1c"}, "application/problem+json", **headers)


def writes(*parts: bytes, every_s: float = 0.0, then_s: float = 0.0) -> Act:
    """Write some bytes, with pauses, and close the connection."""

    async def act(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(every_s)
        await asyncio.sleep(then_s)

    return act


HANGS_UP = writes()
STALLS = writes(then_s=30.0)
