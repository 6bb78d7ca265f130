"""Changes told as they happen: over HTTP, across processes, through outages and a stop."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contracts.sessions import until
from tests.service.http.own_redis import OwnRedis, service_on
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.http.live import Listener
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.keys import turn_log
from riffler.service.ports.observer import AuditOutcome, Outcome
from riffler.service.settings import read_settings

ASK = {"question": "Where is the blue boat?"}


class Heard:
    """What a listener hears."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self, *names: str) -> dict[str, Any]:
        """Wait for the next event of one of these names, and give its data; others are passed over."""
        name = ""
        async with asyncio.timeout(15):
            async for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: ") and name in names:
                    data: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return data
        raise AssertionError(f"the stream ended before {names}")


@asynccontextmanager
async def listening(client: httpx.AsyncClient) -> AsyncIterator[Heard]:
    """Listen, from when nothing is missed any more."""
    async with client.stream("GET", "/api/v1/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        heard = Heard(stream.aiter_lines())
        assert await heard.next("listening") == {}
        yield heard


async def test_what_happens_is_told(client: httpx.AsyncClient) -> None:
    """A turn is told with its record, its decision with the policy's counts, its session with each version."""
    async with listening(client) as heard:
        answer = (await client.post("/api/v1/ask", json=ASK)).json()
        record = await heard.next("turns")
        (kept,) = (await client.get("/api/v1/turns")).json()["items"]
        assert record == kept
        counts = await heard.next("decisions")
        assert (counts["decisions"], counts["rewards"]) == (1, 0)
        assert await heard.next("sessions") == {"session": answer["session"], "version": answer["version"]}
        await client.put(f"/api/v1/decisions/{answer['rewriting']['decision']}/reward", json={"reward": 1})
        assert await heard.next("decisions") == {**counts, "rewards": 1}
        await client.delete(f"/api/v1/sessions/{answer['session']}")
        assert await heard.next("sessions") == {"session": answer["session"], "version": None}


async def test_another_process_s_turns_are_told_and_another_tenant_s_are_not(server_folder: Path) -> None:
    """Two services of one tenant on one Redis: what one answers the other tells. Another tenant's turn isn't told."""
    settings = read_settings(data_folder=server_folder)

    def made(tenant: str) -> Riffler:
        return Riffler(settings, tenant, ScriptedEngine(lambda _: "Here."))

    async with made("live-a") as one, made("live-a") as two, made("live-b") as other:
        await _told_here_alone(one, two, other)


async def _told_here_alone(one: Riffler, two: Riffler, other: Riffler) -> None:
    async with served(one) as here, served(two) as there, listening(here) as heard:
        await other.ask("Where is it?")
        session = (await there.post("/api/v1/ask", json=ASK)).json()["session"]
        assert (await heard.next("turns"))["session"] == session


async def listeners(client: httpx.AsyncClient) -> int:
    """How many listen, as the service says."""
    count: int = (await client.get("/api/v1/health")).json()["queue"]["listeners"]
    return count


class Counting:
    """Counts operations of Redis."""

    def __init__(self) -> None:
        self.count = 0

    def operated(self, operation: str, seconds: float, error: str) -> None:
        """Count one."""
        self.count += 1

    def generated(self, outcome: Outcome, seconds: float, error: str) -> None:
        """Count none."""

    def unrecorded(self, waiting: int, lost: int) -> None:
        """See the port."""

    def unreadable(self, count: int) -> None:
        """See the port."""

    def audited(self, outcome: AuditOutcome, tokens: int) -> None:
        """Count none."""


async def test_nobody_looks_when_nobody_listens(client: httpx.AsyncClient, riffler: Riffler) -> None:
    """Ten listeners cost no more looks than one, and after the last has gone there are none."""
    counting = Counting()
    riffler.observers.add(counting)
    streams = [listening(client) for _ in range(10)]
    for stream in streams:
        await stream.__aenter__()
    assert await listeners(client) == 10
    before = counting.count
    await asyncio.sleep(2.2)
    assert 0 < counting.count - before <= 30, "three looks of some six operations, and a ping"
    for stream in streams:
        await stream.__aexit__(None, None, None)

    async def all_gone() -> bool:
        return await listeners(client) == 0

    await until(all_gone)
    before = counting.count
    await asyncio.sleep(1.5)
    assert counting.count == before


async def test_more_listeners_than_may_are_refused(riffler: Riffler) -> None:
    """One too many of a tenant gets 503 with what to do, and after one has gone there is room."""
    async with served(riffler) as client:
        streams = [listening(client) for _ in range(16)]
        for stream in streams:
            await stream.__aenter__()
        refused = await client.get("/api/v1/live")
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:riffler:problem:too-many-listeners")
        assert refused.headers["retry-after"]
        await streams.pop().__aexit__(None, None, None)

        async def one_gone() -> bool:
            return await listeners(client) < 16

        await until(one_gone)
        async with listening(client):
            pass
        for stream in streams:
            await stream.__aexit__(None, None, None)


async def test_an_outage_is_told_and_its_end(redis: OwnRedis) -> None:
    """While Redis is gone the stream stays and says so; once it is back that is told, and turns are again."""
    async with service_on(redis.url, ScriptedEngine(lambda _: "Here.")) as (client, _), listening(client) as heard:
        assert (await heard.next("health"))["ready"]
        redis.kill()
        away = await heard.next("health")
        assert (away["ready"], list(away["failures"])) == (False, ["redis"])
        redis.start()
        assert (await heard.next("health"))["ready"]
        answer = await client.post("/api/v1/ask", json=ASK)
        assert (await heard.next("turns"))["session"] == answer.json()["session"]


async def test_nobody_misses_what_happens_before_the_store_was_looked_at(redis: OwnRedis) -> None:
    """While Redis is away nobody is promised anything, whoever asks; once it is back `listening` comes to all."""
    async with service_on(redis.url, ScriptedEngine(lambda _: "Here.")) as (client, _):
        await client.post("/api/v1/ask", json=ASK)
        redis.kill()
        async with client.stream("GET", "/api/v1/live") as one, client.stream("GET", "/api/v1/live") as other:
            heard = [Heard(stream.aiter_lines()) for stream in (one, other)]
            for each in heard:
                assert not (await each.next("listening", "health"))["ready"]
            redis.start()
            for each in heard:
                assert await each.next("listening") == {}
            answer = await client.post("/api/v1/ask", json=ASK)
            for each in heard:
                assert (await each.next("turns"))["session"] == answer.json()["session"]


async def test_what_cannot_be_read_is_passed_over_and_told(
    client: httpx.AsyncClient, riffler: Riffler, caplog: pytest.LogCaptureFixture
) -> None:
    """Something that is no record, before anybody listens and while somebody does, keeps no later turn away."""

    async def spoil() -> str:
        keys = turn_log(riffler.tenant)
        return str(await riffler._connection.run(lambda redis: redis.xadd(keys, {"record": "{"})))

    await spoil()
    async with listening(client) as heard:
        wrong = await spoil()
        answer = await client.post("/api/v1/ask", json=ASK)
        assert (await heard.next("turns"))["session"] == answer.json()["session"]
        await asyncio.sleep(1.5)
    told = [record.getMessage() for record in caplog.records if "can't be read" in record.getMessage()]
    assert len(told) == 1, "once, and not at each look"
    assert wrong in told[0]
    assert 'riffler_errors_total{error="MemoryCorrupt"} 1.0' in (await client.get("/metrics")).text


class Broken(ScriptedEngine):
    """An engine with a bug: whether it is ready, it fails to say."""

    async def ready(self) -> None:
        """Fail, as no engine should."""
        raise ZeroDivisionError


async def test_an_engine_that_breaks_its_word_is_told_and_keeps_no_change_away(
    server_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that nobody foresaw, in asking the engine: who looks hears of it, and of each turn; so does the log."""
    settings, tenant = read_settings(data_folder=server_folder), f"tenant-{secrets.token_hex(8)}"
    async with (
        Riffler(settings, tenant, Broken(lambda _: "Here.")) as riffler,
        served(riffler) as client,
        listening(client) as heard,
    ):
        for _ in range(2):
            await asyncio.sleep(1.2)  # at least one look lies between
            answer = await client.post("/api/v1/ask", json=ASK)
            assert (await heard.next("turns"))["session"] == answer.json()["session"]
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["failures"]) == (503, {"engine": "ZeroDivisionError, unforeseen"})
        assert (await client.get("/metrics")).status_code == 200
        assert "A bug" in (await client.get("/api/v1/health")).json()["engine"]["mend"]
    assert any("engine can't be asked" in line and "ZeroDivisionError" in line for line in caplog.messages)


async def test_a_stop_ends_the_stream_in_order(riffler: Riffler) -> None:
    """Listeners don't hold up a service that stops: their streams end, whole, and at once."""
    begun = asyncio.Event()

    async def read(client: httpx.AsyncClient) -> float:
        async with client.stream("GET", "/api/v1/live") as stream:
            async for _ in stream.aiter_lines():
                begun.set()
        return time.monotonic()

    async with served(riffler, shutdown_s=20) as client:
        reading = asyncio.create_task(read(client))
        await begun.wait()
        stopped = time.monotonic()
    assert await reading - stopped < 10


async def test_who_asks_for_the_head_alone_gets_it(client: httpx.AsyncClient) -> None:
    """HEAD ends, although a stream wouldn't."""
    answer = await client.head("/api/v1/live")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_who_is_too_far_behind_is_let_go() -> None:
    """A listener that reads nothing holds some hundreds of events, and then its stream ends after them."""
    listener = Listener()
    for number in range(2000):
        listener.tell(f"{number}".encode())
    parts = [part async for part in listener.parts()]
    assert parts[1:] == [f"{number}".encode() for number in range(500)]


async def test_a_quiet_stream_is_kept_alive() -> None:
    """While nothing happens that is told, as an event: browsers tell pages of no comment."""
    parts = Listener().parts(quiet_s=0.01)
    assert [await anext(parts) for _ in range(3)] == [b"retry: 2000\n\n", *[b"event: alive\ndata: {}\n\n"] * 2]
