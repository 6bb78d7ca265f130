"""The turn log and the service's health over HTTP."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.service.http.conftest import Model
from tests.service.http.own_redis import OwnRedis, service_on
from tests.service.http.served import served

from riffler.errors import EngineUnavailable
from riffler.service.agent.health.mending import mend_named
from riffler.service.agent.health.turn_figures import figures_of, quantile
from riffler.service.agent.turn_pages import page_of
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.keys import turn_log
from riffler.service.ports.observer import Observers
from riffler.service.ports.turn_log import TurnRecord
from riffler.service.settings import read_settings
from riffler.service.turn_log.store import RedisTurnLog

ASK = {"question": "Where is the blue boat?"}


async def asked(client: httpx.AsyncClient, model: Model) -> list[str]:
    """Ask twice in a session, once in vain, and once in another; give the sessions' names."""
    first = (await client.post("/api/v1/ask", json=ASK)).json()["session"]
    assert (await client.post(f"/api/v1/sessions/{first}/ask", json=ASK)).status_code == 200
    model.says = EngineUnavailable("away")
    assert (await client.post(f"/api/v1/sessions/{first}/ask", json=ASK)).status_code == 503
    model.says = "In the harbour."
    assert (await client.post("/api/v1/sessions/nowhere/ask", json=ASK)).status_code == 404
    return [first, (await client.post("/api/v1/ask", json=ASK)).json()["session"]]


async def test_turns_are_listed_and_filtered(client: httpx.AsyncClient, model: Model) -> None:
    """The newest first; of a session, of an outcome, since a time; in pages that have each once."""
    first, second = await asked(client, model)

    async def listed(**query: Any) -> list[tuple[str, str]]:
        page = (await client.get("/api/v1/turns", params=query)).json()
        assert page["next"] is None
        return [(item["session"], item["outcome"]) for item in page["items"]]

    every = [
        (second, "answered"),
        ("", "refused"),
        (first, "failed"),
        (first, "answered"),
        (first, "answered"),
    ]
    assert await listed() == every
    assert await listed(session=first) == every[2:]
    assert await listed(outcome="answered", session=first) == every[3:]
    assert await listed(outcome="cancelled") == []
    items = (await client.get("/api/v1/turns")).json()["items"]
    assert await listed(since_ms=items[0]["at_ms"] + 1) == []
    pages, cursor = [], None
    while True:
        page = (await client.get("/api/v1/turns", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        pages.append([item["id"] for item in page["items"]])
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == [[item["id"] for item in items[at : at + 2]] for at in (0, 2, 4)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("outcome=lost", "query.outcome"),
        ("since_ms=-1", "query.since_ms"),
        ("since_ms=soon", "query.since_ms"),
        ("limit=0", "query.limit"),
        ("cursor=WzFd", "query.cursor"),
        pytest.param("cursor=WzAsIDBd", "query.cursor: expected the `next`", id="cursor of 0-0"),
    ],
)
async def test_what_is_no_filter_is_named(client: httpx.AsyncClient, query: str, field: str) -> None:
    """A bad parameter is a problem that names it."""
    answer = await client.get(f"/api/v1/turns?{query}")
    assert answer.status_code == 422
    assert field in answer.json()["detail"]


async def test_a_page_of_few_leads_on(memory_connection: RedisConnection) -> None:
    """Where what is wanted lies far back, pages without it say where to go on, and all of it is found once."""
    log, tenant = RedisTurnLog(memory_connection, Observers()), f"tenant-{secrets.token_hex(8)}"
    for number in range(5600):
        await log.add(tenant, TurnRecord("turn", "rare" if number in {3, 5} else "often"))
    before, found, pages = None, [], 0
    while True:
        page = await page_of(log, tenant, 1, before, wanted=lambda record: record.session == "rare")
        found += [record.id for record in page.items]
        pages, before = pages + 1, page.next
        if before is None:
            break
    assert found == [record.id for record in await log.newest(tenant, 6000) if record.session == "rare"]
    assert pages == 3


async def test_what_is_no_record_shuts_nothing(
    client: httpx.AsyncClient, riffler: Riffler, caplog: pytest.LogCaptureFixture
) -> None:
    """Turns, costs and health are told without it, and a session goes with its records; the metrics count it once."""
    answer = (await client.post("/api/v1/ask", json=ASK)).json()
    for text in ("garbage", "3", "null", '{"edits": 3}'):
        await riffler._connection.run(
            lambda redis, text=text: redis.xadd(turn_log(riffler.tenant), {"record": text})  # type: ignore[misc]
        )
    for _ in range(2):
        (turn,) = (await client.get("/api/v1/turns")).json()["items"]
        assert turn["session"] == answer["session"]
        assert (await client.get("/api/v1/costs")).json()["looked_at"] == 1
        health = (await client.get("/api/v1/health")).json()
        assert (health["turns"]["looked_at"], health["turns_why"]) == (1, "")
    assert 'riffler_errors_total{error="MemoryCorrupt"} 4.0' in (await client.get("/metrics")).text
    assert len([line for line in caplog.messages if "records can't be read" in line]) == 1
    assert (await client.delete(f"/api/v1/sessions/{answer['session']}")).status_code == 204
    assert (await client.get("/api/v1/turns")).json() == {"items": [], "next": None}


async def test_health_is_what_the_turns_say(client: httpx.AsyncClient, model: Model) -> None:
    """Outcomes, errors with what to do, and times are those of the listed turns, recomputed here."""
    await asked(client, model)
    turns = (await client.get("/api/v1/turns")).json()["items"]
    health = (await client.get("/api/v1/health")).json()
    said = health["turns"]
    assert said["looked_at"] == len(turns) == 5
    assert said["outcomes"] == {"answered": 3, "refused": 1, "failed": 1}
    assert {each["error"]: (each["count"], each["newest_ms"]) for each in said["errors"]} == {
        turn["error"]: (1, turn["at_ms"]) for turn in turns if turn["error"]
    }
    assert {each["error"]: each["mend"] for each in said["errors"]} == {
        name: mend_named(name) for name in ("EngineUnavailable", "UnknownSession")
    }
    answered = sorted(turn["total_ms"] for turn in turns if turn["outcome"] == "answered")
    assert (said["p50_ms"], said["p95_ms"]) == (answered[1], answered[2])
    assert [each["total_ms"] for each in said["slowest"]] == sorted((turn["total_ms"] for turn in turns), reverse=True)
    one = (await client.get("/api/v1/health?limit=1")).json()["turns"]
    assert (one["looked_at"], one["whole"], one["newest_ms"]) == (1, False, turns[0]["at_ms"])
    assert (said["whole"], (await client.get("/api/v1/health?limit=5")).json()["turns"]["whole"]) == (True, True)
    assert (await client.get(f"/api/v1/health?since_ms={turns[0]['at_ms'] + 1}")).json()["turns"]["looked_at"] == 0
    assert (health["redis"]["up"], health["redis"]["sync"]) == (True, "everysec")
    assert health["engine"]["ready"]
    assert health["level"] in {"ok", "warn"}, "a busy machine may take long for a round trip"
    assert health["queue"] == dict.fromkeys(["turns", "audits", "reports", "listeners", "unrecorded", "lost"], 0)


@pytest_asyncio.fixture
async def on_own(redis: OwnRedis) -> AsyncIterator[tuple[httpx.AsyncClient, Riffler]]:
    """A service on a Redis of this test."""
    async with service_on(redis.url, ScriptedEngine(lambda _: "In the harbour.")) as served:
        yield served


async def test_health_is_told_while_redis_is_gone(on_own: tuple[httpx.AsyncClient, Riffler], redis: OwnRedis) -> None:
    """Killed and hanging, it is 200 all the same, and says what isn't there and what to do; back, all is there."""
    client, _ = on_own
    assert (await client.post("/api/v1/ask", json=ASK)).status_code == 200
    redis.kill()
    away = await client.get("/api/v1/health")
    assert (away.status_code, away.json()["level"]) == (200, "fail")
    assert away.json()["turns"] is None
    assert "can't be reached" in away.json()["turns_why"]
    (finding,) = away.json()["redis"]["findings"]
    assert (away.json()["redis"]["up"], finding["mend"]) == (False, mend_named("MemoryUnavailable"))
    assert away.json()["engine"]["ready"]
    assert (await client.get("/api/v1/turns")).status_code == 503
    redis.start()
    redis.hang()
    hangs = (await client.get("/api/v1/health")).json()
    assert (hangs["redis"]["up"], "within" in hangs["redis"]["why"]) == (False, True)
    redis.go_on()
    back = (await client.get("/api/v1/health")).json()
    assert back["redis"]["up"]
    assert back["turns"]["outcomes"] == {"answered": 1}


async def test_turns_that_an_outage_ended_are_told_once_it_is_over(
    on_own: tuple[httpx.AsyncClient, Riffler], redis: OwnRedis
) -> None:
    """Meanwhile they wait and are counted, with what Prometheus reads; then they are there, under the error's name."""
    client, _ = on_own
    assert (await client.post("/api/v1/ask", json=ASK)).status_code == 200
    redis.kill()
    for _ in range(2):
        assert (await client.post("/api/v1/ask", json=ASK)).status_code == 503
    assert (await client.post("/api/v1/sessions/guessed/ask", json=ASK)).status_code == 503
    queue = (await client.get("/api/v1/health")).json()["queue"]
    assert (queue["unrecorded"], queue["lost"]) == (3, 0)
    assert "riffler_turns_unrecorded 3.0" in (await client.get("/metrics")).text
    redis.start()
    deadline = time.monotonic() + 20
    while (await client.get("/api/v1/health")).json()["queue"]["unrecorded"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    turns = (await client.get("/api/v1/turns")).json()["items"]
    failed = ("failed", "MemoryUnavailable", "")
    assert [(each["outcome"], each["error"], each["session"]) for each in turns[:3]] == [failed] * 3
    (told,) = (await client.get("/api/v1/health")).json()["turns"]["errors"]
    assert (told["error"], told["count"]) == ("MemoryUnavailable", 3)
    assert told["newest_ms"] == turns[0]["at_ms"] - turns[0]["late_ms"]
    assert told["mend"] == mend_named("MemoryUnavailable")


async def test_an_engine_that_is_away_is_told(server_folder: Path) -> None:
    """A service with an engine on a dead port says so, with what to do, and is as a whole amiss."""
    settings = read_settings(data_folder=server_folder, engine="openai", model="m", base_url="http://127.0.0.1:9/v1")
    async with Riffler(settings, tenant=f"tenant-{secrets.token_hex(8)}") as riffler, served(riffler) as other:
        said = (await other.get("/api/v1/health")).json()
    assert (said["level"], said["engine"]["ready"]) == ("fail", False)
    assert said["engine"]["why"]
    assert said["engine"]["mend"] == mend_named("EngineUnavailable")


def turn(at_ms: int, total_ms: float, error: str = "", outcome: str = "answered") -> TurnRecord:
    """A turn's record."""
    return TurnRecord("turn", "s", outcome, error, total_ms=total_ms, at_ms=at_ms)  # type: ignore[arg-type]


def test_of_no_turns_nothing_is_said() -> None:
    """No figure is made up, and edits by hand are no turns."""
    found = figures_of([TurnRecord("edit", "s", at_ms=5)])
    assert (found.looked_at, found.p50_ms, found.newest_ms, found.errors, found.slowest) == (0, None, None, (), ())


def test_errors_are_counted_by_kind_and_outcome() -> None:
    """The most frequent first; of as many the newest."""
    records = [
        turn(1, 1.0, "EngineTimeout", "failed"),
        turn(2, 1.0, "SessionBusy", "refused"),
        turn(3, 1.0, "SessionBusy", "refused"),
        turn(4, 1.0, "Unforeseen", "failed"),
    ]
    found = [(each.error, each.count, each.newest_ms) for each in figures_of(records).errors]
    assert found == [("SessionBusy", 2, 3), ("Unforeseen", 1, 4), ("EngineTimeout", 1, 1)]
    assert all(each.mend for each in figures_of(records).errors)


@pytest.mark.parametrize(("share", "value"), [(0.5, 10.0), (0.95, 19.0), (1.0, 20.0), (0.01, 1.0)])
def test_a_quantile_is_a_value_that_was_there(share: float, value: float) -> None:
    """Of 1 to 20: the smallest that at least the share doesn't exceed."""
    assert quantile([float(number) for number in range(1, 21)], share) == value
