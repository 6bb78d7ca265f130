"""Makes the README's pictures of the dashboard, from a learning run and a session that are really asked for them.

    python -m tests.browser.screenshots

The demo's learning run and the session have fixed seeds, so that each figure is the same at each run, but for times and
ids. It takes about two minutes, and writes into `docs/`. One that is too large is an error: take a smaller window.
"""

import asyncio
import subprocess
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Page
from tests.browser.looking import browsing, looking
from tests.e2e.served import COMMAND, Served, environment, serving

from riffler.service.evaluation.streams import make_stream

SHOTS = ("regret", "session")
"""Which pages: of `ROUTES`."""
FOLDER = Path(__file__).parents[2] / "docs"
WIDTH = 1160
MOST_BYTES = 150_000
SEED = 1
SESSION = "register"


async def _as_it_is(_page: Page) -> None:
    """Do nothing."""


async def _asked(page: Page) -> None:
    """Ask as a user does, and give a thumb."""
    stream = make_stream(SEED)
    await page.locator("input[type=file]").set_input_files(
        {"name": "register.txt", "mimeType": "text/plain", "buffer": stream.text.encode()}
    )
    await page.get_by_label("Question").fill(_question(list(stream.current)))
    await page.get_by_label("Question").press("Control+Enter")
    await page.get_by_role("button", name="good").click()
    await page.locator(".became", has_text="learned").wait_for()


@dataclass(frozen=True)
class Shot:
    """A picture.

    Attributes:
        route: The page's route; `{policy}` is the one that learned, `{session}` the one that was asked.
        first: What is done on the page before.
        height: Of the window, in pixels.
    """

    route: str
    first: Callable[[Page], Awaitable[None]] = _as_it_is
    height: int = 900


ROUTES = {
    "regret": Shot("regret/{policy}/against=all"),
    "learned": Shot("learned/{policy}"),
    "session": Shot(f"session/{SESSION}"),
    "cost": Shot("cost"),
    "health": Shot("health"),
    "try": Shot("try", _asked, height=1080),
}


def _question(names: list[str]) -> str:
    return f"What are the current values of {', '.join(names[:4])} and {names[4]}?"


async def _ask(served: Served) -> None:
    """Ask a question in a session that has a name."""
    stream = make_stream(SEED)
    made = await served.client.post("/api/v1/sessions", json={"session": SESSION})
    made.raise_for_status()
    asked: dict[str, Any] = {"question": _question(list(stream.current)), "contexts": [stream.text]}
    (await served.client.post(f"/api/v1/sessions/{SESSION}/ask", json=asked)).raise_for_status()


def _write(path: Path, picture: bytes) -> int:
    """Write a picture with few colours, which makes it a third as large; give its bytes."""
    few = Image.open(BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    size = path.stat().st_size
    assert size <= MOST_BYTES, f"{path.name} has {size} bytes, more than {MOST_BYTES}"
    return size


async def main() -> None:
    """Make the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="riffler-screenshots-") as made:
        folder = Path(made)
        demo = [COMMAND, "demo", "--seed", str(SEED), "--folder", str(folder / "data")]
        await asyncio.to_thread(subprocess.run, demo, check=True, env=environment(), stdin=subprocess.DEVNULL)
        async with serving(folder) as served, browsing() as browser:
            policy = (await served.client.get("/api/v1/policies")).json()[0]["digest"]
            await _ask(served)
            for name in SHOTS:
                shot = ROUTES[name]
                address = str(served.client.base_url)
                window = {"width": WIDTH, "height": shot.height}
                async with looking(browser, address, viewport=window, color_scheme="light", locale="en") as looked:
                    await looked.open(*shot.route.format(policy=policy).split("/"))
                    await shot.first(looked.page)
                    await looked.read()
                    await looked.page.wait_for_timeout(500)  # charts are drawn in the next frame
                    picture = await looked.page.screenshot(animations="disabled")
                print(name, _write(FOLDER / f"{name}.png", picture))


if __name__ == "__main__":
    asyncio.run(main())
