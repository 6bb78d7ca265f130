"""A browser for each file of tests. These files run in one event loop each: `pytestmark` in them says so."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from tests.browser.demo_run import DemoRun, run_demo
from tests.browser.looking import Looked, browsing, looking
from tests.e2e.served import Served
from tests.service.http.own_redis import OwnRedis


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The demo's run: who serves it ends that before another does."""
    return run_demo(tmp_path_factory.mktemp("demo"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A browser; each test opens a context of its own in it."""
    async with browsing() as running:
        yield running


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    """A server of a file's own, that its tests look into, and may take away."""
    with OwnRedis(tmp_path_factory.mktemp("redis")) as own:
        yield own


@pytest_asyncio.fixture(loop_scope="module")
async def looked(browser: Browser, served: Served) -> AsyncIterator[Looked]:
    """A page of a test's own, of the file's `served`, with a clock that tells universal time."""
    size = {"width": 1200, "height": 900}
    async with looking(browser, str(served.client.base_url), viewport=size, timezone_id="UTC") as looked:
        yield looked
