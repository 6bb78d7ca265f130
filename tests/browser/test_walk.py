"""Each page of the dashboard is walked: on the run that the demo leaves, on a service that is empty, and without Redis.

What the figures on them are is held page by page in the other files.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.browser.demo_run import DemoRun
from tests.browser.looking import Looked, looking
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHOUT = "can't be reached"
EMPTY = {
    "regret": "No decision yet",
    "learned": "No decision yet",
    "decision": "Which decision?",
    "session": "No session yet",
    "cost": "No turn yet",
    "health": "No turn yet",
    "try": "with a window of",
}
"""What a page says of a service that nobody asked anything: what to do, or that it is ready."""
GONE = {
    "regret": WITHOUT,
    "learned": WITHOUT,
    "decision/d000000000000000000000000": WITHOUT,
    "session": WITHOUT,
    "session/some": WITHOUT,
    "cost": WITHOUT,
    "health": "Redis does not answer",
}
LEARNED = {
    "regret": "True regret",
    "learned": "Decisions, the newest first",
    "session": "Sessions",
    "cost": "Tokens of each turn",
    "health": "The newest turns",
    "try": "with a window of",
}
"""What a page has of the demo's run."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def learned(demo_run: DemoRun) -> AsyncIterator[Served]:
    """A service on what the demo left."""
    async with serving(demo_run.folder) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A service that nobody has asked anything."""
    async with serving(tmp_path_factory.mktemp("empty")) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A service whose Redis was killed once it had begun."""
    folder: Path = tmp_path_factory.mktemp("gone")
    own = OwnRedis(folder)
    own.start()
    try:
        async with serving(folder, redis_url=own.url, redis_timeout_s="1") as served:
            own.kill()
            yield served
    finally:
        own.kill()


async def fine(looked: Looked, words: str) -> None:
    """Assert that a page says something, has no alert, and is fit for everybody's eyes."""
    await expect(looked.page.get_by_role("main")).to_contain_text(words)
    await looked.read()
    assert not (said := await looked.alerts()), said
    await looked.nothing_serious()


@pytest.mark.parametrize("name", LEARNED)
async def test_each_page_shows_the_run_of_the_demo(browser: Browser, learned: Served, name: str) -> None:
    """Its figures are there, no error, and the first session and decision that a page leads to are, too."""
    async with looking(browser, str(learned.client.base_url)) as looked:
        await looked.open(name)
        await fine(looked, LEARNED[name])
        for of in ("session", "decision"):
            links = looked.page.locator(f"main a[href^='#/{of}/']")
            if await links.count():
                thing = str(await links.last.get_attribute("href")).split("/")[2]
                await looked.open(of, thing)
                await fine(looked, f"{of.capitalize()} {thing}")
                await looked.open(name)
                break
        else:
            assert name in {"regret", "try"}, "only these lead nowhere"


@pytest.mark.parametrize("name", EMPTY)
async def test_each_page_of_an_empty_service_says_what_to_do(browser: Browser, empty: Served, name: str) -> None:
    """In words, and not as an error."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        await looked.open(name)
        await fine(looked, EMPTY[name])


@pytest.mark.parametrize("route", GONE)
async def test_each_page_without_redis_says_so(browser: Browser, gone: Served, route: str) -> None:
    """An alert names what is gone and says what to do: nothing looks like an empty service."""
    async with looking(browser, str(gone.client.base_url)) as looked:
        with looked.failing():
            await looked.open(*route.split("/"))
            alerts = looked.page.get_by_role("alert")
            await expect(alerts.filter(has_text=GONE[route]).first).to_be_visible()
            await expect(alerts.first).to_contain_text("Redis")
            await expect(looked.page.get_by_text(" yet", exact=False)).to_have_count(0)
            await looked.nothing_serious()


async def test_without_redis_a_question_is_refused_and_stays(browser: Browser, gone: Served) -> None:
    """The page where one asks has nothing to read from Redis; what is asked there fails in words, and isn't lost."""
    async with looking(browser, str(gone.client.base_url)) as looked:
        page = looked.page
        with looked.failing():
            await looked.open("try")
            assert not await looked.alerts()
            await page.get_by_label("Question").fill("When does the harbour open?")
            await page.get_by_label("Question").press("Control+Enter")
            await expect(page.get_by_role("alert").filter(has_text=WITHOUT)).to_contain_text("Redis")
        await expect(page.get_by_label("Question")).to_have_value("When does the harbour open?")
        await looked.nothing_serious()
