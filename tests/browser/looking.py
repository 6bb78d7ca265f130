"""A real Chromium, without a window, that looks at the dashboard and minds what no page may do."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

AXE = Path(__file__).parent / "axe" / "axe.min.js"
_PATIENCE_MS = 15_000
_REPORTS_MS = 60_000
"""Several reports take seconds of a processor each, one behind the other, and tests share two."""
expect.set_options(timeout=_PATIENCE_MS)  # which a page's own default doesn't reach
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP *.test 127.0.0.1"]
"""Names under `test` are this machine, but none of those for which browsers take a page without https for secure."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """Run a browser: the one that `tests/browser/chromium` saw to."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    async with async_playwright() as playwright:
        # Tests may run as root, where Chromium's sandbox can't; it only ever opens pages that are served here.
        browser = await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Looked:
    """A page that is looked at, with all that it asked for and complained of.

    Attributes:
        page: Playwright's page.
        address: Of the dashboard, with a slash at its end.
        requests: All addresses that it asked for.
        complaints: What it wrote to the console as an error or a warning, and errors that nobody caught, each with the
            address that it is about.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.requests: list[str] = []
        self.complaints: list[tuple[str, str]] = []
        self._may_fail = set[str]()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append((f"uncaught: {error}", page.url)))
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append((said.text, said.location["url"]))

    async def open(self, *route: str) -> None:
        """Open a page of the dashboard by its route, as in `open("regret", digest)`, and wait until it is read."""
        await self.page.goto(f"{self.address}#/{'/'.join(route)}")
        await self.read()

    async def read(self) -> None:
        """Wait until nothing on the page is still being read."""
        await self.page.wait_for_selector("main h1")
        await self.page.wait_for_selector("[aria-busy=true]", state="detached", timeout=_REPORTS_MS)

    async def alerts(self) -> list[str]:
        """Read what the page's alerts say, but for those that have nothing to say."""
        return [said for said in await self.page.get_by_role("alert").all_inner_texts() if said]

    async def figures(self, name: str) -> list[list[str]]:
        """Read a table's body by its caption: the cells' texts, row by row, also of one that is folded away."""
        cells = """(table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent))"""
        table = self.page.locator("table", has=self.page.locator("caption", has_text=name)).first
        found: list[list[str]] = await table.evaluate(cells)
        return found

    async def fine(self, words: str) -> None:
        """Assert that a page says something, has no alert, and is fit for everybody's eyes."""
        await expect(self.page.get_by_role("main")).to_contain_text(words)
        await self.read()
        assert not (said := await self.alerts()), said
        await self.nothing_serious()

    async def nothing_serious(self) -> None:
        """Assert that axe finds nothing serious or critical, in light and in dark."""
        schemes: list[Literal["light", "dark"]] = ["light", "dark"]
        for scheme in schemes:
            await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way
            await self.page.evaluate(
                AXE.read_text("utf-8") + ";undefined"
            )  # past the pages' own policy, as a debugger may
            found: dict[str, Any] = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            serious = [
                (each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:5]])
                for each in found["violations"]
                if each["impact"] in {"serious", "critical"}
            ]
            assert not serious, f"{scheme}: {json.dumps(serious, indent=1)}"

    @contextmanager
    def failing(self) -> Iterator[None]:
        """What is asked for in here, or fails in here, may fail; browsers complain of it, perhaps only later."""
        asked, said = len(self.requests), len(self.complaints)
        yield
        self._may_fail.update(self.requests[asked:], (about for _, about in self.complaints[said:]))

    def strangers(self) -> list[str]:
        """Give the addresses it asked for that are of another origin than the dashboard."""
        own = urlsplit(self.address)[:2]
        return [url for url in self.requests if (of := urlsplit(url))[:2] != own and of.scheme not in {"data", "blob"}]

    def unpardoned(self) -> list[tuple[str, str]]:
        """Give the complaints but for those of requests that might fail."""
        return [
            (said, about)
            for said, about in self.complaints
            if "Failed to load resource" not in said or about not in self._may_fail
        ]


@asynccontextmanager
async def looking(browser: Browser, served: str, **context: Any) -> AsyncIterator[Looked]:
    """Look at the dashboard of a service. At the end nothing may have left the host, and nothing have gone wrong.

    Args:
        browser: The browser.
        served: The service's address.
        **context: What Playwright's context takes, as `viewport`.

    Yields:
        A page that has opened nothing yet.
    """
    opened = await browser.new_context(**context)
    try:
        looked = Looked(await opened.new_page(), f"{str(served).rstrip('/')}/dashboard/")
        yield looked
        assert not (strangers := looked.strangers()), strangers
        assert not (unpardoned := looked.unpardoned()), unpardoned
    finally:
        await opened.close()
