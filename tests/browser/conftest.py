"""A browser for each file of tests. These files run in one event loop each: `pytestmark` in them says so."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from tests.browser.demo_run import DemoRun, run_demo
from tests.browser.looking import browsing


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The demo's run: who serves it ends that before another does."""
    return run_demo(tmp_path_factory.mktemp("demo"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A browser; each test opens a context of its own in it."""
    async with browsing() as running:
        yield running
