"""The page of a session where something fails, is pressed twice, or leaves the keyboard without its button."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect
from tests.browser.looking import Looked
from tests.browser.session_raw import ENTRIES, Raw, carved, made, tool
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> AsyncIterator[Served]:
    """A service of these tests alone."""
    folder = tmp_path_factory.mktemp("troubles")
    async with serving(folder, redis_url=redis.url, policy="fixed:none", redis_timeout_s="1") as served:
        yield served


async def failing_once(page: Page, path: str) -> list[str]:
    """Break the connection of the next request of a path; those that it was asked for are in what this gives."""
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        await (route.abort() if len(asked) == 1 else route.continue_())

    await page.route(re.compile(path), answer)
    return asked


async def test_a_session_that_could_not_be_read_comes_by_itself(
    looked: Looked, served: Served, redis: OwnRedis
) -> None:
    """Without Redis the page says what is gone; once it is there again, the conversation is, and nobody pressed."""
    await carved(served.client, "comes")
    redis.kill()
    try:
        with looked.failing():
            await looked.open("session", "comes")
            await expect(looked.page.get_by_role("alert").first).to_contain_text("Redis")
    finally:
        redis.start()
    with looked.failing():
        await expect(looked.page.locator(".conversation")).to_contain_text(ENTRIES[:20], timeout=40_000)
    await expect(looked.page.get_by_role("alert").filter(has_text="Redis")).to_have_count(0)


async def test_older_steps_come_once_and_a_failure_is_told(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """What can't be read says so, and leads on; two clicks list nothing twice, and the keyboard stays in the list."""
    client, page = served.client, looked.page
    await carved(client, "many")
    for _ in range(30):
        await tool(client, "many", "fold_fragments", fragments=["f00001"])
        await tool(client, "many", "restore_fragments", fragments=["f00001"])
    present = len(Raw(redis.url, "many").memories()) - 1
    await looked.open("session", "many")
    asked = await failing_once(page, r"/history\?.*cursor=")
    older = page.get_by_role("button", name="Older steps")
    with looked.failing():
        await older.click()
        await expect(page.locator("aside").get_by_role("alert")).to_contain_text("Riffler does not answer")
    again = page.locator("aside").get_by_role("button", name="Try again")
    await again.evaluate("(button) => { button.focus(); button.click(); button.click(); }")
    await expect(page.locator(".versions li")).to_have_count(present)
    assert [int(each) for each in await page.locator(".versions li b").all_inner_texts()] == [*range(present, 0, -1)]
    assert len(asked) == 2
    await expect(older).to_have_count(0)
    await expect(page.locator(".versions a:focus")).to_have_count(1)


async def test_an_original_that_could_not_be_read_can_be_tried_again(looked: Looked, served: Served) -> None:
    """Its failure stands where the text would, with a way on; what scrolls by itself has a name and takes the keyboard.

    Its end is reached by the keyboard alone.
    """
    page = looked.page
    text = "".join(f"Line {number} of many.\n" for number in range(2500))
    await made(served.client, "behind", [("user", text), ("assistant", "Read."), ("user", "Well?")])
    await tool(served.client, "behind", "cut_context", by="message", messages="1")
    await tool(served.client, "behind", "fold_fragments", fragments=["f00001"])
    await looked.open("session", "behind")
    await failing_once(page, "/original")
    with looked.failing():
        await page.get_by_role("button", name="show folded text").click()
        await expect(page.locator(".original").get_by_role("alert")).to_contain_text("Riffler does not answer")
    await page.locator(".original").get_by_role("button", name="Try again").click()
    await expect(page.locator(".original .letters")).to_contain_text("Line 7 of many.")
    box = page.get_by_role("region", name="original of f00001")
    await box.focus()
    await page.keyboard.press("End")
    await expect(page.locator(".original button")).to_be_in_viewport()
    while await page.locator(".original button").count():  # the test's own time ends it
        await page.locator(".original button").first.press("Enter")
        await page.wait_for_timeout(50)
    await expect(page.locator(".original .letters")).to_have_text(text)
    await expect(box).to_be_focused()
    await looked.nothing_serious()


async def test_two_clicks_fork_once(looked: Looked, served: Served) -> None:
    """One session is made, and the page leads there."""
    client, page = served.client, looked.page
    await carved(client, "forks")
    before = {each["session"] for each in (await client.get("/api/v1/sessions")).json()["items"]}
    await looked.open("session", "forks", "2")
    fork = page.get_by_role("button", name="fork a session from here")
    await fork.evaluate("(button) => { button.click(); button.click(); }")
    await expect(page.locator(".stepper [role=status]")).to_have_text("Version 2 of 2, the present")
    await asyncio.sleep(0.5)  # what a second one would take
    after = {each["session"] for each in (await client.get("/api/v1/sessions")).json()["items"]}
    assert len(after - before) == 1
    await expect(page.locator(".crumbs")).to_contain_text((after - before).pop())


async def test_an_uncut_session_is_cut_folded_and_undone_by_hand(
    looked: Looked, served: Served, redis: OwnRedis
) -> None:
    """As short ones come. Each step is in Redis as the page shows it; what can't be cut says why."""
    page = looked.page
    text = "The pier is of oak. It stands since 1902.\n\nThe lamp is of brass. It burns all night."
    await made(served.client, "uncut", [("user", text), ("assistant", "Good."), ("user", "Why?")])
    raw = Raw(redis.url, "uncut")

    def states() -> dict[str, str]:
        return {id_: each["state"] for id_, each in raw.fragments().items()}

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
    assert [event["kind"] for step in raw.steps() for event in step.events] == [
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


async def test_the_keyboard_stays_where_a_button_is_of_no_more_use(looked: Looked, served: Served) -> None:
    """At both ends of the steps and of what is chosen; and the keys act also after a checkbox was ticked."""
    page = looked.page
    focused = page.locator(":focus")
    await made(served.client, "kept", [("user", ENTRIES), ("user", "Well?")])
    await tool(served.client, "kept", "cut_context", by="size", messages="1")
    status = page.locator(".stepper [role=status]")
    await looked.open("session", "kept")
    back = page.get_by_role("button", name="Step back")
    for version in (1, 0):
        await back.press("Enter")
        await expect(status).to_have_text(f"Version {version} of 2, in the past")
    await expect(back).to_have_attribute("aria-disabled", "true")
    await expect(focused).to_contain_text("Step back")
    forth = page.get_by_role("button", name="Step forth")
    for version in (1, 2):
        await forth.press("Enter")
        await expect(status).to_contain_text(f"Version {version} of 2")
    await expect(focused).to_contain_text("Step forth")
    await back.press("Enter")
    await page.get_by_role("link", name="To the present").press("Enter")
    await expect(status).to_have_text("Version 2 of 2, the present")
    await expect(status).to_be_focused()
    await page.get_by_role("checkbox", name="choose f00001").check()
    none = page.get_by_role("button", name="Choose none")
    await none.press("Enter")
    await expect(none).to_have_attribute("aria-disabled", "true")
    await expect(none).to_be_focused()
    await page.get_by_role("checkbox", name="choose f00001").press("Space")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("checkbox", name="choose f00001").press("[")
    await expect(status).to_have_text("Version 1 of 2, in the past")
    await page.get_by_role("searchbox").press("]")
    await expect(page.get_by_role("searchbox")).to_have_value("]")
    await expect(status).to_have_text("Version 1 of 2, in the past")


async def test_the_keyboard_stays_at_the_ends_of_the_list(looked: Looked, served: Served) -> None:
    """One page on and back: the button that leads no further keeps the keyboard, and says so."""
    page = looked.page
    for number in range(51):
        await made(served.client, f"one-of-many-{number}", [])
    await looked.open("session")
    older, newer = page.get_by_role("button", name="Older"), page.get_by_role("button", name="Newer")
    await expect(newer).to_have_attribute("aria-disabled", "true")
    while await older.get_attribute("aria-disabled") == "false":
        await older.press("Enter")
        await looked.read()
        await page.wait_for_timeout(300)
    await expect(older).to_be_focused()
    while await newer.get_attribute("aria-disabled") == "false":
        await newer.press("Enter")
    await expect(newer).to_be_focused()
