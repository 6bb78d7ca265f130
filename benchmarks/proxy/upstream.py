"""The model's server of these benchmarks, on asyncio alone: it costs next to nothing, so it isn't what is measured.

    python -m benchmarks.proxy.upstream --port 8020 --pieces 30 --pause-s 1

Answers each chat request at once; a stream comes in pieces, with a pause before each. What it says goes by the
question's mark (`marks.py`). `GET /calls` tells how many chat requests there were.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from benchmarks.proxy.marks import mark_of, pieces

MODEL = "local"
_MODELS = {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "benchmarks"}]}


class Upstream:
    """A server for the time of an `async with`.

    Args:
        count: Pieces of an answer.
        pause_s: Time before each piece of a stream.
        port: The port; 0 takes a free one.

    Attributes:
        calls: Chat requests so far.
    """

    def __init__(self, count: int = 1, pause_s: float = 0.0, port: int = 0) -> None:
        self.calls = 0
        self.count, self.pause_s = count, pause_s
        self._port = port
        self._open: set[asyncio.Transport] = set()

    @property
    def base_url(self) -> str:
        """The address for a client, with `/v1`."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Upstream:
        """Start."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self, self._open), "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what is being sent is cut."""
        self._server.close()
        for transport in list(self._open):
            transport.abort()
        await self._server.wait_closed()


class _Connection(asyncio.Protocol):
    """One client's connection: a request, its answer, and so on."""

    def __init__(self, upstream: Upstream, opened: set[asyncio.Transport]) -> None:
        self._upstream, self._opened = upstream, opened
        self._came = bytearray()
        self._sending: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._opened.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._opened.discard(self._transport)
        if self._sending is not None:
            self._sending.cancel()

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, rest = self._came.partition(b"\r\n\r\n")
        if not end:
            return
        lines = bytes(head).decode("latin-1").split("\r\n")
        heads = (line.partition(":") for line in lines[1:])
        length = next((int(value) for name, _, value in heads if name.lower() == "content-length"), 0)
        if len(rest) < length:
            return
        body = bytes(rest[:length])
        del self._came[: len(head) + 4 + length]
        self._answer(lines[0].split(" ")[1], body)

    def _answer(self, path: str, body: bytes) -> None:
        if not path.endswith("/chat/completions"):
            known = _MODELS if path.endswith("/models") else {"calls": self._upstream.calls}
            self._transport.write(_whole(known))
            return
        self._upstream.calls += 1
        asked = json.loads(body)
        mark, count = mark_of(asked["messages"]), self._upstream.count
        if asked.get("stream"):
            self._sending = asyncio.create_task(self._stream(mark, asked))
            return
        message = {"role": "assistant", "content": "".join(pieces(mark, count))}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        self._transport.write(
            _whole({**_object("chat.completion"), "choices": [choice], "usage": _usage(asked, count)})
        )

    async def _stream(self, mark: str, asked: dict[str, Any]) -> None:
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        self._transport.write(head.encode())
        for chunk in _chunks(mark, self._upstream.count, asked):
            if chunk["choices"] and "content" in chunk["choices"][0]["delta"]:
                await asyncio.sleep(self._upstream.pause_s)
            self._send(f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n")
        self._send("data: [DONE]\n\n")
        self._send("")
        self._sending = None

    def _send(self, part: str) -> None:
        """Send a part of the body; an empty one ends it."""
        self._transport.write(f"{len(part.encode()):x}\r\n{part}\r\n".encode())


def _chunks(mark: str, count: int, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    made = _object("chat.completion.chunk")
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant"}, None)]
    deltas += [({"content": piece}, None) for piece in pieces(mark, count)]
    for delta, ending in [*deltas, ({}, "stop")]:
        yield {**made, "choices": [{"index": 0, "delta": delta, "finish_reason": ending}]}
    if (asked.get("stream_options") or {}).get("include_usage"):
        yield {**made, "choices": [], "usage": _usage(asked, count)}


def _object(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 0, "model": MODEL}


def _usage(asked: dict[str, Any], count: int) -> dict[str, int]:
    """Tell a plausible usage: a client that learns to count from it would puzzle over another one."""
    prompt = len(json.dumps([asked["messages"], asked.get("tools", [])])) // 4
    return {"prompt_tokens": prompt, "completion_tokens": 5 * count, "total_tokens": prompt + 5 * count}


def _whole(value: object) -> bytes:
    body = json.dumps(value, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _run(options: argparse.Namespace) -> None:
    async with Upstream(options.pieces, options.pause_s, options.port) as upstream:
        print(upstream.base_url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser("python -m benchmarks.proxy.upstream")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default: 0)")
    parser.add_argument("--pieces", type=int, default=5, help="pieces of an answer (default: 5)")
    parser.add_argument("--pause-s", type=float, default=0.0, help="seconds before each piece of a stream (default: 0)")
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
