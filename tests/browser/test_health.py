"""The page of health in a real browser, on a real service and a Redis of its own that goes and comes back."""

import asyncio
import json
import math
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import redis.asyncio as redis_asyncio
from playwright.async_api import Browser, Locator, Route, expect
from tests.browser.cost_words import ZONE, moment
from tests.browser.looking import Looked, looking
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

from riffler.service.agent.health.mending import mend_named
from riffler.service.ports.keys import turn_log

pytestmark = pytest.mark.asyncio(loop_scope="module")

GATES = "".join(f"The code of gate {number} is {number * 31}.\n" for number in range(130))
ASK = {"question": "What is the code of gate 77?", "contexts": [GATES]}
PARTS = ["arrive", "features", "policy", "rewrite", "model", "tools", "answer"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Served, OwnRedis]]:
    """A service, with the Redis that it is on."""
    folder = tmp_path_factory.mktemp("health")
    with OwnRedis(folder) as own:
        async with serving(folder, redis_url=own.url, redis_timeout_s="1") as served:
            yield served, own


async def raw(own: OwnRedis) -> list[dict[str, Any]]:
    """Read the turn log as it lies in Redis, the newest first, with the time that its ids say."""
    async with redis_asyncio.Redis.from_url(own.url, decode_responses=True) as client:
        rows = await client.xrevrange(turn_log("local"))
    return [json.loads(row["record"]) | {"at_ms": int(id_.split("-")[0])} for id_, row in rows]


def spent(ms: float) -> str:
    """Write a time as the page does."""
    if ms < 1000:
        return f"{ms:.1f}\u00a0ms" if ms < 10 else f"{ms:.0f}\u00a0ms"
    return f"{ms / 1000:.1f}\u00a0s"


async def figure(looked: Looked, name: str) -> str:
    """Read a figure by its name."""
    found = looked.page.locator(".figures div", has=looked.page.locator("dt", has_text=name)).locator("dd").first
    return (await found.evaluate("dd => dd.firstChild.textContent")).strip()


async def below(looked: Looked, name: str) -> str:
    """Read what stands below a figure."""
    found = looked.page.locator(".figures div", has=looked.page.locator("dt", has_text=name)).locator("dd small").first
    return await found.inner_text()


def ended_ms(record: dict[str, Any]) -> int:
    """Tell when a turn ended: it may have waited to be kept."""
    return int(record["at_ms"]) - int(record["late_ms"])


def how(record: dict[str, Any]) -> str:
    """Write how a turn ended."""
    return f"{record['outcome']} {record['error']}" if record["error"] else str(record["outcome"])


def newest_row(record: dict[str, Any]) -> list[str]:
    """Write a turn as a row of the newest ones."""
    arm = str(record["arm"] or "–")
    refused = record["tools_refused"]
    return [
        moment(ended_ms(record)),
        how(record),
        record["session"] or "–",
        f"{arm}, not used" if record["arm"] and record["executed"] not in {"", record["arm"]} else arm,
        f"{record['calls']:,}",
        f"{record['tools_done']}, {refused} refused" if refused else f"{record['tools_done']:,}",
        f"{record['prompt_tokens']:,}",
        f"{record['completion_tokens']:,}",
        spent(record["total_ms"]),
    ]


def slowest_row(record: dict[str, Any], parts: list[str]) -> list[str]:
    """Write a turn as a row of the slowest ones, in which a bar has no words."""
    times = [spent(record["times_ms"][part]) if part in record["times_ms"] else "–" for part in parts]
    took = spent(record["total_ms"])
    return [moment(ended_ms(record)), record["session"] or "–", how(record), took, "", *times]


def error_rows(turns: list[dict[str, Any]]) -> list[list[str]]:
    """Write what ended turns, the most frequent first, of those as frequent the newest."""
    kinds = {(turn["error"], turn["outcome"]) for turn in turns if turn["error"]}
    seen = {kind: [ended_ms(turn) for turn in turns if (turn["error"], turn["outcome"]) == kind] for kind in kinds}
    return [
        [error, str(len(times)), outcome, moment(max(times)), mend_named(error).replace("`", "")]
        for (error, outcome), times in sorted(seen.items(), key=lambda each: (-len(each[1]), -max(each[1])))
    ]


def counted(text: str, name: str) -> list[tuple[dict[str, str], float]]:
    """Read what `/metrics` counts of HTTP: labels and values."""
    rows = re.findall(rf"^riffler_http_{name}{{(.*)}} (\S+)$", text, re.MULTILINE)
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for labels, value in rows]


async def test_a_turn_appears_by_itself(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """An empty service says what to do; a turn that is asked elsewhere is there without anybody's doing."""
    served, _ = service
    async with looking(browser, str(served.client.base_url)) as looked:
        page = looked.page
        await looked.open("health")
        await expect(page.get_by_text("No turn yet")).to_be_visible()
        await expect(page.get_by_role("heading", name="Errors of turns")).to_be_visible()
        await expect(page.locator("header .live")).to_have_text("live")
        await looked.nothing_serious()
        answer = (await served.client.post("/api/v1/ask", json=ASK)).json()
        row = page.get_by_role("row").filter(has_text=answer["session"])
        await expect(row.last).to_contain_text("answered")
        assert sum(url.endswith("/dashboard/") for url in looked.requests) == 1
        assert sum(url.endswith("/api/v1/live") for url in looked.requests) == 1


async def test_each_figure_is_that_of_the_raw_log(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """Errors, outcomes, quantiles, slowest turns with their parts: recomputed here from what lies in Redis."""
    served, own = service
    client = served.client
    for number in (5, 123):
        await client.post("/api/v1/ask", json={**ASK, "question": f"What is the code of gate {number}?"})
    assert (await client.post("/api/v1/sessions/nowhere/ask", json=ASK)).status_code == 404
    assert (await client.post("/api/v1/ask", json={**ASK, "without": ["none"]})).status_code == 422
    assert (await client.post("/api/v1/sessions/nowhere/ask", json=ASK)).status_code == 404
    turns = [record for record in await raw(own) if record["kind"] == "turn"]
    said = (await client.get("/api/v1/health")).json()["turns"]
    answered = sorted(turn["total_ms"] for turn in turns if turn["outcome"] == "answered")
    p50, p95 = (answered[math.ceil(share * len(answered)) - 1] for share in (0.5, 0.95))
    assert (said["looked_at"], said["p50_ms"], said["p95_ms"]) == (len(turns), p50, p95)
    errors = Counter(turn["error"] for turn in turns if turn["error"])
    assert {each["error"]: each["count"] for each in said["errors"]} == errors
    slowest = sorted(turns, key=lambda turn: -turn["total_ms"])[:10]
    assert [each["total_ms"] for each in said["slowest"]] == [turn["total_ms"] for turn in slowest]
    async with looking(browser, str(client.base_url), timezone_id=ZONE) as looked:
        await looked.open("health")
        assert await figure(looked, "half took at most") == spent(p50)
        assert await figure(looked, "95 % took at most") == spent(p95)
        times = [ended_ms(turn) for turn in turns]
        assert await below(looked, "95 % took at most") == f"{moment(min(times))} to {moment(max(times))}"
        assert await figure(looked, "turns looked at") == str(len(turns))
        outcomes = Counter(turn["outcome"] for turn in turns)
        assert len(outcomes) > 1
        ended = {f"{number} {outcome}" for outcome, number in outcomes.items()}
        assert set((await below(looked, "turns looked at")).split(", ")) == ended
        rows = await looked.figures("What ended turns")
        assert rows == error_rows(turns)
        assert rows[0][0] == "UnknownSession"
        present = [part for part in PARTS if any(part in turn["times_ms"] for turn in slowest)]
        assert await looked.figures("Turns that took longest") == [slowest_row(turn, present) for turn in slowest]
        assert await looked.figures("The newest turns") == [newest_row(turn) for turn in turns]
        await looked.open("health", "hour")
        assert await figure(looked, "turns looked at") == str(len(turns))


async def test_redis_and_the_engine_are_those_that_run(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """What Redis says of itself, within what it said before and after; the engine of the turns; and what waits."""
    served, own = service
    answer = (await served.client.post("/api/v1/ask", json=ASK)).json()

    async def told() -> tuple[dict[str, Any], int]:
        async with redis_asyncio.Redis.from_url(own.url, decode_responses=True) as client:
            return await client.info(), await client.dbsize()

    async with looking(browser, str(served.client.base_url)) as looked:
        before, keys_before = await told()
        await looked.open("health")
        await expect(looked.page.locator("header .live")).to_have_text("live")
        after, keys_after = await told()
        name = before.get("server_name", "redis")  # which Valkey tells, and Redis doesn't
        assert await figure(looked, name) == before[f"{name}_version"]
        up_s = after["uptime_in_seconds"]
        up = {"less than a minute" if s < 60 else f"{s // 60}\u00a0min" for s in (before["uptime_in_seconds"], up_s)}
        assert (await below(looked, name)).removeprefix("up for ") in up
        used = [each["used_memory"] / 2**20 for each in (before, after)]
        shown = float((await figure(looked, "memory")).removesuffix("\u00a0MiB"))
        assert min(used) - 1 < shown < max(used) + 1
        assert (before["maxmemory"], await below(looked, "memory")) == (0, "without a limit")
        keys = int((await figure(looked, "keys")).replace(",", ""))
        assert min(keys_before, keys_after) <= keys <= max(keys_before, keys_after)
        assert keys > 5
        assert 0 < float((await figure(looked, "round trip")).removesuffix("\u00a0ms")) < 1000
        assert (await figure(looked, "durability"), await figure(looked, "on disk")) == ("default", "always")
        turn = next(each for each in await raw(own) if each["session"] == answer["session"])
        assert (await figure(looked, "engine"), await below(looked, "engine")) == (turn["engine"], turn["model"])
        (engine,) = (await served.client.get("/api/v1/engines")).json()
        assert await figure(looked, "window") == f"{engine['window_tokens']:,}"
        assert await figure(looked, "turns running") == "0"
        assert await figure(looked, "waiting behind them") == "0"
        assert await below(looked, "waiting behind them") == "0 audits, 0 reports"
        await looked.page.reload()  # it follows when it is read again
        following = looked.page.locator(".figures div", has_text="following live").locator("dd")
        await expect(following).to_have_text("1 in the process that answered")


async def test_requests_are_those_of_the_metrics(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """By route and by kind of error: recomputed here from what Prometheus reads, with times as bounds."""
    served, _ = service
    client = served.client
    for _ in range(2):
        assert (await client.post("/api/v1/sessions/nowhere/rollback", json={})).status_code == 404
    assert (await client.post("/api/v1/ask", json={"question": 3})).status_code == 422
    await client.post("/api/v1/ask", json=ASK)
    text = (await client.get("/metrics")).text
    said = (await client.get("/api/v1/health")).json()["requests"]

    kinds, places = Counter[tuple[str, str]](), dict[tuple[str, str], list[str]]()
    for at, value in counted(text, "problems_total"):
        kind = at["problem"], at["status"]
        kinds[kind] += int(value)
        times = f"× {value:.0f}" if value > 1 else ""
        places.setdefault(kind, []).append(f"{at['method']} {at['route']} {times}")
    mends = {(each["problem"], str(each["status"])): each["mend"].replace("`", "") for each in said["problems"]}
    assert {(each["problem"], str(each["status"])): each["count"] for each in said["problems"]} == kinds
    asked = [at["route"] == "/api/v1/ask" for at, _ in counted(text, "request_seconds_count")]
    assert sum(asked) == 1
    buckets = {float(at["le"]): n for at, n in counted(text, "request_seconds_bucket") if at["route"] == "/api/v1/ask"}
    requests = sum(int(n) for at, n in counted(text, "requests_total") if at["route"] == "/api/v1/ask")
    errors = sum(int(n) for at, n in counted(text, "problems_total") if at["route"] == "/api/v1/ask")
    mean_s = sum(s for at, s in counted(text, "request_seconds_sum") if at["route"] == "/api/v1/ask") / requests
    bounds = [min(bound for bound, n in buckets.items() if n >= share * requests) for share in (0.5, 0.95, 1.0)]
    async with looking(browser, str(client.base_url)) as looked:
        await looked.open("health")
        later = (await client.get("/metrics")).text
        problems = await looked.figures("Problems in which requests ended")
        assert {(kind, status): int(number) for kind, status, number, _, _ in problems} == kinds
        for kind, status, _, routes, mend in problems:
            assert sorted("".join(places[kind, status])) == sorted(routes)
            assert all(place in routes for place in places[kind, status])
            assert mend == mends[kind, status] != ""
        sums = re.findall(
            r"([\d,]+) failed and ([\d,]+) were refused, of ([\d,]+) HTTP requests",
            await looked.page.locator("main").inner_text(),
        )
        failed, refused, all_ = (int(each.replace(",", "")) for each in sums[0])
        statuses = Counter[str]()
        for at, value in counted(text, "requests_total"):
            statuses[at["status"][0]] += int(value)
        broken = sum(int(value) for at, value in counted(text, "problems_total") if at["status"] == "200")
        assert (failed, refused) == (statuses["5"] + broken, statuses["4"])
        most = sum(int(value) for _, value in counted(later, "requests_total"))
        assert statuses.total() <= all_ <= most, "the page's own are among them"
        assert kinds["unknown-path", "404"] == 2
        rows = {row[0]: row[1:] for row in await looked.figures("HTTP requests by route")}
        times = [spent(mean_s * 1000), *(f"≤ {spent(bound * 1000)}" for bound in bounds)]
        assert rows["POST /api/v1/ask"] == [str(requests), str(errors), *times]
        lived = [
            sum(int(n) for at, n in counted(each, "requests_total") if at["route"] == "/api/v1/live")
            for each in (text, later)
        ]
        number, *others = rows["GET /api/v1/live"]
        assert lived[0] <= int(number) <= lived[1]
        assert others == ["0", *["–"] * 4]
        assert "`" not in await looked.page.locator("main").inner_text(), "settings and commands are shown as code"
        assert await looked.page.locator("main td code", has_text="appendfsync").count()


async def test_redis_goes_and_comes_back(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """The page says that it is gone and what to do; once it is back all is there, with what ended meanwhile."""
    served, own = service
    async with looking(browser, str(served.client.base_url), timezone_id=ZONE) as looked:
        page = looked.page
        await looked.open("health")
        await expect(page.locator("header .live")).to_have_text("live")
        turns = int(await figure(looked, "turns looked at"))
        with looked.failing():
            own.kill()
            try:
                assert (await served.client.post("/api/v1/ask", json=ASK)).status_code == 503
                gone = page.get_by_role("alert").filter(has_text="Redis does not answer")
                await expect(gone).to_contain_text("correct REDIS_URL")
                unread = page.get_by_role("alert").filter(has_text="The turn log can't be read")
                await expect(unread).to_contain_text("waits to be recorded (1)")
                assert await figure(looked, "waiting to be recorded") == "1"
                await expect(page.locator(".figures").first).to_contain_text("amiss")
                await looked.nothing_serious()
            finally:
                own.start()
            await expect(gone).to_have_count(0)
            await expect(page.get_by_role("heading", name="Newest turns")).to_be_visible()
            await expect(page.get_by_role("alert")).to_have_count(0)
            await expect(page.get_by_text("waiting to be recorded")).to_have_count(0)
        turns_since = [record for record in await raw(own) if record["kind"] == "turn"]
        assert await looked.figures("What ended turns") == error_rows(turns_since)
        (late,) = [record for record in turns_since if record["error"] == "MemoryUnavailable"]
        assert late["late_ms"] > 0
        assert int(await figure(looked, "turns looked at")) == turns + 1


async def test_a_narrow_page_scrolls_its_tables_alone(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """At 320 pixels nothing of the page lies beside it, and no sentence stands as a tower of words."""
    served, _ = service
    async with looking(browser, str(served.client.base_url), viewport={"width": 320, "height": 800}) as looked:
        await looked.open("health")
        await expect(looked.page.get_by_role("heading", name="Newest turns")).to_be_visible()
        assert await looked.page.evaluate("document.documentElement.scrollWidth") <= 320
        heights = await looked.page.locator(".health-prose").evaluate_all(
            "(all) => all.map((each) => each.offsetHeight)"
        )
        assert heights
        assert max(heights) < 100
        await looked.nothing_serious()


async def test_who_is_cut_off_says_so_and_connects_again(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """A refused connection is told in words, and what happened meanwhile is there once it is made."""
    served, _ = service

    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, body="")

    async with looking(browser, str(served.client.base_url)) as looked:
        page = looked.page
        await page.clock.install()
        with looked.failing():
            await page.route("**/api/v1/live", refuse)
            await looked.open("health")
            await expect(page.locator("header .live")).to_have_text("not live")
            answer = (await served.client.post("/api/v1/ask", json=ASK)).json()
            await page.clock.fast_forward(3000)  # it tries again in vain, and nothing else is read yet
            assert not await page.get_by_role("row").filter(has_text=answer["session"]).count()
            await page.unroute("**/api/v1/live")
            await page.clock.fast_forward(10_000)
            await expect(page.locator("header .live")).to_have_text("live")
            await expect(page.get_by_role("row").filter(has_text=answer["session"]).last).to_be_visible()


async def test_nobody_reads_while_nobody_looks(browser: Browser, service: tuple[Served, OwnRedis]) -> None:
    """A hidden tab reads nothing when turns come, and once when it is looked at again; a burst is read seldom."""
    served, _ = service
    async with looking(browser, str(served.client.base_url)) as looked:
        page = looked.page
        await page.clock.install()
        await looked.open("health")
        await expect(page.locator("header .live")).to_have_text("live")

        def readings() -> int:
            return sum(url.split("?")[0].endswith("/api/v1/health") for url in looked.requests)

        async def hide(hidden: str) -> None:
            await page.evaluate(
                f"Object.defineProperty(document, 'hidden', {{value: {hidden}, configurable: true}});"
                "document.dispatchEvent(new Event('visibilitychange'))"
            )

        async def asked() -> Locator:
            answer = (await served.client.post("/api/v1/ask", json=ASK)).json()
            return page.get_by_role("row").filter(has_text=answer["session"]).last

        await hide("true")
        await page.clock.fast_forward(5000)  # what was due is done
        before = readings()
        for _ in range(2):
            newest = await asked()
        await page.clock.run_for(60_000)
        assert readings() == before
        await hide("false")
        await expect(newest).to_be_visible()
        assert readings() == before + 1
        began = await page.evaluate("performance.now()")
        for _ in range(4):
            newest = await asked()
        await expect(newest).to_be_visible()
        async with asyncio.timeout(30):
            while readings() < before + 2:  # the table of turns is read by itself
                await page.wait_for_timeout(50)
        took_ms = await page.evaluate("performance.now()") - began
        assert readings() <= before + 3 + took_ms // 2000, "at most one in two seconds"
