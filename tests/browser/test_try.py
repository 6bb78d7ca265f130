"""The page where one asks, on a real service, with a model that is told what to say."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from tests.browser.learned_log import read_rows
from tests.browser.looking import looking
from tests.browser.session_raw import Raw
from tests.browser.try_form import ask, paste_ms
from tests.e2e.served import Served, serving

from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.scripted import Reply
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import ToolCall

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_BYTES = 2_000_000
ANSWER = "It opens at six."
TEXT = "The harbour opens at six, the bakery at seven.\n" + "The pier is dry.\n" * 2000
QUESTION = "When does the harbour open?"
HEARD = """
    const real = window.fetch;
    window.fetch = async (url, options) => {
        const answer = await real(url, options);
        if (!url.pathname.endsWith("/ask")) return answer;
        const [one, other] = answer.body.tee();
        window.heard = new Response(other).text();
        return new Response(one, answer);
    };
"""
"""Keeps what came in answer to a question, as it came: browsers keep no body that a page reads as a stream."""


class Told:
    """A model that says what it is told, and can be kept waiting before its second call."""

    def __init__(self) -> None:
        self.text, self.may = ANSWER, asyncio.Event()
        self.may.set()

    async def __call__(self, request: EngineRequest) -> Reply:
        """Search, then answer."""
        if request.tools and all(message.role != "tool" for message in request.messages):
            return [ToolCall("c1", "find_in_context", '{"queries": ["harbour"]}')]
        await self.may.wait()
        return self.text


class Service(NamedTuple):
    """A service, its model, and the server that speaks for the model, which can be stopped."""

    served: Served
    model: Told
    api_stops: Callable[[], Awaitable[None]]

    @property
    def redis_url(self) -> str:
        """The address of its Redis."""
        return f"unix://{EmbeddedServer(self.served.errors.parent / 'data').socket}"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service with a model that is told what to say."""
    model = Told()
    settings = {"engine": "openai", "model": "local", "rewrites_by": "rule", "window_tokens": "8192"}
    settings["max_body_bytes"] = str(MOST_BYTES)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(LocalApi(model))
        async with serving(tmp_path_factory.mktemp("told"), base_url=api.base_url, **settings) as served:
            yield Service(served, model, stack.aclose)


async def answer_in(page: Page) -> dict[str, Any]:
    """Read the last event off the wire: the answer."""
    last = (await page.evaluate("window.heard")).rstrip().rpartition("\n\n")[2]
    assert last.startswith("event: answer\n")
    answer: dict[str, Any] = json.loads(last.partition("data: ")[2])
    return answer


def reward_in_redis(told: Service, decision: str) -> tuple[str, float | None, Any]:
    """Read a decision's state, reward and its source from the raw log."""
    [row] = [each for each in read_rows(told.redis_url, decision[1:9]) if each.id == decision]
    return row.state, row.reward, row.grade.get("source")


async def test_a_text_is_asked_about_and_the_answer_rewarded(browser: Browser, told: Service) -> None:
    """What the page shows is what the API sent and Redis keeps; the thumb is the decision's reward, and corrected."""
    async with looking(browser, str(told.served.client.base_url)) as looked:
        page = looked.page
        await page.add_init_script(HEARD)
        await looked.open("try")
        await ask(page, QUESTION, TEXT)
        await expect(page.get_by_role("group", name="good answer")).to_be_visible()
        sent = await answer_in(page)
        steps = await page.locator(".steps li").all_inner_texts()
        assert [step["tool"] for step in sent["steps"]] == ["find_in_context"]
        assert [step.split()[0] for step in steps] == ["arrived", "rewriting", *["step"] * len(sent["steps"])]
        for step, shown in zip(sent["steps"], steps[2:], strict=True):
            assert f"{step['tool']}\n" in shown
        assert await page.locator(".turn > .text").inner_text() == sent["text"]
        said = [each.text for each in Raw(told.redis_url, sent["session"]).memories()[-1].messages]
        assert (said[0], said[1], said[-1]) == (TEXT, QUESTION, sent["text"])

        named, shown_below = [await page.locator(f".figures {name}").all_inner_texts() for name in ("dt", "dd")]
        figures = dict(zip(named, shown_below, strict=True))
        tokens = sent["tokens"]
        for name, count in [
            ("before", "conversation"),
            ("after", "seen"),
            ("tools", "tools"),
            ("written", "completion"),
        ]:
            shown = next(value for title, value in figures.items() if title.endswith(name))
            assert shown.split()[0] == f"{tokens[count]:,}"
        assert figures["read"].startswith(f"{tokens['prompt']:,} tokens by all calls, {tokens['cached']:,} cached")
        drawn = {arm: float(share.removesuffix(" %")) for arm, share, _ in await looked.figures("How likely each arm")}
        assert drawn == pytest.approx(
            {arm: 100 * chance for arm, chance in sent["rewriting"]["propensities"].items()}, abs=0.051
        )
        times = {part: float(ms) for part, ms, *_ in await looked.figures("Where the service spent")}
        assert times == pytest.approx(sent["times_ms"], abs=0.051)

        decision = sent["rewriting"]["decision"]
        thumbs, became = page.get_by_role("group", name="good answer"), page.locator(".became")
        for name, reward, outcome in [("good", 1.0, "counted"), ("bad", 0.0, "corrected"), ("good", 1.0, "corrected")]:
            await thumbs.get_by_role("button", name=name).click()
            await expect(became).to_contain_text(f"{outcome}: {reward:.2f} is learned, from feedback")
            await expect(thumbs.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
            assert reward_in_redis(told, decision) == ("rewarded", reward, "feedback")
        links = {await link.get_attribute("href") for link in await page.locator(".turn a").all()}
        assert links == {f"#/session/{sent['session']}", f"#/decision/{decision}"}
        await looked.nothing_serious()


async def test_a_talk_goes_on_or_begins_anew(browser: Browser, told: Service) -> None:
    """The next question is asked in the same session, also after a look elsewhere, until one begins anew."""
    async with looking(browser, str(told.served.client.base_url), viewport={"width": 420, "height": 900}) as looked:
        page = looked.page
        await page.add_init_script(HEARD)
        await looked.open("try")
        sessions: list[str] = []
        for question in (QUESTION, "Is the pier dry?", "When does the bakery open?"):
            await ask(page, question, "" if len(sessions) == 1 else TEXT[:200])
            await expect(page.get_by_role("heading", level=2).first).to_have_text(question)
            await expect(page.locator(".turn").first.locator(".thumb")).to_be_visible()
            sessions.append((await answer_in(page))["session"])
            await expect(page.get_by_label("Question")).to_have_value("")
            await looked.open("regret")
            await page.go_back()
            await expect(page.locator(".turn")).to_have_count(len(sessions))
            if len(sessions) == 2:
                await page.get_by_role("button", name="Begin anew").click()
                await expect(page.get_by_text("Begins a new session.", exact=True)).to_be_visible()
        assert sessions[0] == sessions[1] != sessions[2]
        decision = (await answer_in(page))["rewriting"]["decision"]
        await told.served.client.post(f"/api/v1/decisions/{decision}/reward", json={"reward": 0.25})
        thumbs = page.get_by_role("group", name="good answer").first
        await thumbs.get_by_role("button", name="good").click()
        await expect(thumbs).to_contain_text("It has its reward already: 0.25 is learned, from number")
        assert reward_in_redis(told, decision) == ("rewarded", 0.25, "number")
        await thumbs.get_by_role("button", name="Put good in its place").click()
        await expect(thumbs).to_contain_text("corrected: 1.00 is learned, from feedback")
        await expect(thumbs.get_by_role("button", name="good")).to_be_focused()
        assert reward_in_redis(told, decision) == ("rewarded", 1.0, "feedback")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 420
        kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        assert kept == '[{},{},""]'


async def test_a_large_paste_stays_smooth_and_too_large_a_one_is_told(browser: Browser, told: Service) -> None:
    """5 MB are taken at once, as a text beside the field; a refusal comes in its own words, and no field is lost."""
    async with looking(browser, str(told.served.client.base_url)) as looked:
        page = looked.page
        await looked.open("try")
        texts = page.get_by_role("list", name="Texts")
        times = list[float]()
        for text in ("50 kilobytes " * 3900, "five megabytes " * 333_334):
            for _ in range(3):  # some other program may hold one up
                if times:
                    await page.get_by_role("button", name="Take away").click()
                times.append(await paste_ms(page, text))
                await expect(texts).to_contain_text(f"Pasted text, {len(text):,} characters")
        assert min(times[3:]) < 20 * min(times[:3]), "a hundred times the text, that no field has to lay out"
        with looked.failing():
            await ask(page, QUESTION)
            told = page.get_by_role("alert").filter(has_text="Body too large")
            await expect(told).to_contain_text(f"at most {MOST_BYTES} bytes (RIFFLER_MAX_BODY_BYTES)")
        await expect(told).to_contain_text("Send a smaller text")
        await expect(page.get_by_label("Question")).to_have_value(QUESTION)
        await page.get_by_role("button", name="Take away").click()
        await page.get_by_label("Question").press("Control+Enter")
        await expect(page.locator(".thumb")).to_be_visible()
        async with page.expect_file_chooser() as choosing:
            await page.get_by_label("Files").click()
        wrong = {"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
        right = {"name": "a.md", "mimeType": "text/markdown", "buffer": "Mårten".encode()}
        await (await choosing.value).set_files([wrong, right])  # type: ignore[list-item]
        await expect(page.get_by_role("alert").first).to_have_text("a.png isn't text in UTF-8.")
        await expect(page.get_by_role("list", name="Texts")).to_contain_text("a.md, 6 characters: Mårten")


async def test_steps_come_as_they_happen_and_can_be_stopped(browser: Browser, told: Service) -> None:
    """A step is there, and said to who hears the page, before the answer is; Stop ends the question everywhere."""
    served, model, *_ = told
    before = {each["session"] for each in (await served.client.get("/api/v1/sessions")).json()["items"]}
    model.may.clear()
    async with looking(browser, str(served.client.base_url)) as looked:
        page = looked.page
        await looked.open("try")
        await expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-disabled", "true")
        await page.get_by_role("button", name="Ask").click()
        await expect(page.get_by_role("alert")).to_have_text("Write a question first.")
        await expect(page.get_by_label("Question")).to_be_focused()
        await ask(page, QUESTION, TEXT[:200])
        await expect(page.locator(".steps")).to_contain_text("find_in_context")
        await expect(page.get_by_role("status").filter(has_text="Step 1")).to_have_text("Step 1: find_in_context.")
        await expect(page.get_by_label("Question")).to_be_focused()
        assert await page.locator(".thumb").count() == 0
        await page.get_by_role("button", name="Stop").press("Enter")
        await expect(page.locator(".turn")).to_contain_text("Stopped after")
        await expect(page.get_by_role("button", name="Ask")).to_be_focused()
        async with asyncio.timeout(15):
            while {  # noqa: ASYNC110 - elsewhere
                each["session"] for each in (await served.client.get("/api/v1/sessions")).json()["items"]
            } != before:
                await asyncio.sleep(0.05)
        model.may.set()
        await page.get_by_label("Question").press("Control+Enter")
        await expect(page.locator(".turn").first.locator(".thumb")).to_be_visible()
        status = page.get_by_role("status").filter(has_text="Answered in")
        await expect(status).to_contain_text(model.text)
        await looked.nothing_serious()


async def test_what_a_model_says_is_shown_as_text(browser: Browser, told: Service) -> None:
    """Markup in question, text and answer is seen, and never made into anything."""
    served, model, *_ = told
    model.text = (
        '<img src=x onerror="window.hurt=1"> \u202eright to left\u202c <script>window.hurt=1</script> ' + "w" * 10_000
    )
    async with looking(browser, str(served.client.base_url), viewport={"width": 420, "height": 900}) as looked:
        page = looked.page
        await looked.open("try")
        await ask(page, f"Is the harbour {model.text}?", f"harbour <b>bold</b> {model.text}")
        await expect(page.locator(".turn > .text")).to_have_text(model.text)
        assert await page.evaluate("window.hurt") is None
        assert await page.locator("main :is(img, script, b)").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth") <= 420


async def test_a_failing_engine_is_told_with_what_to_do(browser: Browser, told: Service) -> None:
    """Where nothing answers for the engine the page says so, before a question and after it; the question stays."""
    await told.api_stops()
    async with looking(browser, str(told.served.client.base_url)) as looked:
        page = looked.page
        await looked.open("try")
        with looked.failing():
            await ask(page, QUESTION)
            failed = page.get_by_role("alert").filter(has_text="Engine unavailable")
            await expect(failed).to_contain_text("riffler doctor looks at Redis and the engine")
        await expect(page.get_by_label("Question")).to_have_value(QUESTION)
        await page.reload()
        await expect(page.get_by_text("It can't answer now")).to_contain_text("can't be reached")
        await looked.nothing_serious()
