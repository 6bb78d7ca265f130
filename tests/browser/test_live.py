"""Pages that follow the service by themselves, in a real browser: many tabs, tabs that nobody looks at, and gaps."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect
from tests.browser.looking import Looked, looking
from tests.contracts.sessions import until
from tests.e2e.served import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABS = 8
CONNECTIONS = 6
"""What browsers have to one host over HTTP/1.1, for all tabs together."""
FOREIGN = "riffler.test"
"""Leads to this machine, see `looking.py`; but not as browsers know it, so that pages from there aren't secure."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A service with the engine that ships."""
    async with serving(tmp_path_factory.mktemp("live"), allowed_hosts=f"127.0.0.1,{FOREIGN}") as running:
        yield running


async def ask(served: Served) -> dict[str, Any]:
    """Ask something, and give the answer."""
    answer = await served.client.post("/api/v1/ask", json={"question": "When does the harbour open?"})
    said: dict[str, Any] = answer.raise_for_status().json()
    return said


def row(page: Page, session: str) -> Any:
    """The row of a session."""
    return page.get_by_role("row").filter(has_text=session).last


async def live(*pages: Page) -> None:
    """Wait until pages follow the service."""
    for page in pages:
        await expect(page.locator("header .live")).to_have_text("live")


async def hide(page: Page, hidden: str) -> None:
    """Make a page believe that its tab is hidden, or shown: without a window browsers take all for shown."""
    await page.evaluate(
        f"Object.defineProperty(document, 'hidden', {{value: {hidden}, configurable: true}});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


async def listeners(served: Served, count: int) -> None:
    """Wait until so many listen."""

    async def so_many() -> bool:
        health = await served.client.get("/api/v1/health", params={"limit": 1})
        return bool(health.json()["queue"]["listeners"] == count)

    await until(so_many)


async def test_eight_tabs_have_one_connection(browser: Browser, served: Served) -> None:
    """More tabs than a browser has connections stay usable, and all are told; who has the connection may go."""
    assert TABS > CONNECTIONS
    async with looking(browser, str(served.client.base_url)) as looked:
        tabs = [looked, *[Looked(await looked.page.context.new_page(), looked.address) for _ in range(TABS - 1)]]
        pages = [tab.page for tab in tabs]
        for tab in tabs:
            await tab.open("session")
            await live(tab.page)
        await listeners(served, 1)
        assert sum(url.endswith("/api/v1/live") for tab in tabs for url in tab.requests) == 1
        session = (await ask(served))["session"]
        for page in pages:
            await expect(row(page, session)).to_be_visible()
        for tab in tabs:
            await tab.open("health")
            await expect(tab.page.get_by_text("the service", exact=True)).to_be_visible()
        await pages[0].close()
        await listeners(served, 1)
        await live(*pages[1:])
        session = (await ask(served))["session"]
        for page in pages[1:]:
            await expect(row(page, session)).to_be_visible()
        assert not [said for tab in tabs for said in (*tab.unpardoned(), *tab.strangers())]


async def test_a_hidden_tab_hands_the_connection_over(browser: Browser, served: Served) -> None:
    """Another one that is shown takes it, none where there is none; what happened is there when one looks again."""
    async with looking(browser, str(served.client.base_url)) as looked:
        first, other = looked.page, Looked(await looked.page.context.new_page(), looked.address)
        await looked.open("session")
        await live(first)
        await other.open("session")
        await live(other.page)
        assert not [url for url in other.requests if url.endswith("/live")]
        await hide(first, "true")
        async with asyncio.timeout(15):
            while not [url for url in other.requests if url.endswith("/live")]:  # noqa: ASYNC110 - elsewhere
                await asyncio.sleep(0.05)
        await listeners(served, 1)
        await live(other.page)
        session = (await ask(served))["session"]
        await expect(row(other.page, session)).to_be_visible()
        assert not await row(first, session).count()
        await hide(other.page, "true")
        await listeners(served, 0)
        later = (await ask(served))["session"]
        await hide(first, "false")
        await expect(row(first, session)).to_be_visible()
        await expect(row(first, later)).to_be_visible()
        assert not [*other.unpardoned(), *other.strangers()]


async def test_without_locks_each_tab_has_its_own(browser: Browser, served: Served) -> None:
    """In a page that isn't secure browsers have no locks; it follows the service all the same."""
    address = str(served.client.base_url.copy_with(host=FOREIGN))
    async with looking(browser, address) as looked:
        tabs = [looked, Looked(await looked.page.context.new_page(), looked.address)]
        for tab in tabs:
            await tab.open("session")
            assert await tab.page.evaluate("[isSecureContext, typeof navigator.locks]") == [False, "undefined"]
            await live(tab.page)
        await listeners(served, 2)
        session = (await ask(served))["session"]
        for tab in tabs:
            await expect(row(tab.page, session)).to_be_visible()
        assert not [*tabs[1].unpardoned(), *tabs[1].strangers()]


async def test_what_happens_before_a_page_listens_is_shown(browser: Browser, served: Served) -> None:
    """Between a page's first reading and the beginning of its stream nothing is lost."""
    may = asyncio.Event()

    async def late(route: Route) -> None:
        await may.wait()
        await route.continue_()

    async with looking(browser, str(served.client.base_url)) as looked:
        await looked.page.route("**/api/v1/live", late)
        await looked.open("session")
        session = (await ask(served))["session"]
        await asyncio.sleep(1)
        assert not await row(looked.page, session).count()
        may.set()
        await expect(row(looked.page, session)).to_be_visible()
        await looked.page.unroute_all(behavior="wait")


async def test_a_silent_connection_is_made_anew(browser: Browser, served: Served) -> None:
    """After a sleep the page's connection may be dead without an end: it waits for a word, and then no longer."""
    async with looking(browser, str(served.client.base_url)) as looked:
        page = looked.page
        await page.clock.install()
        await looked.open("session")
        await live(page)

        def connections() -> int:
            return sum(url.endswith("/api/v1/live") for url in looked.requests)

        await page.clock.fast_forward(30_000)
        await asyncio.sleep(1)
        assert connections() == 1
        await page.clock.fast_forward(15_000)
        session = (await ask(served))["session"]
        await expect(row(page, session)).to_be_visible()
        assert connections() == 2


async def test_no_figure_stands_under_another_name(browser: Browser, served: Served) -> None:
    """While what is chosen is still on its way, what was there before is gone; so it is when that fails."""
    may, fails = asyncio.Event(), False

    async def late(route: Route) -> None:
        await may.wait()
        if fails:
            await route.fulfill(status=503, json={"title": "Gone", "detail": "Gone.", "status": 503})
        else:
            await route.continue_()

    async with looking(browser, str(served.client.base_url)) as looked:
        page = looked.page
        figures = page.locator(".figures")
        await looked.open("health")
        await expect(figures.first).to_be_visible()
        await page.route("**/api/v1/health?since_ms*", late)
        with looked.failing():
            for fails in (False, True):
                may.clear()
                await page.get_by_label("Turns of").focus()
                await page.get_by_label("Turns of").select_option("hour")
                await expect(page.get_by_text("Loading …")).to_be_visible()
                await expect(figures).to_have_count(0)
                await expect(page.get_by_label("Turns of")).to_be_focused()
                may.set()
                if fails:
                    await expect(page.get_by_role("alert")).to_contain_text("Gone.")
                    await expect(figures).to_have_count(0)
                else:
                    await expect(figures.first).to_be_visible()
                await page.get_by_label("Turns of").select_option("")
                await expect(figures.first).to_be_visible()
        await page.unroute_all(behavior="wait")


async def test_a_tab_is_named_after_what_it_shows(browser: Browser, served: Served) -> None:
    """Session, decision and policy are in the title; another thing on the same page moves the focus to its heading."""
    answer = await ask(served)
    session, decision = answer["session"], answer["rewriting"]["decision"]
    (policy,) = (await served.client.get("/api/v1/policies")).json()
    async with looking(browser, str(served.client.base_url)) as looked:
        page = looked.page
        heading = page.get_by_role("heading", level=1)
        await looked.open("session")
        await expect(page).to_have_title("Sessions – Riffler")
        await row(page, session).get_by_role("link").first.click()
        await expect(heading).to_have_text(f"Session {session}")
        await expect(heading).to_be_focused()
        await expect(page).to_have_title(f"{session} – Sessions – Riffler")
        await expect(page.get_by_role("status").filter(has_text="the present")).to_be_visible()
        await page.keyboard.press("[")
        await expect(page.get_by_role("status").filter(has_text="in the past")).to_be_visible()
        await expect(page).to_have_title(f"{session} – Sessions – Riffler")
        await looked.read()
        await page.go_back()
        await page.go_back()
        await expect(heading).to_have_text("Sessions")
        await expect(heading).to_be_focused()
        await expect(page).to_have_title("Sessions – Riffler")
        await looked.open("decision", decision)
        await expect(heading).to_have_text(f"Decision {decision}")
        await expect(page).to_have_title(f"{decision} – One decision, explained – Riffler")
        for name, title in [("regret", "Regret"), ("learned", "What it learned")]:
            await looked.open(name)
            await expect(page).to_have_title(f"{policy['model']}, {policy['digest']} – {title} – Riffler")
        await looked.open("cost")
        await expect(page).to_have_title("Cost – Riffler")


@pytest.mark.parametrize(("width", "stops"), [(320, True), (1900, False)])
async def test_only_what_scrolls_is_a_stop(browser: Browser, served: Served, width: int, stops: bool) -> None:
    """A table that is wider than its place can be reached by Tab, and has a name; one that fits can't."""
    await ask(served)
    found: list[tuple[bool, bool, bool]] = []
    async with looking(browser, str(served.client.base_url), viewport={"width": width, "height": 900}) as looked:
        for name in ("health", "session", "cost"):
            await looked.open(name)
            await looked.page.wait_for_selector("table", state="attached")
            await looked.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            await looked.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
            found += await looked.page.evaluate(
                "[...document.querySelectorAll('.scroll')].map((each) => [each.scrollWidth > each.clientWidth,"
                " each.tabIndex === 0, each.getAttribute('role') === 'region' && each.ariaLabel !== ''])"
            )
            await looked.nothing_serious()
    assert len(found) >= 4
    assert all(scrolls == stop == named for scrolls, stop, named in found), found
    assert any(scrolls for scrolls, *_ in found) == stops
