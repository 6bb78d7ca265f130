"""The figures of the page where one asks, each worked out anew from what Redis holds, past the service and its API."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from tests.browser.cost_raw import records_of
from tests.browser.learned_log import Row, read_rows
from tests.browser.looking import Looked, looking
from tests.browser.session_raw import Raw
from tests.browser.try_form import ask
from tests.service.http.own_redis import OwnRedis
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.dashboard import pages
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import Completion, EngineRequest, Usage
from riffler.service.settings import read_settings
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import TokenCounter, count_message

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "The harbour opens at six, the bakery at seven.\n" + "The pier is dry.\n" * 6000
FIGURES = {
    "tokens before": "conversation_tokens",
    "tokens after": "seen_tokens",
    "tools": "tools_tokens",
    "read": "prompt_tokens",
    "written": "completion_tokens",
}
"""The page's names for what a turn's record has."""


def model(request: EngineRequest) -> Reply:
    """Search, then answer; a third of what it reads is from its cache."""
    asked = next(at for at in reversed(range(len(request.messages))) if request.messages[at].role == "user")
    searches = asked == len(request.messages) - 1
    calls = [ToolCall("c1", "find_in_context", '{"queries": ["harbour"]}')] if searches else []
    said = Message.assistant(None, calls) if calls else Message.assistant("At six.")
    size = sum(len(each.json) for each in request.messages)
    return Completion(said, "tool_calls" if calls else "stop", Usage(size // 4, 7, size // 12), "scripted")


@dataclass(frozen=True)
class Asked:
    """A question on the page, with what Redis has of it.

    Attributes:
        turn: The turn on the page.
        memories: The session's versions.
        row: The decision.
        record: What the turn log has.
    """

    turn: Locator
    memories: list[WorkingMemory]
    row: Row
    record: dict[str, Any]

    def arrived(self, question: str) -> tuple[WorkingMemory, int]:
        """Give the version before the first call of the model, and how many fragments were folded to come there."""
        came = next(at for at, each in enumerate(self.memories[-1].messages, 1) if each.text == question)
        there = next(each for each in reversed(self.memories) if len(each.messages) == came)
        before = next(each for each in reversed(self.memories) if len(each.messages) < came)
        then, now = [[each.hidden for each in memory.fragments.values()].count(True) for memory in (before, there)]
        return there, now - then


@dataclass(frozen=True)
class Asking:
    """The page where one asks, its service's counter, and its Redis."""

    looked: Looked
    counter: TokenCounter
    redis: OwnRedis

    async def ask(self, question: str, text: str) -> Asked:
        """Ask, wait for the answer, and read what is kept of it."""
        page = self.looked.page
        await ask(page, question, text)
        turn = page.locator(".turn").first
        await expect(turn.get_by_role("heading", level=2)).to_have_text(question)
        await expect(turn.get_by_role("group", name="good answer")).to_be_visible()
        hrefs = [await link.get_attribute("href") or "" for link in await turn.locator("a").all()]
        session, decision = [href.rpartition("/")[2] for href in hrefs]
        [row] = [each for each in read_rows(self.redis.url, decision[1:9]) if each.id == decision]
        [record] = [each for each in await records_of(self.redis.url, "local") if each["decision"] == decision]
        return Asked(turn, Raw(self.redis.url, session).memories(), row, record)


@pytest_asyncio.fixture(loop_scope="module")
async def asking(browser: Browser, redis: OwnRedis) -> AsyncIterator[Asking]:
    """The page of a service with a narrow window."""
    engine = ScriptedEngine(model)
    async with (
        Riffler(read_settings(redis_url=redis.url, rewrites_by="rule"), engine=engine, seed=1) as riffler,
        served(riffler, beside=pages.install) as client,
        looking(browser, str(client.base_url)) as looked,
    ):
        await looked.open("try")
        yield Asking(looked, engine.counter, redis)


async def test_each_figure_is_that_of_the_raw_logs(asking: Asking) -> None:
    """What arrived and was folded, what was drawn, each step, what it took: from messages, decision and turn record.

    Of a first question that comes with a text larger than the window, and of a second one in the same session.
    """
    for question, text in [("When does the harbour open?", TEXT), ("Is the pier dry?", "")]:
        asked = await asking.ask(question, text)
        there, folded = asked.arrived(question)
        assert bool(folded) == bool(text), "or there would be nothing to see"
        tokens = sum(count_message(each, asking.counter) for each in there.messages)
        said = [f"{tokens:,} tokens in the conversation"]
        said += [f"{len(text):,} characters of new text", f"{folded:,} fragments folded to make it fit"] if text else []
        steps = asked.turn.locator(".steps > li")
        await expect(steps.first).to_have_text("arrived " + "; ".join(said))

        row = asked.row
        await expect(steps.nth(1)).to_contain_text(f"arm {row.arm} drawn, at {100 * row.chance:.1f} %")
        shares = {arm: share for arm, share, _ in await asking.looked.figures("How likely each arm")}
        assert shares == {arm: f"{100 * chance:.1f} %" for arm, chance in row.chances.items()}
        replies = [each.text for each in asked.memories[-1].messages[len(there.messages) :] if each.role == "tool"]
        assert [await each.text_content() for each in await steps.locator("details .code").all()] == replies
        assert [await each.text_content() for each in await steps.locator("details summary").all()][1:] == [
            f"reply, {len(reply):,} characters" for reply in replies
        ]

        record = asked.record
        names, texts = [await asked.turn.locator(f".figures {name}").all_inner_texts() for name in ("dt", "dd")]
        shown = dict(zip(names, texts, strict=True))
        figures = {name: f"{record[key]:,}" for name, key in FIGURES.items()}
        assert {name: shown[name].split()[0] for name in FIGURES} == figures
        assert f" {record['cached_tokens']:,} cached" in shown["read"]
        took, unit = shown["time"].split()[:2]
        assert float(took) * {"ms": 1, "s": 1000}[unit] >= record["total_ms"] - 50  # a tenth of a second is shown
        times = sorted(record["times_ms"].items(), key=lambda each: -each[1])
        rows = await asking.looked.figures("Where the service spent")
        whole = sum(record["times_ms"].values())
        assert [[part, ms, share] for part, ms, share, _ in rows] == [
            [part, f"{ms:.1f}", f"{100 * ms / whole:.0f} %"] for part, ms in times
        ]
