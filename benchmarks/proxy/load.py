"""Clients that cost next to nothing: each keeps a connection and sends its next request when it has its answer."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from dataclasses import dataclass

from benchmarks.proxy.marks import pieces, question
from benchmarks.proxy.upstream import MODEL

_WARM_UP = 2
"""Requests of each client that don't count."""
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Target:
    """What is asked.

    Attributes:
        name: What it is called.
        port: Its port on 127.0.0.1.
        key: Its key; empty for none.
    """

    name: str
    port: int
    key: str = ""


@dataclass(frozen=True)
class Load:
    """What came of a load.

    Attributes:
        median_ms: Median time of a request.
        p95_ms: Its 95th percentile.
        per_s: Requests a second.
        requests: How many counted.
    """

    median_ms: float
    p95_ms: float
    per_s: float
    requests: int


async def load(target: Target, clients: int, seconds: float, count: int) -> Load:
    """Send requests for some seconds.

    Args:
        target: Whom to.
        clients: How many clients at once.
        seconds: How long; each client sends one counted request at least.
        count: Pieces of an answer, as the upstream has it.

    Returns:
        What came of it.
    """
    connections = await asyncio.gather(*(_Connection.to(target) for _ in range(clients)))
    try:
        for _ in range(_WARM_UP):
            await asyncio.gather(*(_ask(each, target, count) for each in connections))
        began = time.perf_counter()
        spent: list[float] = []

        async def client(connection: _Connection) -> None:
            while True:
                spent.append(await _ask(connection, target, count))
                if time.perf_counter() - began >= seconds:
                    return

        await asyncio.gather(*map(client, connections))
        lasted = time.perf_counter() - began
    finally:
        for each in connections:
            each.close()
    spent.sort()
    return Load(statistics.median(spent), spent[int(len(spent) * 0.95)], len(spent) / lasted, len(spent))


async def _ask(connection: _Connection, target: Target, count: int) -> float:
    """Ask a new question, and give the milliseconds to its whole answer."""
    mark = f"m{next(_NUMBERS)}"
    messages = [{"role": "system", "content": "You keep the log."}, {"role": "user", "content": question(mark)}]
    body = json.dumps({"model": MODEL, "messages": messages}).encode()
    key = f"authorization: Bearer {target.key}\r\n" if target.key else ""
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{target.port}\r\n{key}accept: application/json\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    start = time.perf_counter()
    status, answer = await connection.ask(head.encode() + body)
    spent = (time.perf_counter() - start) * 1000
    said = json.loads(answer)["choices"][0]["message"]["content"] if status == "200" else None
    if said != "".join(pieces(mark, count)):
        raise SystemExit(f"{target.name} answered {mark} with status {status}: {answer[:500]!r}")
    return spent


class _Connection(asyncio.Protocol):
    """A connection that is kept, with one request at a time."""

    def __init__(self) -> None:
        self._came = bytearray()
        self._waiting: asyncio.Future[tuple[str, bytes]] | None = None

    @classmethod
    async def to(cls, target: Target) -> _Connection:
        """Connect."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", target.port)
        return made

    async def ask(self, request: bytes) -> tuple[str, bytes]:
        """Send a request, and give the answer's status and body."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Close it."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("closed before the answer"))

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, rest = self._came.partition(b"\r\n\r\n")
        lines = bytes(head).decode("latin-1").split("\r\n")
        heads = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if not end or len(rest) < int(heads["content-length"]):  # none of the targets sends these in chunks
            return
        self._came.clear()
        assert self._waiting is not None
        self._waiting.set_result((lines[0].split(" ")[1], bytes(rest)))
