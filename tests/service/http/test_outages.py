"""Redis or the engine away: a clear problem, nothing half-done, and all is well when they are back."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Awaitable
from pathlib import Path

import httpx
import pytest
from tests.service.http.own_redis import OwnRedis, service_on
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings

ASK = {"question": "Where is the boat?"}
PROBES = ("livez", "readyz", "metrics")
SAY = {"messages": [{"role": "user", "content": "The boat is blue."}]}


async def test_redis_gone_is_told_and_redis_back_is_riffler_back(redis: OwnRedis) -> None:
    """While it is away all that needs it says 503 and when to come again; afterwards all works, with its data."""
    async with service_on(redis.url, ScriptedEngine(lambda _: "In the harbour.")) as (client, riffler):
        path = (await client.post("/api/v1/sessions", json={"session": "s", **SAY})).headers["location"]
        before = await riffler.memory("s")
        redis.kill()
        for method, target, body in [
            ("POST", "/api/v1/ask", ASK),
            ("POST", f"{path}/ask", ASK),
            ("POST", f"{path}/messages", SAY),
            ("GET", path, None),
            ("GET", f"{path}/view", None),
            ("GET", "/api/v1/sessions", None),
            ("DELETE", path, None),
        ]:
            response = await client.request(method, target, json=body)
            assert (response.status_code, response.json()["title"]) == (503, "Memory unavailable"), response.text
            assert response.headers["retry-after"]
        assert (await client.get("/livez")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, list(ready.json()["failures"])) == (503, ["redis"])
        scraped = (await client.get("/metrics")).text
        assert "riffler_redis_up 0.0" in scraped
        assert 'riffler_errors_total{error="MemoryUnavailable"} 7.0' in scraped, "each of these requests, once"
        assert 'riffler_redis_errors_total{error="MemoryUnavailable",operation="load"}' in scraped
        rewrite = await client.post("/api/v1/rewrites", json={"query": "Where is the boat?"})
        assert rewrite.status_code == 200, "rule 8: the raw query goes on"
        assert rewrite.json()["text"] == "Where is the boat?"
        assert rewrite.json()["rewriting"]["note"]
        redis.start()
        assert (await client.get("/readyz")).status_code == 200
        assert await riffler.memory("s") == before
        assert (await client.post(f"{path}/ask", json=ASK)).status_code == 200


async def test_redis_gone_in_the_middle_of_a_turn(redis: OwnRedis) -> None:
    """The turn fails with 503 and leaves the session as it was; asked again under its name it is answered, once."""
    asked = asyncio.Event()

    async def model(_: EngineRequest) -> Reply:
        if not asked.is_set():
            asked.set()
            redis.kill()
        return "In the harbour."

    async with service_on(redis.url, ScriptedEngine(model)) as (client, riffler):
        path = (await client.post("/api/v1/sessions", json={"session": "s", **SAY})).headers["location"]
        before = await riffler.memory("s")
        key = {"idempotency-key": "mine"}
        failed = await client.post(f"{path}/ask", json=ASK, headers=key)
        assert (failed.status_code, failed.json()["title"]) == (503, "Memory unavailable")
        redis.start()
        assert await riffler.memory("s") == before
        # The lease couldn't be given back: it ends by itself, and until then the session is busy.
        while (answer := await client.post(f"{path}/ask", json=ASK, headers=key)).status_code == 409:
            assert answer.json()["title"] == "Session busy"
            await asyncio.sleep(float(answer.headers["retry-after"]))
        assert answer.status_code == 200, answer.text
        assert [m.text for m in (await riffler.memory("s")).messages].count(ASK["question"]) == 1


async def test_the_embedded_server_is_started_again(tmp_path: Path) -> None:
    """Killed, it is back at the next request, with what was acknowledged long enough ago to be on disk."""
    engine = ScriptedEngine(lambda _: "In the harbour.")
    settings = read_settings(data_folder=tmp_path / "data", durability="strict")
    async with Riffler(settings, engine=engine) as riffler, served(riffler) as client:
        path = (await client.post("/api/v1/sessions", json=SAY)).headers["location"]
        pid = await riffler.sessions._connection.run(lambda c: c.info("server"))
        os.kill(int(pid["process_id"]), signal.SIGKILL)
        assert (await client.get(path)).json()["messages"] == 1
        assert (await client.post(f"{path}/ask", json=ASK)).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        (Fault("cut"), 502, "Engine garbled"),
        (Fault("stall", seconds=30), 504, "Engine timeout"),
        (Fault("slow", seconds=30), 504, "Engine timeout"),
        (Fault("bad_sse"), 502, "Engine garbled"),
        (Fault("status", status=401, message="no such key"), 502, "Engine rejected"),
        (Fault("status", status=429), 503, "Engine busy"),
        (Fault("status", status=500), 503, "Engine unavailable"),
    ],
)
async def test_an_engine_that_fails_over_http(server_folder: Path, fault: Fault, status: int, title: str) -> None:
    """Slow, cut off, garbled, refusing: a problem, no session left behind, and the next question is answered."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    async with LocalApi(lambda _: "In the harbour.", faults=[fault]) as api:
        engine = OpenAIEngine("local", base_url=api.base_url, timeout_s=1.0, max_retries=0)
        settings = read_settings(data_folder=server_folder, rewriting=False)
        async with Riffler(settings, tenant=tenant, engine=engine) as riffler, served(riffler) as client:
            failed = await client.post("/api/v1/ask", json=ASK)
            assert (failed.status_code, failed.json()["title"]) == (status, title), failed.text
            assert (await client.get("/api/v1/sessions")).json()["items"] == []
            assert (await client.post("/api/v1/ask", json=ASK)).json()["text"] == "In the harbour."


async def test_an_engine_that_is_down(server_folder: Path) -> None:
    """A dead address is a 503, `/readyz` and `/engines` name the engine, and all else goes on."""
    engine = OpenAIEngine("local", base_url="http://127.0.0.1:9/v1", max_retries=0)
    tenant = f"tenant-{secrets.token_hex(8)}"
    settings = read_settings(data_folder=server_folder)
    async with Riffler(settings, tenant=tenant, engine=engine) as riffler, served(riffler) as client:
        failed = await client.post("/api/v1/ask", json=ASK)
        assert (failed.status_code, failed.json()["title"]) == (503, "Engine unavailable")
        ready = await client.get("/readyz")
        assert (ready.status_code, list(ready.json()["failures"])) == (503, ["engine"])
        shown = (await client.get("/api/v1/engines")).json()[0]
        assert (shown["ready"], "reached" in shown["failure"]) == (False, True)
        assert (await client.post("/api/v1/sessions", json=SAY)).status_code == 201


async def test_a_redis_that_hangs_holds_no_probe_up(redis: OwnRedis) -> None:
    """Stopped, not dead: probes and the scrape answer within seconds and say which part it is; then all goes on."""
    async with service_on(redis.url, ScriptedEngine(lambda _: "In the harbour.")) as (client, _):
        path = (await client.post("/api/v1/sessions", json=SAY)).headers["location"]
        redis.hang()
        try:
            began = time.monotonic()
            live, ready, scraped = await asyncio.gather(*(client.get(f"/{name}") for name in PROBES))
            assert time.monotonic() - began < 5
        finally:
            redis.go_on()
        assert (live.status_code, ready.status_code, scraped.status_code) == (200, 503, 200)
        assert list(ready.json()["failures"]) == ["redis"]
        assert "riffler_redis_up 0.0" in scraped.text
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get(path)).json()["messages"] == 1


async def timed(asking: Awaitable[httpx.Response]) -> tuple[httpx.Response, float]:
    """Wait for a response; give it with its time in seconds."""
    began = time.monotonic()
    return await asking, time.monotonic() - began


@pytest.mark.parametrize("embedded", [True, False])
async def test_a_redis_that_hangs_holds_no_request_up(tmp_path: Path, redis: OwnRedis, embedded: bool) -> None:
    """Stopped, not dead: each request fails at its deadline, a rewrite goes on without it; then all is well."""
    where = {"data_folder": tmp_path / "data"} if embedded else {"redis_url": redis.url}
    settings = read_settings(redis_timeout_s=4.0, **where)
    async with (
        Riffler(settings, engine=ScriptedEngine(lambda _: "In the harbour.")) as riffler,
        served(riffler) as client,
    ):
        path = (await client.post("/api/v1/sessions", json=SAY)).headers["location"]
        # The first one brings the pipeline to run, which takes seconds on a busy machine and isn't what is measured.
        assert (await client.post("/api/v1/rewrites", json={"query": "Who has the key?"})).status_code == 200
        pid = int((await riffler.sessions._connection.run(lambda c: c.info("server")))["process_id"])
        os.kill(pid, signal.SIGSTOP)
        try:
            rewriting = timed(client.post("/api/v1/rewrites", json={"query": ASK["question"]}))
            asking = [client.get(path), client.post("/api/v1/ask", json=ASK), client.post(f"{path}/ask", json=ASK)]
            (rewrite, rewrite_s), *others = await asyncio.gather(
                rewriting, *map(timed, asking), *(timed(client.get(path)) for _ in range(10))
            )
            late, late_s = await timed(client.get(path))
        finally:
            os.kill(pid, signal.SIGCONT)
        assert (rewrite.status_code, rewrite.json()["text"]) == (200, ASK["question"])
        assert rewrite.json()["rewriting"]["note"]
        assert rewrite_s < 4, "the policy has a shorter deadline"
        assert late_s < 3, "a server that is known to hang isn't waited for as long once more"
        for response, seconds in others:
            assert (response.status_code, response.json()["title"]) == (503, "Memory unavailable")
            detail, _, unknown = response.json()["detail"].partition("; ")
            assert detail.endswith("gives no answer within 4 s")
            assert bool(unknown) == (response.request.method == "POST"), "a change may have been made all the same"
            assert response.headers["retry-after"]
            assert seconds < 4 + 2
        assert late.json()["detail"].endswith("gives no answer within 1 s")
        assert (await client.get(path)).json()["messages"] == 1
        assert (await client.post(f"{path}/ask", json=ASK)).status_code == 200
