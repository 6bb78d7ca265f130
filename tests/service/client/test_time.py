"""How long the client waits for servers that are slow."""

import asyncio
import time

import pytest
from tests.service.client.failing import EVENTS, MESSAGES, STALLS, Act, Failing, refuses, writes

from riffler import AsyncClient, Client
from riffler.errors import InvalidInput
from riffler.service.client.errors import TimedOut
from riffler.service.client.refusing import Refused


@pytest.mark.parametrize(
    "slow",
    [
        STALLS,
        writes(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", *[b" "] * 100, every_s=0.1),
    ],
)
async def test_a_call_has_a_time_limit(slow: Act) -> None:
    """A server that says nothing, and one that says a little again and again, get no more time than the call has."""
    async with Failing.serving(slow) as server, AsyncClient(server.address, timeout_s=0.6) as client:
        begun = time.monotonic()
        with pytest.raises(TimedOut):
            await client.append("pier", MESSAGES)
        assert time.monotonic() - begun < 5.0


_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


def stalls_midway(late_s: float = 0.4) -> Act:
    """Say a part of the body late, and then nothing more."""

    async def act(writer: asyncio.StreamWriter) -> None:
        for pause_s, part in ((0.0, _HEAD + b"\r\n"), (late_s, b": ping\n\n"), (30.0, b"")):
            await asyncio.sleep(pause_s)
            writer.write(part)
            await writer.drain()

    return act


@pytest.mark.parametrize("slow", [stalls_midway(), writes(*(bytes([each]) for each in _HEAD), every_s=0.1)])
async def test_the_time_limit_is_of_the_whole(slow: Act) -> None:
    """Where an event loop waits, neither a body that stalls nor a head that trickles takes longer than the limit."""
    async with Failing.serving(slow) as server, AsyncClient(server.address, timeout_s=0.5) as client:
        begun = time.monotonic()
        with pytest.raises(TimedOut):
            await client.alive()
        with pytest.raises(TimedOut):
            async with client.stream("Where?") as events:
                await events.finish()
        assert time.monotonic() - begun < 2 * 0.5 + 0.35


@pytest.mark.parametrize("slow", [stalls_midway(1.3), writes(*(bytes([each]) for each in _HEAD), every_s=0.1)])
@pytest.mark.parametrize("stream", [False, True])
async def test_the_time_limit_is_of_the_whole_for_threads(slow: Act, stream: bool) -> None:
    """Nor does it where a thread waits: neither what stalls nor what trickles begins its time anew."""

    def finish(client: Client) -> None:
        with client.stream("Where?") as events:
            events.finish()

    def work(address: str) -> float:
        with Client(address, timeout_s=1.5) as client:
            begun = time.monotonic()
            with pytest.raises(TimedOut):
                finish(client) if stream else client.alive()
            return time.monotonic() - begun

    async with Failing.serving(slow) as server:
        assert await asyncio.to_thread(work, server.address) < 1.5 + 0.7


async def test_a_stream_has_a_time_limit() -> None:
    """Comments keep a connection alive, but don't give a question more time than it was given."""
    slow = writes(EVENTS, *[b": ping\n\n"] * 100, every_s=0.1)
    async with (
        Failing.serving(slow) as server,
        AsyncClient(server.address) as client,
        client.stream("Where?", timeout_s=0.6) as events,
    ):
        with pytest.raises(TimedOut):
            await events.finish()


async def test_a_stream_is_opened_once() -> None:
    """Its time begins when it is opened; opened again it asks nothing again."""
    async with (
        Failing.serving(writes(EVENTS, b'event: delta\ndata: {"text": "In"}\n\n')) as server,
        AsyncClient(server.address) as client,
    ):
        events = client.stream("Where?", timeout_s=0.5)
        await asyncio.sleep(0.6)
        async with events:
            with pytest.raises(InvalidInput, match="opened once"):
                await events.__aenter__()
        with pytest.raises(InvalidInput, match="opened once"):
            await events.__aenter__()
        assert len(server.received) == 1


async def test_no_time_is_waited_that_is_not_there() -> None:
    """A server that wants a minute is told as what it is when there are ten seconds."""
    busy = refuses(503, "engine-busy", retry_after="60")
    async with Failing.serving(busy) as server, AsyncClient(server.address, timeout_s=10) as client:
        begun = time.monotonic()
        with pytest.raises(Refused) as told:
            await client.append("pier", MESSAGES)
    assert time.monotonic() - begun < 5.0
    assert told.value.retry_after_s == 60
