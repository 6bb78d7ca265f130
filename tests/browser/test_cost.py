"""The page of costs, in a real browser, over turns and edits that a scripted model and a hand made through HTTP.

Every figure is worked out here once more, from the raw stream in Redis.
"""

import json
import math
import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.browser.cost_raw import Record, records_of, report, sums
from tests.browser.cost_words import SUMS, ZONE, edit_row, fixed, maker_row, moment, parts_row, percent, some, sums_row
from tests.browser.looking import Looked, looking
from tests.service.http.own_redis import OwnRedis
from tests.service.http.served import served

from riffler.errors import EngineUnavailable
from riffler.service.app import Riffler
from riffler.service.dashboard import pages
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import Completion, EngineRequest, Usage
from riffler.service.ports.turn_log import TurnRecord
from riffler.service.settings import read_settings
from riffler.tools.messages import Message, ToolCall

pytestmark = pytest.mark.asyncio(loop_scope="module")
READ, WRITE = 0.1, 1.25
CONTEXT = " ".join(f"The harbour opens at six on day {day}." for day in range(120))


@dataclass
class Service:
    """A service of one's own, with its Redis, what its model told of tokens, and what makes another like it."""

    redis: OwnRedis
    client: httpx.AsyncClient
    riffler: Riffler
    told: list[Usage]
    again: Callable[[], Riffler]

    @property
    def address(self) -> str:
        """Where it is."""
        return str(self.client.base_url)

    async def raw(self) -> list[Record]:
        """Read the turn log as it lies in Redis, the oldest first."""
        return await records_of(self.redis.url, self.riffler.tenant)


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
    told: list[Usage] = []

    def telling(request: EngineRequest) -> Reply:
        said = model(request)
        told.extend([said.usage] if isinstance(said, Completion) else [])
        return said

    with OwnRedis(folder) as redis:
        read = read_settings(redis_url=redis.url, redis_timeout_s=1.0, tools="paper", rewrites_by="rule", **settings)

        def larger() -> Riffler:
            return Riffler(read, engine=ScriptedEngine(telling, model="larger"), seed=1)

        async with (
            Riffler(read, engine=ScriptedEngine(telling), seed=1) as riffler,
            served(riffler, beside=pages.install) as client,
        ):
            yield Service(redis, client, riffler, told, larger)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service whose provider has a cache: turns of several sessions and two models, edits by a model and by hand."""
    folder = tmp_path_factory.mktemp("cost")
    async with serving(folder, cache_read_price=READ, cache_write_price=WRITE) as made:
        await fill(made.client)
        async with made.again() as other:
            await other.ask("When does it open?", [CONTEXT])
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
    await by_hand(client)
    await ask("early", "When does it open?")
    await ask("early", "And on day 100?")
    for day in range(5):
        await ask("pier", f"And on day {day}?")
    await ask("quay", "And now, fail.", status=503)


async def costs(service: Service, **query: Any) -> dict[str, Any]:
    """Read the API's report."""
    answer = await service.client.get("/api/v1/costs", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def top(looked: Looked) -> list[str]:
    """Read the figures of the page's two lists, without what stands below each."""
    figures = "(all) => all.map((each) => each.firstChild.textContent)"
    found: list[str] = await looked.page.locator("dl.figures dd").evaluate_all(figures)
    return found


def alike(one: Any, other: Any, where: str = "") -> None:
    """Assert that two values are the same, numbers but for what their last digits owe to the order of a sum."""
    if isinstance(other, dict):
        assert one.keys() == other.keys(), where
        for name, value in other.items():
            alike(one[name], value, f"{where}.{name}")
    elif isinstance(other, list):
        assert len(one) == len(other), where
        for number, value in enumerate(other):
            alike(one[number], value, f"{where}.{number}")
    elif isinstance(other, float) and one is not None:
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=0.002), (where, one, other)
    else:
        assert one == other, where


async def test_all_that_the_api_tells_is_in_the_stream(service: Service) -> None:
    """Each figure of the report is what the raw stream comes to, record by record and call by call; so with filters."""
    raw = await service.raw()
    told = report(raw)
    alike(await costs(service), told)
    for name in ("prompt_tokens", "cached_tokens", "completion_tokens"):
        assert told["total"][name] == sum(getattr(each, name) for each in service.told)
    pier = [each for each in raw if each["session"] == "pier"]
    alike(await costs(service, session="pier"), report(pier))
    alike(await costs(service, model="larger", engine="scripted"), report([e for e in raw if e["model"] == "larger"]))
    half = raw[len(raw) // 2]["at_ms"]
    alike(await costs(service, since_ms=half), report([each for each in raw if each["at_ms"] >= half]))
    alike(await costs(service, until_ms=half), report([each for each in raw if each["at_ms"] < half]))
    assert (await costs(service, model="nobody"))["looked_at"] == 0


async def test_the_stream_has_all_kinds_of_edits(service: Service) -> None:
    """What was made is what tests are about: edits that paid, that didn't, that showed again, that cost nothing."""
    edits = report(await service.raw())["edits"]["newest"]
    assert {each["standing"] for each in edits} == {"paid_back", "not_yet", "never", "shown_again"}
    (early,) = [each for each in edits if each["session"] == "early"]
    assert (early["rewritten_tokens"], early["owed_tokens"], early["breaks_even"]) == (0, 0, 0)
    assert early["fresh_tokens"] == early["freed_tokens"] > 100
    assert early["earned_tokens"] == pytest.approx((WRITE + READ) * early["freed_tokens"])


async def test_the_page_shows_the_stream(browser: Browser, service: Service) -> None:
    """Every figure at the top, over time, by part, of edits, by session and engine is that of the raw stream."""
    told = report(await service.raw())
    total, edits = told["total"], told["edits"]
    async with looking(browser, service.address, timezone_id=ZONE) as looked:
        await looked.open("cost")
        of_edits = [fixed(edits["total"][name]) for name in ("paid_back", "not_yet", "never", "shown_again")]
        balance = [fixed(edits["total"][f"{name}_tokens"], 1) for name in ("earned", "owed", "balance")]
        assert await top(looked) == [*(fixed(total[name]) for name in SUMS), *of_edits, *balance]
        below = await looked.page.locator("dl.figures small").all_inner_texts()
        would = total["prompt_tokens"] + total["saved_tokens"]
        assert below[0].startswith(f"read by the model, {some(total['calls'], 'call')}")
        assert below[1].startswith(f"{percent(total['saved_tokens'] / would)} of the {would:,} that would have gone in")
        assert below[2].startswith(percent(total["cached_tokens"] / total["prompt_tokens"]))
        assert below[3].startswith(f"{percent(1 - total['billed_tokens'] / total['prompt_tokens'])} less")
        scope = await looked.page.locator("p.note").first.inner_text()
        ended = ", ".join(f"{number} {outcome}" for outcome, number in told["outcomes"].items())
        assert scope.startswith(f"{some(total['turns'], 'turn')} ({ended}) and ")
        assert f"{some(told['looked_at'] - total['turns'], 'edit')} by hand, {moment(told['from_ms'])} to" in scope
        over_time = await looked.figures("Tokens of each turn")
        order = ("prompt_tokens", "saved_tokens", "cached_tokens", "completion_tokens", "billed_tokens")
        assert [[cell.replace(",", "") for cell in row] for row in over_time] == [
            [str(at), *(fixed(each["sums"][name]).replace(",", "") for name in order)]
            for at, each in enumerate(told["stretches"], 1)
        ]
        parts = await looked.figures("in all")
        assert [[row[0], *row[2:]] for row in parts] == [parts_row(each, total["turns"]) for each in told["parts"]]
        assert await looked.figures("Edits by who made them") == [maker_row(each) for each in edits["by"]]
        assert await looked.figures("one by one") == [edit_row(each) for each in edits["newest"]]
        sessions = await looked.figures("took most tokens")
        assert [row[:-1] for row in sessions] == [[each["session"], *sums_row(each)] for each in told["sessions"]]
        assert await looked.figures("Engines and models") == [
            [f"{each['engine']} {each['model']}", *sums_row(each)] for each in told["engines"]
        ]
        await looked.nothing_serious()


async def test_each_column_says_what_it_counts(browser: Browser, service: Service) -> None:
    """Headings of figures name their unit or count things; times can be read by machines; each figure says its kind."""
    raw = await service.raw()
    async with looking(browser, service.address, timezone_id=ZONE) as looked:
        await looked.open("cost")
        headings = set(await looked.page.locator("main .scroll:not(.chart *) th.number").all_inner_texts())
        counted = {"turns", "edits", "paid back", "not yet", "never", "shown again", "version"}
        units = ("tokens", "time", "call")
        assert len(headings) > 15
        assert not [each for each in headings - counted if not any(unit in each for unit in units)]
        shown = await looked.page.locator("main time").evaluate_all(
            "(all) => all.map((e) => [e.dateTime, e.textContent])"
        )
        at = {datetime.fromisoformat(machine).timestamp() * 1000: text for machine, text in shown}
        assert all(moment(round(ms)) == text for ms, text in at.items())
        assert {round(ms) for ms in at} >= {raw[0]["at_ms"], raw[-1]["at_ms"]}
        await looked.page.get_by_text("What these figures mean").click()
        await expect(looked.page.get_by_text("less those of the view that was sent in its place")).to_be_visible()
        await looked.page.get_by_text("What is earned and owed").click()
        await expect(looked.page.get_by_text("the price of putting it there less that of reading it")).to_be_visible()
        kinds = await looked.page.locator("main .kind").all_inner_texts()
        assert set(kinds) == {"measured", "counted"}  # as the scripted engine says of itself


async def test_a_choice_stands_in_the_address(browser: Browser, service: Service) -> None:
    """Time, session and engine are asked of the API and kept in the address; where nothing is, the page says so."""
    raw = await service.raw()
    turns = [each for each in raw if each["kind"] == "turn"]
    quay = sums([each for each in turns if each["session"] == "quay"])
    larger = sums([each for each in turns if each["model"] == "larger"])
    async with looking(browser, service.address, viewport={"width": 320, "height": 900}) as looked:
        await looked.open("cost")
        assert await looked.page.evaluate("document.documentElement.scrollWidth") <= 320
        await looked.page.get_by_label("Session").fill("quay")
        await looked.page.get_by_label("Session").press("Enter")
        await expect(looked.page.locator("dl.figures dd").first).to_contain_text(f"{quay['prompt_tokens']:,}")
        await looked.page.get_by_role("combobox", name="Time").select_option("day")
        await looked.page.wait_for_url("**/dashboard/#/cost/session%3Dquay%26last%3Dday")
        await looked.page.get_by_role("link", name="Show all").click()
        await looked.page.get_by_role("combobox", name="Engine").select_option(label="scripted larger")
        await expect(looked.page.locator("dl.figures dd").first).to_contain_text(f"{larger['prompt_tokens']:,}")
        await expect(looked.page.get_by_role("combobox", name="Engine").get_by_role("option")).to_have_count(3)
        await looked.open("cost", "session=%3Cscript%3E&since=2100-01-01T00:00")
        await expect(looked.page.get_by_role("status")).to_contain_text("Nothing was logged")
        assert await looked.page.get_by_label("Session").input_value() == "<script>"
        assert await looked.page.get_by_label("From").input_value() == "2100-01-01T00:00"
        steps = await looked.page.evaluate("history.length")
        await looked.page.get_by_label("From").press("ArrowUp")
        await expect(looked.page).not_to_have_url(re.compile("2100-01-01T00"))
        assert await looked.page.evaluate("history.length") == steps
        await looked.page.get_by_role("link", name="Show all").first.click()
        await expect(looked.page.locator("dl.figures").first).to_be_visible()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("last=fortnight", "“fortnight” is none of the times"),
        ("since=soon", "From is “soon”, which is no date and time"),
        ("since=2026-11-27T10:00&until=2026-11-27T09:00", "Until isn't later than From"),
    ],
)
async def test_an_address_with_no_such_time_says_so(browser: Browser, service: Service, asked: str, told: str) -> None:
    """It shows no figures of another time, asks the API for nothing, and leads back."""
    async with looking(browser, service.address) as looked:
        await looked.page.goto(f"{looked.address}#/cost/{asked}")
        await expect(looked.page.get_by_role("alert")).to_contain_text(told)
        assert not [url for url in looked.requests if "/costs" in url]
        await looked.page.get_by_role("alert").get_by_role("link", name="show all").click()
        await expect(looked.page.locator("dl.figures").first).to_be_visible()


async def test_without_turns_or_prices_it_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    """An empty log says how to fill it; edits alone are told; without prices tokens alone are; so is an outage."""
    async with serving(tmp_path) as made, looking(browser, made.address) as looked:
        await looked.open("cost")
        await expect(looked.page.get_by_role("status")).to_contain_text("No turn yet")
        await looked.nothing_serious()
        await by_hand(made.client)
        await looked.page.reload()
        await expect(looked.page.locator("p.note").first).to_contain_text("0 turns and 1 edit by hand")
        await expect(looked.page.locator("p.note").first).to_contain_text("The model wasn't called in this time")
        ((*_, owed, balance, stands),) = await looked.figures("one by one")
        assert (owed, balance, stands) == ("0.0", "0.0", "costs nothing")
        assert (await made.client.post("/api/v1/ask", json={"question": "When?"})).status_code == 200
        await looked.page.reload()
        await expect(looked.page.locator("dl.figures").first).to_contain_text("no price is set")
        await expect(looked.page.locator("main")).to_contain_text("No price of a cache was set when these were made")
        alike(await costs(made), report(await made.raw()))
        made.redis.kill()
        with looked.failing():
            await looked.page.reload()
            await expect(looked.page.get_by_role("alert")).to_contain_text("can't be reached")
        await looked.nothing_serious()


async def test_a_long_log_is_shown_by_hundreds(browser: Browser, tmp_path: Path) -> None:
    """Of 260 turns the chart has the mean of each hundred, and kinds say how many of them are estimates."""
    rng = random.Random(7)
    async with serving(tmp_path) as made, looking(browser, made.address, timezone_id=ZONE) as looked:
        for number in range(260):
            prompt = rng.randrange(1, 9000)
            known = {"engine": "one", "model": "m", "life": "1"}
            figures = {"completion_tokens": rng.randrange(300), "saved_tokens": rng.randrange(-9, 9000)}
            figures |= {"estimated": number % 4 == 0, "calls": rng.randrange(4)}
            times = {"times_ms": {"model": 2.0}, "total_ms": 2.5, "counts_estimated": True}
            record = TurnRecord("turn", f"s{number % 30}", prompt_tokens=prompt, **known, **figures, **times)
            await made.riffler.turn_log.add(made.riffler.tenant, record)
        raw = await made.raw()
        told = report(raw)
        alike(await costs(made), told)
        await looked.open("cost")
        hundreds = await looked.figures("Tokens a turn, in the mean of each hundred")
        names = ("prompt_tokens", "saved_tokens", "completion_tokens")
        assert [row[0] for row in hundreds] == ["100", "200", "260"]
        for row, each in zip(hundreds, told["stretches"], strict=True):
            means = [each["sums"][name] / each["sums"]["turns"] for name in names]
            assert [float(text.replace("−", "-")) for text in row[1:]] == pytest.approx(means, abs=0.5)
        kinds = await looked.page.locator("dl.figures .kind").all_inner_texts()
        assert kinds == ["estimated in 65 of 260 turns", "estimated", "estimated in 65 of 260 turns"]
        assert len(await looked.figures("took most tokens")) == 20


async def by_hand(client: httpx.AsyncClient) -> None:
    """Make a session, and fold some of it before anything is asked."""
    messages = [{"role": "user", "content": text} for text in (CONTEXT, "I ask later.")]
    body = {"session": "early", "messages": messages}
    assert (await client.post("/api/v1/sessions", json=body)).status_code == 201
    cut = {"start_marker": "on day 3.", "end_marker": "on day 90."}
    for tool, arguments in (("fragment_context", cut), ("fold_fragment", {"fragment_id": "f00001"})):
        answer = await client.post(f"/api/v1/sessions/early/tools/{tool}", json={"arguments": arguments})
        assert answer.status_code == 200, answer.text
