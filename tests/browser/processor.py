"""What opening a page takes of processors: a clock that others' work on this machine hardly hurries."""

from playwright.async_api import Browser
from tests.browser.looking import looking
from tests.e2e.served import Served


async def opening_s(browser: Browser, served: Served, session: str) -> float:
    """Open a session's page in a browser that knows nothing, and add up what was spent until its text is painted.

    Args:
        browser: The browser.
        served: The service.
        session: The session.

    Returns:
        Seconds of the service and of the process that has the page, which runs its scripts, lays it out and paints it.
    """
    sight = {"width": 1200, "height": 900}
    async with looking(browser, str(served.client.base_url), viewport=sight) as looked:
        before, service = await _pages_s(browser), served.cpu_s()
        await looked.page.goto(f"{looked.address}#/session/{session}")
        await looked.page.wait_for_selector(".seen")
        await looked.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        after = await _pages_s(browser)
        spent = sum(seconds - before.get(process, 0.0) for process, seconds in after.items())
        assert spent > 0
        await looked.read()  # or the next one would wait for the rest of it
        return spent + served.cpu_s() - service


async def _pages_s(browser: Browser) -> dict[int, float]:
    """Give what each process with a page has spent, by its number."""
    debugger = await browser.new_browser_cdp_session()
    found = await debugger.send("SystemInfo.getProcessInfo")
    await debugger.detach()
    return {each["id"]: each["cpuTime"] for each in found["processInfo"] if each["type"] == "renderer"}
