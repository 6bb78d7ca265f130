"""Each page is walked on a service that is empty, and without Redis; `test_demo_run.py` walks the demo's run."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.browser.looking import looking
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


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A service that nobody has asked anything."""
    async with serving(tmp_path_factory.mktemp("empty")) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A service whose Redis was killed once it had begun."""
    folder: Path = tmp_path_factory.mktemp("gone")
    with OwnRedis(folder) as own:
        async with serving(folder, redis_url=own.url, redis_timeout_s="1") as served:
            own.kill()
            yield served


@pytest.mark.parametrize("name", EMPTY)
async def test_each_page_of_an_empty_service_says_what_to_do(browser: Browser, empty: Served, name: str) -> None:
    """In words, and not as an error."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        await looked.open(name)
        await looked.fine(EMPTY[name])


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
