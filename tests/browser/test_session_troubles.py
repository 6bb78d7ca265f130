"""The page of a session where something fails, is pressed twice, or leaves the keyboard without its button."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.browser.looking import Looked, looking
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    """A server that the tests look into, and take away."""
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own
    own.kill()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> AsyncIterator[Served]:
    """A service of these tests alone."""
    folder = tmp_path_factory.mktemp("troubles")
    async with serving(folder, redis_url=redis.url, policy="fixed:none", redis_timeout_s="1") as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def looked(browser: Browser, served: Served) -> AsyncIterator[Looked]:
    """A page of its own."""
    async with looking(browser, str(served.client.base_url), viewport={"width": 1200, "height": 900}) as looked:
        yield looked


async def test_a_name_that_no_address_holds_is_not_asked_in(looked: Looked, served: Served) -> None:
    """The page that asks says that there is no such session, and makes none."""
    before = (await served.client.get("/api/v1/sessions")).json()
    await looked.page.goto(f"{looked.address}#/try/..")
    await looked.page.get_by_label("Question").fill("Where am I?")
    await looked.page.get_by_label("Question").press("Control+Enter")
    await expect(looked.page.get_by_role("alert").filter(has_text="no session '..'")).to_be_visible()
    assert (await served.client.get("/api/v1/sessions")).json() == before
