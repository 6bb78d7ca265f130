"""The page of a session where something fails, is pressed twice, or leaves the keyboard without its button."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.browser.looking import Looked, looking
from tests.browser.session_raw import Raw, made
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


async def test_an_uncut_session_is_cut_folded_and_undone_by_hand(
    looked: Looked, served: Served, redis: OwnRedis
) -> None:
    """As short ones come. Each step is in Redis as the page shows it; what can't be cut says why."""
    page = looked.page
    text = "The pier is of oak. It stands since 1902.\n\nThe lamp is of brass. It burns all night."
    await made(served.client, "uncut", [("user", text), ("assistant", "Good."), ("user", "Why?")])
    raw = Raw(redis.url, "uncut")
    states = lambda: {id_: each["state"] for id_, each in raw.fragments().items()}  # noqa: E731
    await looked.open("session", "uncut")
    await expect(page.locator(".edits")).to_contain_text("cut some first")
    await page.get_by_role("combobox", name="by", exact=True).select_option("headings")
    with looked.failing():
        await page.get_by_role("button", name="Cut", exact=True).click()
        await expect(page.locator(".reply [role=alert]")).to_contain_text("no headings to cut at")
    assert states() == {}
    await page.get_by_role("combobox", name="by", exact=True).select_option("sentences")
    await page.get_by_role("textbox", name="messages", exact=True).fill("1")
    await page.get_by_role("button", name="Cut", exact=True).press("Enter")
    await expect(page.locator(".reply [role=status]")).to_contain_text("Version 2: cut f00001-f00004")
    assert states() == dict.fromkeys(["f00001", "f00002", "f00003", "f00004"], "visible")
    await expect(page.get_by_role("button", name="Cut", exact=True)).to_be_focused()
    await page.get_by_role("checkbox", name="choose f00002").check()
    await page.get_by_role("button", name="Fold", exact=True).click()
    await expect(page.locator(".k-folded .what")).to_contain_text("f00002")
    assert states()["f00002"] == "folded"
    await page.get_by_role("button", name="Undo the last edit").click()
    await expect(page.locator(".k-folded")).to_have_count(0)
    assert set(states().values()) == {"visible"}
    assert [event["kind"] for event in raw.events()] == [
        "appended", "cut", "folded", "restored",
    ]  # fmt: skip
    await looked.nothing_serious()


async def test_a_name_that_no_address_holds_is_not_asked_in(looked: Looked, served: Served) -> None:
    """The page that asks says that there is no such session, and makes none."""
    before = (await served.client.get("/api/v1/sessions")).json()
    await looked.page.goto(f"{looked.address}#/try/..")
    await looked.page.get_by_label("Question").fill("Where am I?")
    await looked.page.get_by_label("Question").press("Control+Enter")
    await expect(looked.page.get_by_role("alert").filter(has_text="no session '..'")).to_be_visible()
    assert (await served.client.get("/api/v1/sessions")).json() == before
