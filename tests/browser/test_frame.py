"""The frame around all pages, in a real browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.browser.looking import looking
from tests.e2e.served import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A service that nobody has asked anything yet."""
    async with serving(tmp_path_factory.mktemp("empty")) as served:
        yield served


async def test_an_empty_service_says_what_to_do(browser: Browser, empty: Served) -> None:
    """With no decision yet the page says how to make one, and is fit for everybody's eyes."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        await looked.open("regret")
        await expect(looked.page.get_by_role("status")).to_contain_text("No decision yet")
        await looked.nothing_serious()
