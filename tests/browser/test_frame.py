"""The frame around all pages, in a real browser."""

import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect
from tests.browser.looking import looking
from tests.e2e.served import Served, serving

from riffler.service.access.making import make_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAPER = "getComputedStyle(document.body).backgroundColor"
PACED = """async (topics) => {
    const { paced } = await import("./js/pace.js");
    window.times = 0;
    paced(async () => (window.times += 1) > 1, topics);
}"""
"""Reads something that fails the first time."""
LIGHT, DARK = "rgb(251, 251, 250)", "rgb(22, 24, 27)"
DIFFERENCES = """async (pairs) => {
    const { difference } = await import("./js/words.js");
    return pairs.map(([before, after]) => difference(before, after));
}"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A service that nobody has asked anything yet."""
    async with serving(tmp_path_factory.mktemp("empty")) as served:
        yield served


async def titles(page: Page) -> list[str]:
    """Read the pages' names off the navigation."""
    return await page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()


async def test_an_empty_service_says_what_to_do(browser: Browser, empty: Served) -> None:
    """With no decision yet the page says how to make one, and is fit for everybody's eyes."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        await looked.open("regret")
        await expect(looked.page.get_by_role("status")).to_contain_text("No decision yet")
        await looked.nothing_serious()


async def test_all_pages_are_reached_by_keys(browser: Browser, empty: Served) -> None:
    """By their links and by their numbers; each page's heading then has the focus, and names the tab."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        page = looked.page
        await looked.open()
        names = await titles(page)
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="To the page")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("main")).to_be_focused()
        for number, name in [*enumerate(names[1:], 2), (1, names[0])]:
            await page.keyboard.press(str(number))
            await expect(page.get_by_role("heading", level=1, name=name)).to_be_focused()
            await expect(page).to_have_title(f"{name} – Riffler")
            await expect(page.locator("nav [aria-current=page]")).to_have_text(name)
        await page.get_by_role("link", name=names[-1], exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1, name=names[-1])).to_be_focused()


async def test_the_help_names_the_keys_and_turns_them_off(browser: Browser, empty: Served) -> None:
    """`?` opens it, but not where letters mean something; single keys can be turned off for good, and on again."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        page = looked.page
        await looked.open("try")
        help_ = page.get_by_role("dialog", name="Keys")
        await page.get_by_label("Question").press("?")
        await expect(page.get_by_label("Question")).to_have_value("?")
        await expect(help_).to_be_hidden()
        for key in "?1":
            await page.get_by_label("Theme").press(key)
            await expect(help_).to_be_hidden()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Try it")
        await page.get_by_label("Files").press("?")
        await expect(help_).to_contain_text("Ctrl Enter")
        await looked.nothing_serious()
        await help_.get_by_role("checkbox", name="single keys").uncheck()
        await page.keyboard.press("Escape")
        await expect(help_).to_be_hidden()
        for reloaded in (False, True):
            if reloaded:
                await page.reload()
                await looked.read()
            await page.locator("body").press("1")
            await page.locator("body").press("?")
            await expect(help_).to_be_hidden()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Try it")
        await page.get_by_role("button", name="Keys").click()
        await help_.get_by_role("checkbox", name="single keys").check()
        await help_.get_by_role("button", name="Close").click()
        await page.locator("body").press("1")
        await expect(page.get_by_role("heading", level=1)).not_to_have_text("Try it")


async def test_a_theme_is_chosen_and_kept(browser: Browser, empty: Served) -> None:
    """It is the system's until one chooses, and then there before anything is painted."""
    async with looking(browser, str(empty.client.base_url), color_scheme="dark") as looked:
        page = looked.page
        await looked.open("try")
        assert await page.evaluate(PAPER) == DARK
        for theme, paper in [("light", LIGHT), ("dark", DARK), ("system", DARK), ("light", LIGHT)]:
            await page.get_by_label("Theme").select_option(theme)
            assert await page.evaluate(PAPER) == paper
        await page.add_init_script("addEventListener('DOMContentLoaded', () => { window.first = " + PAPER + " })")
        await page.reload()
        assert await page.evaluate("window.first") == LIGHT
        await expect(page.get_by_label("Theme")).to_have_value("light")


async def test_a_browser_that_keeps_nothing_will_do(browser: Browser, empty: Served) -> None:
    """Without `localStorage` a theme holds until the page is closed."""
    async with looking(browser, str(empty.client.base_url), color_scheme="light") as looked:
        page = looked.page
        await page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
        )
        await looked.open("try")
        await page.get_by_label("Theme").select_option("dark")
        assert await page.evaluate(PAPER) == DARK


async def test_a_page_of_another_origin_changes_nothing(browser: Browser, empty: Served) -> None:
    """What a browser lets a foreign page send unasked is refused by the service; for the rest it gets no permission."""
    ask = str(empty.client.base_url.join("/api/v1/ask"))
    sends = """async ([url, type]) => {
        const options = {method: "POST", body: new Blob(['{"question": "Where?"}'], {type})};
        await fetch(url, {...options, mode: "no-cors"}).catch(() => undefined);
        return fetch(url, options).then(() => "answered", String);
    }"""
    page = await browser.new_page()
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure) if request.url == ask else None)
    await page.goto(str(empty.client.base_url.copy_with(host="localhost").join("/livez")))  # to a browser another site
    for kind in ("text/plain", "application/json", ""):
        assert await page.evaluate(sends, [ask, kind]) == "TypeError: Failed to fetch"
    assert any("BLOCKED_BY_RESPONSE" in str(failure) for failure in failures), "nor does it get to see a refusal"
    await page.close()
    assert 'method="POST",route="unmatched",status="403"' in (await empty.client.get("/metrics")).text
    assert (await empty.client.get("/api/v1/sessions")).json()["items"] == []


async def test_an_address_that_leads_nowhere_says_so(browser: Browser, empty: Served) -> None:
    """Whatever it holds is shown as text; the pages stand above, and the way back works."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        page = looked.page
        for address in ("nothing", "<img src=x onerror=alert(1)>", "%E0%A4%A", "constructor", "__proto__"):
            await page.goto(f"{looked.address}#/{address}")
            await expect(page.get_by_role("heading", level=1)).to_have_text("No such page")
            await expect(page.get_by_role("main").locator("code")).to_have_text(address)
            await expect(page).to_have_title("No such page – Riffler")
        await looked.nothing_serious()
        await page.get_by_role("link", name="Try it").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Try it")


async def test_a_page_that_throws_leaves_the_frame(browser: Browser, empty: Served) -> None:
    """An answer that no page expects makes an error, which the console has, too; one can try again."""

    async def garbled(route: Route) -> None:
        await route.fulfill(json=[{"name": "reader", "ready": True}])

    async with looking(browser, str(empty.client.base_url)) as looked:
        page = looked.page
        await page.route("**/api/v1/engines", garbled)
        await looked.open("try")
        failed = page.get_by_role("alert").filter(has_text="This page failed")
        await expect(failed.locator("code")).to_contain_text("toLocaleString")
        assert any("toLocaleString" in said for said, _ in looked.complaints)
        looked.complaints.clear()
        await looked.nothing_serious()
        await page.unroute("**/api/v1/engines")
        await failed.get_by_role("button", name="Try again").click()
        await expect(page.get_by_label("Question")).to_be_visible()
        await expect(page.get_by_text("with a window of")).to_be_visible()


async def test_a_page_without_its_files_says_so(browser: Browser, empty: Served) -> None:
    """A file that can't be read leaves no blank page; once it can, nothing of that is left."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        page = looked.page
        with looked.failing():
            await page.route("**/js/parts.js", lambda route: route.abort())
            await page.goto(looked.address)
            await expect(page.get_by_text("If this stays")).to_be_visible()
            await page.unroute("**/js/parts.js")
            await page.reload()
            await looked.read()
        await expect(page.get_by_text("If this stays")).to_have_count(0)


def problem(status: int) -> dict[str, Any]:
    """Make a problem as the API does."""
    return {
        "title": "So named",
        "status": status,
        "detail": "Said <b>so</b>.",
        "instance": "urn:riffler:request:abc",
        "type": "urn:riffler:problem:so-named",
    }


@pytest.mark.parametrize(
    ("status", "do"),
    [
        (403, "at the address of the service"),
        (404, "may have been deleted"),
        (422, "Change it"),
        (429, "Wait a little"),
        (503, "riffler doctor"),
    ],
)
async def test_an_error_comes_in_words_with_what_to_do(browser: Browser, empty: Served, status: int, do: str) -> None:
    """The API's own words, what would help, the request's name for who runs it; and the page can try again."""

    async def failing(route: Route) -> None:
        await route.fulfill(status=status, json=problem(status), content_type="application/problem+json")

    async with looking(browser, str(empty.client.base_url)) as looked:
        page = looked.page
        with looked.failing():
            await page.route("**/api/v1/policies", failing)
            await page.route("**/api/v1/live", lambda route: route.abort())  # else it tries again by itself
            await looked.open("regret")
            failed = page.get_by_role("alert").first
            for words in ("So named", "Said <b>so</b>.", do, f"status {status}, request abc"):
                await expect(failed).to_contain_text(words)
            await looked.nothing_serious()
            await page.unroute("**/api/v1/policies")
            await failed.get_by_role("button", name="Try again").click()
            await expect(page.get_by_role("status")).to_contain_text("No decision yet")


@pytest.mark.parametrize("width", [320, 420, 1900])
async def test_no_page_scrolls_sideways(browser: Browser, empty: Served, width: int) -> None:
    """At any width each page fits; what is wider scrolls in itself. On paper there are no controls."""
    async with looking(browser, str(empty.client.base_url), viewport={"width": width, "height": 700}) as looked:
        page = looked.page
        await looked.open()
        for name in await titles(page):
            await page.get_by_role("link", name=name, exact=True).click()
            await expect(page.get_by_role("heading", level=1)).to_have_text(name)
            await looked.read()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
        await page.emulate_media(media="print")
        await expect(page.get_by_role("banner")).to_be_hidden()


async def test_differences_make_both_texts(browser: Browser, empty: Served) -> None:
    """Of 200 pairs of texts what isn't added is the first and what isn't gone the second, byte for byte.

    What is alike is kept, and texts of 20,000 other words are no exception, nor slow.
    """
    rng = np.random.default_rng(1)
    words = ["gate", "isn't", "Straße", "\u202e", "👍🏽", "<b>", "  ", "\n", "4", "é", "…", "\x00"]
    pairs = [["".join(rng.choice(words, rng.integers(0, 12))) for _ in range(2)] for _ in range(200)]
    pairs.append([" ".join(f"{side}{number}" for number in range(20_000)) for side in "ab"])
    async with looking(browser, str(empty.client.base_url)) as looked:
        await looked.page.goto(looked.address)
        begun = time.monotonic()
        found = await looked.page.evaluate(DIFFERENCES, [*pairs, ["the gate is open", "the gate isn't open"]])
        assert time.monotonic() - begun < 10
    *made, last = found
    without = [
        ["".join(each["text"] for each in made_of if each["kind"] != kind) for kind in ("come", "gone")]
        for made_of in made
    ]
    assert without == pairs
    assert [(each["kind"], each["text"]) for each in last] == [
        ("same", "the gate "),
        ("gone", "is"),
        ("come", "isn't"),
        ("same", " open"),
    ]


@pytest.mark.parametrize(("topics", "later"), [([], 2), (["clock"], 5)])
async def test_what_failed_is_read_again(browser: Browser, empty: Served, topics: list[str], later: int) -> None:
    """Also what nothing else would read again: every 15 seconds until it succeeds, and then only for a reason."""
    async with looking(browser, str(empty.client.base_url)) as looked:
        page = looked.page
        await page.clock.install()
        await looked.open("try")
        await page.evaluate(PACED, topics)
        assert await page.evaluate("times") == 1
        await page.clock.run_for(16_000)
        assert await page.evaluate("times") == 2
        await page.clock.run_for(45_000)
        assert await page.evaluate("times") == later


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def locked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Served, str]]:
    """A service that wants a key, and a key that may do all."""
    made = make_key()
    async with serving(tmp_path_factory.mktemp("locked"), admin_keys=made.digest) as served:
        yield served, made.text


async def test_the_door_asks_for_a_key(browser: Browser, locked: tuple[Served, str]) -> None:
    """Without a key nothing of a page is there; a wrong one is refused; one with `read` sees figures, and no text.

    What the service tells comes with it, too. It is kept for the tab, nowhere else, and can be forgotten.
    """
    served, admin = locked
    headers = {"Authorization": f"Bearer {admin}"}
    said = {"messages": [{"role": "user", "content": "The lighthouse is green."}], "session": "pier"}
    (await served.client.post("/api/v1/sessions", json=said, headers=headers)).raise_for_status()
    made = await served.client.post("/api/v1/keys", json={"scopes": ["read"]}, headers=headers)
    key = made.json()["key"]
    async with looking(browser, str(served.client.base_url)) as looked:
        page, field = looked.page, looked.page.get_by_label("Key", exact=True)
        with looked.failing():
            await looked.open("session")
            await expect(page.get_by_role("heading", level=1, name="A key is needed")).to_be_visible()
            await looked.nothing_serious()
            await field.fill("rk-wrong")
            await field.press("Enter")
            await expect(page.get_by_role("alert")).to_contain_text("This key was refused")
        await field.fill(key)
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_role("link", name="pier")).to_be_visible()
        await expect(page.locator("header .live")).to_have_text("live")
        (await served.client.post("/api/v1/sessions", json={"session": "quay"}, headers=headers)).raise_for_status()
        await expect(page.get_by_role("link", name="quay")).to_be_visible()  # without reading anew: it was told
        with looked.failing():
            await looked.open("session", "pier")
            await expect(page.get_by_role("alert").first).to_contain_text("no scope text")
        assert "lighthouse" not in await page.content()
        kept = await page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]")
        assert kept == [1, 0, ""]
        assert key not in " ".join(looked.requests)
        with looked.failing():
            await page.get_by_role("button", name="Forget key").click()
            await expect(page.get_by_role("heading", level=1, name="A key is needed")).to_be_visible()
        assert await page.evaluate("sessionStorage.length") == 0


async def test_with_the_scope_texts_are_shown(browser: Browser, locked: tuple[Served, str]) -> None:
    """A key with `text` sees what users wrote; another tab begins without a key."""
    served, admin = locked
    headers = {"Authorization": f"Bearer {admin}"}
    said = {"messages": [{"role": "user", "content": "The lighthouse is green."}], "session": "mole"}
    (await served.client.post("/api/v1/sessions", json=said, headers=headers)).raise_for_status()
    async with looking(browser, str(served.client.base_url)) as looked:
        with looked.failing():
            await looked.open("session", "mole")
            await looked.page.get_by_label("Key", exact=True).fill(admin)
            await looked.page.get_by_role("button", name="Go on").click()
        await expect(looked.page.get_by_text("The lighthouse is green.")).to_be_visible()
        other = await looked.page.context.new_page()
        await other.goto(looked.address)
        await expect(other.get_by_role("heading", level=1, name="A key is needed")).to_be_visible()
