"""The page of costs, in a real browser, over turns and edits that a scripted model and a hand made through HTTP.

Every figure is worked out here once more, from the raw stream in Redis.
"""

import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from redis.asyncio import Redis
from tests.browser.looking import Looked, looking
from tests.service.http.own_redis import OwnRedis
from tests.service.http.served import served

from riffler.errors import EngineUnavailable
from riffler.service.app import Riffler
from riffler.service.dashboard import pages
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import Completion, EngineRequest, Usage
from riffler.service.ports.keys import turn_log
from riffler.service.settings import read_settings
from riffler.tools.messages import Message, ToolCall

pytestmark = pytest.mark.asyncio(loop_scope="module")
READ, WRITE = 0.1, 1.25
CONTEXT = " ".join(f"The harbour opens at six on day {day}." for day in range(120))
Record = dict[str, Any]


@dataclass
class Service:
    """A service of one's own, with what is in its Redis, and what its model told of tokens."""

    redis: OwnRedis
    client: httpx.AsyncClient
    riffler: Riffler
    told: list[Usage]

    @property
    def address(self) -> str:
        """Where it is."""
        return str(self.client.base_url)

    async def raw(self) -> list[Record]:
        """Read the turn log as it lies in Redis, the oldest first."""
        async with Redis.from_url(self.redis.url, decode_responses=True) as client:
            rows = await client.xrange(turn_log(self.riffler.tenant))
        return [{**json.loads(row["record"]), "at_ms": int(id_.partition("-")[0])} for id_, row in rows]


def model(request: EngineRequest) -> Reply:
    """Cut and fold where the newest question asks to be short; fail where it asks for that; tell of a cache."""
    asked = next(at for at in reversed(range(len(request.messages))) if request.messages[at].role == "user")
    question, results = request.messages[asked].text, len(request.messages) - asked - 1
    if "fail" in question:
        return EngineUnavailable("away")
    calls: list[ToolCall] = []
    if "short" in question and results == 0:
        markers = {"start_marker": "on day 3.", "end_marker": "on day 90."}
        calls = [ToolCall("c1", "fragment_context", json.dumps(markers))]
    elif "short" in question and results == 2:
        calls = [ToolCall("c2", "fold_fragment", json.dumps({"fragment_id": "f00001"}))]
    said = Message.assistant(None, calls) if calls else Message.assistant("At six.")
    size = sum(len(each.json) for each in request.messages)
    usage = Usage(size // 4, 7, cached_tokens=size // 8)
    return Completion(said, "tool_calls" if calls else "stop", usage, "scripted")


@asynccontextmanager
async def serving(folder: Path, **settings: Any) -> AsyncIterator[Service]:
    """Serve with the pages, on a Redis of its own."""
    redis = OwnRedis(folder)
    redis.start()
    read = read_settings(redis_url=redis.url, redis_timeout_s=1.0, tools="paper", rewrites_by="rule", **settings)
    told: list[Usage] = []

    def telling(request: EngineRequest) -> Reply:
        said = model(request)
        told.extend([said.usage] if isinstance(said, Completion) else [])
        return said

    try:
        async with (
            Riffler(read, engine=ScriptedEngine(telling), seed=1) as riffler,
            served(riffler, beside=pages.install) as client,
        ):
            yield Service(redis, client, riffler, told)
    finally:
        redis.kill()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service whose provider has a cache, with turns of two sessions and edits by a model and by hand."""
    folder = tmp_path_factory.mktemp("cost")
    async with serving(folder, cache_read_price=READ, cache_write_price=WRITE) as made:
        await fill(made.client)
        yield made


async def fill(client: httpx.AsyncClient) -> None:
    """Ask, fold by the model, restore and fold by hand, and ask on; a turn of another session fails."""

    async def ask(session: str, question: str, status: int = 200) -> None:
        answer = await client.post(f"/api/v1/sessions/{session}/ask", json={"question": question})
        assert answer.status_code == status, answer.text

    async def call(tool: str, **arguments: str) -> None:
        answer = await client.post(f"/api/v1/sessions/pier/tools/{tool}", json={"arguments": arguments})
        assert answer.status_code == 200, answer.text

    for session in ("pier", "quay"):
        body = {"session": session, "messages": [{"role": "user", "content": CONTEXT}]}
        assert (await client.post("/api/v1/sessions", json=body)).status_code == 201
    await ask("pier", "When does it open? Be short.")
    await ask("quay", "When does it open?")
    await ask("pier", "And on day 3?")
    await call("restore_fragment", fragment_id="f00001")
    await ask("pier", "And on day 4?")
    await call("fragment_context", start_marker="on day 95.", end_marker="on day 110.")
    await call("fold_fragment", fragment_id="f00002")
    await call("fold_fragment", fragment_id="f00001")
    for day in range(5):
        await ask("pier", f"And on day {day}?")
    await ask("quay", "And now, fail.", status=503)


def sums(turns: list[Record]) -> dict[str, Any]:
    """Add up turns."""
    prompt, cached = (sum(each[f"{name}_tokens"] for each in turns) for name in ("prompt", "cached"))
    return {
        "turns": len(turns),
        "calls": sum(each["calls"] for each in turns),
        "prompt_tokens": prompt,
        "cached_tokens": cached,
        "completion_tokens": sum(each["completion_tokens"] for each in turns),
        "saved_tokens": sum(each["saved_tokens"] for each in turns),
        "billed_tokens": pytest.approx(READ * cached + WRITE * (prompt - cached)),
        "ms": pytest.approx(sum(each["total_ms"] for each in turns)),
    }


def of(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Take the fields of one that the other has."""
    return {name: whole[name] for name in part}


def edits_by_hand(records: list[Record]) -> list[dict[str, Any]]:
    """Work out the accounts of all edits: for each, look at every call that came after it, one by one."""
    found = []
    for at, record in enumerate(records):
        for edit in record["edits"]:
            rest = [each for each in records[at + 1 :] if each["session"] == record["session"]]
            calls, frees = record["calls"] - edit["calls_before"], max(0, edit["freed_tokens"])
            spared = calls * frees
            for each in rest:
                if any(later["restored"] and set(later["ids"]) & set(edit["ids"]) for later in each["edits"]):
                    frees = 0
                calls, spared = calls + each["calls"], spared + each["calls"] * frees
            broken = edit["rewritten_tokens"]
            before = records[at - 1]
            if record["kind"] == before["kind"] == "edit":  # two by hand in a row: the first breaks only what is behind
                broken -= before["edits"][0]["rewritten_tokens"]
            earned, owed = READ * spared, (WRITE - READ) * broken
            lacks = None if not frees and earned < owed else max(0, math.ceil((owed - earned) / (READ * frees or 1)))
            standing = "paid_back" if lacks == 0 else "never" if lacks is None else "not_yet"
            found.append(
                {
                    "session": record["session"],
                    "version": edit["version"],
                    "tool": edit["tool"],
                    "actor": "app" if record["kind"] == "edit" else "model",
                    "calls": calls,
                    "spared_tokens": spared,
                    "earned_tokens": pytest.approx(earned),
                    "owed_tokens": pytest.approx(owed, abs=0.01),
                    "balance_tokens": pytest.approx(earned - owed, abs=0.01),
                    "lacks": lacks,
                    "standing": "shown_again" if edit["restored"] else standing,
                }
            )
    return found[::-1]


async def costs(service: Service, **query: Any) -> dict[str, Any]:
    """Read the API's report."""
    answer = await service.client.get("/api/v1/costs", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def top(looked: Looked) -> dict[str, str]:
    """Read the figures at the page's top: name and figure, without what stands below it."""
    pair = "[each.children[0].textContent, each.children[1].firstChild.textContent]"
    figures = f"(list) => [...list.children].map((each) => {pair})"
    found: list[list[str]] = await looked.page.locator("dl.figures").first.evaluate(figures)
    return dict(map(tuple, found))  # type: ignore[arg-type]


def number(text: str) -> float:
    """Read a figure as the page writes it."""
    return float(text.replace(",", "").replace("−", "-"))


async def test_the_figures_are_those_of_the_stream(service: Service) -> None:
    """The API's sums, stretches, parts, sessions and accounts are what the raw stream adds up to."""
    raw = await service.raw()
    turns = [each for each in raw if each["kind"] == "turn"]
    found = await costs(service)
    for name in ("prompt_tokens", "cached_tokens", "completion_tokens"):
        assert found["total"][name] == sum(getattr(each, name) for each in service.told)
    fold = turns[0]["edits"][0]
    assert (turns[0]["calls"], fold["calls_before"], fold["ids"]) == (3, 2, ["f00001"])
    assert (found["looked_at"], found["whole"], found["by"]) == (len(raw), True, "turn")
    assert of(sums(turns), found["total"]) == sums(turns)
    assert [of(sums([]), each["sums"]) for each in found["stretches"]] == [sums([each]) for each in turns]
    assert {each["session"]: of(sums([]), each["sums"]) for each in found["sessions"]} == {
        name: sums([each for each in turns if each["session"] == name]) for name in ("pier", "quay")
    }
    times = {part: sum(each["times_ms"].get(part, 0) for each in turns) for part in ("arrive", "model", "tools")}
    assert {each["part"]: each["ms"] for each in found["parts"] if each["part"] in times} == pytest.approx(times)
    accounts = edits_by_hand(raw)
    assert [of(accounts[0], each) for each in found["edits"]["newest"]] == accounts
    assert [each["standing"] for each in accounts].count("shown_again") == 1
    assert {each["standing"] for each in accounts} >= {"not_yet", "shown_again"}
    assert found["outcomes"] == {"answered": len(turns) - 1, "failed": 1}
    assert found["total"]["cached_tokens"] > 0 < found["total"]["saved_tokens"]
    assert found["prices"] == [{"read": READ, "write": WRITE, "turns": len(turns)}]


async def test_the_page_shows_them(browser: Browser, service: Service) -> None:
    """Figures at the top, over time, by part, of edits and by session are the API's; and all can see them."""
    found = await costs(service)
    total, edits = found["total"], found["edits"]
    async with looking(browser, service.address) as looked:
        await looked.open("cost")
        shown = await top(looked)
        assert [number(value) for value in shown.values()] == [
            total["prompt_tokens"],
            total["saved_tokens"],
            total["cached_tokens"],
            round(total["billed_tokens"]),
            total["completion_tokens"],
        ]
        over_time = await looked.figures("Tokens of each turn")
        names = ("prompt_tokens", "saved_tokens", "cached_tokens", "completion_tokens", "billed_tokens")
        assert [list(map(number, row)) for row in over_time] == [
            [at + 1, *(round(each["sums"][name]) for name in names)] for at, each in enumerate(found["stretches"])
        ]
        parts = await looked.figures("in all")
        assert [row[0] for row in parts] == [each["part"] for each in found["parts"]]
        assert [row[4] for row in parts] == [f"{100 * each['share']:.1f} %" for each in found["parts"]]
        makers = await looked.figures("Edits by who made them")
        assert [(row[1], number(row[2])) for row in makers] == [
            (each["tool"], each["sums"]["edits"]) for each in edits["by"]
        ]
        words = {"paid_back": "paid back", "shown_again": "shows text again", "never": "never"}
        for row, each in zip(await looked.figures("The newest"), edits["newest"], strict=True):
            assert row[1:3] == [each["session"], str(each["version"])]
            assert [number(text) for text in row[5:8]] == [
                each[n] for n in ("freed_tokens", "rewritten_tokens", "calls")
            ]
            assert [number(text) for text in row[8:11]] == pytest.approx(
                [each[f"{name}_tokens"] for name in ("earned", "owed", "balance")], abs=0.051
            )
            assert row[11].startswith(words.get(each["standing"], f"not yet: {each['lacks']} call"))
        sessions = await looked.figures("took most tokens")
        assert [(row[0], number(row[3])) for row in sessions] == [
            (each["session"], each["sums"]["prompt_tokens"]) for each in found["sessions"]
        ]
        await looked.nothing_serious()


async def test_a_session_and_a_time_stand_in_the_address(browser: Browser, service: Service) -> None:
    """What is chosen is asked of the API and kept in the address; where nothing was logged, the page says so."""
    quay = sums([each for each in await service.raw() if each["session"] == "quay" and each["kind"] == "turn"])
    async with looking(browser, service.address, viewport={"width": 420, "height": 900}) as looked:
        await looked.open("cost")
        assert await looked.page.evaluate("document.documentElement.scrollWidth") <= 420
        await looked.page.get_by_label("Session").fill("quay")
        await looked.page.get_by_label("Session").press("Enter")
        await expect(looked.page.locator("dl.figures dd").first).to_contain_text(f"{quay['prompt_tokens']:,}")
        assert number((await top(looked))["tokens out"]) == quay["completion_tokens"]
        await looked.page.get_by_role("combobox", name="Time").select_option("day")
        await looked.page.wait_for_url("**/dashboard/#/cost/session%3Dquay%26last%3Dday")
        await looked.open("cost", "session=%3Cscript%3E&since=2100-01-01T00:00")
        await expect(looked.page.get_by_role("status")).to_contain_text("Nothing was logged")
        assert await looked.page.get_by_label("Session").input_value() == "<script>"
        assert await looked.page.get_by_label("From").input_value() == "2100-01-01T00:00"
        await looked.page.get_by_role("link", name="Show all").first.click()
        await expect(looked.page.locator("dl.figures").first).to_be_visible()


async def test_without_turns_or_prices_it_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    """An empty log says how to fill it; without prices tokens alone are told; without Redis it says what to do."""
    async with serving(tmp_path) as made, looking(browser, made.address) as looked:
        await looked.open("cost")
        await expect(looked.page.get_by_role("status")).to_contain_text("No turn yet")
        await looked.nothing_serious()
        assert (await made.client.post("/api/v1/ask", json={"question": "When?"})).status_code == 200
        await looked.page.reload()
        await expect(looked.page.locator("dl.figures").first).to_contain_text("no price is set")
        assert (await costs(made))["total"]["billed_tokens"] is None
        made.redis.kill()
        with looked.failing():
            await looked.page.reload()
            await expect(looked.page.get_by_role("alert")).to_contain_text("can't be reached", timeout=15_000)
        await looked.nothing_serious()
