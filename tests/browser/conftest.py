"""A browser for each file of tests. These files run in one event loop each: `pytestmark` in them says so."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser
from tests.browser.looking import browsing


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A browser; each test opens a context of its own in it."""
    async with browsing() as running:
        yield running
