"""The dashboard's page of a session of a million tokens: from the navigation to its text on the screen.

    python benchmarks/dashboard.py

Needs the extra `dev`, and Chromium. The service keeps no session between requests (`cold`), or does (`warm`); the
browser begins with nothing each time. The floor is the page of a session of one short message.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from measure import Figure, figure, main, times_ms
from playwright.async_api import Browser, async_playwright
from session_1m import large_session

from riffler.service.inference.reader import ReaderEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey
from riffler.tools.arrival import append
from riffler.tools.messages import Message
from riffler.tools.piece_pages import FIRST, page_from
from riffler.tools.pieces import Pieces
from riffler.tools.token_parts import token_parts

COMMAND = str(Path(sys.executable).with_name("riffler"))
LARGE, LONG, SHORT = (SessionKey("local", name) for name in ("large", "long", "short"))


@asynccontextmanager
async def serving(data: Path, cache_characters: int) -> AsyncIterator[str]:
    """Serve a data folder; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    settings = os.environ | {"RIFFLER_CACHE_CHARACTERS": str(cache_characters)}
    with (data.parent / "serve.log").open("ab") as log:
        command = [COMMAND, "serve", "--port", str(port), "--data-folder", str(data)]
        process = subprocess.Popen(command, env=settings, stderr=log)
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None, (data.parent / "serve.log").read_text()
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait)


async def opened_ms(browser: Browser, address: str, session: str) -> float:
    """Time the opening of a session's page in a browser that knows nothing, until its text is on the screen."""
    context = await browser.new_context(viewport={"width": 1200, "height": 900})
    page = await context.new_page()
    begun = time.perf_counter()
    await page.goto(f"{address}/dashboard/#/session/{session}")
    await page.wait_for_selector(".seen")
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    spent = time.perf_counter() - begun
    await page.wait_for_selector("[aria-busy=true]", state="detached")  # or the next one would wait for the rest of it
    await context.close()
    return spent * 1000


async def times_open(browser: Browser, address: str, session: str, repeats: int) -> list[float]:
    """Time it again and again; the first two don't count."""
    return [await opened_ms(browser, address, session) for _ in range(repeats + 2)][2:]


async def parts(store: RedisMemoryStore, engine: ReaderEngine, repeats: int) -> list[Figure]:
    """Measure what the service does for it, each by itself, on what nobody has read yet."""
    memory = await store.load(LARGE)

    def page() -> str:
        pieces = Pieces(memory)
        shown = page_from(pieces, FIRST, 24_000).shown
        return json.dumps([(each.piece.kind, each.text) for each in shown])

    async def counted() -> None:
        token_parts(await store.load(LARGE), engine.counter, None)

    return [
        figure("load, cold", await times_ms(lambda: store.load(LARGE), repeats)),
        figure("a page of pieces, and its JSON", await times_ms(page, repeats)),
        figure("load and tokens by part, cold", await times_ms(counted, repeats)),
    ]


async def run(options: argparse.Namespace) -> list[Figure]:
    """Measure."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    engine = ReaderEngine()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        connection = RedisConnection(embedded=EmbeddedServer(data))
        store = RedisMemoryStore(connection, cache_characters=0)
        memory = await large_session(store, engine, LARGE)
        text = "\n".join(text for message in memory.messages for text in message.texts)
        for key, said in ((LONG, text), (SHORT, "It is here.")):
            await store.commit(
                key, made := await store.create(key), [append(made, [Message.user(said)], engine.counter)], "app"
            )
        figures = await parts(store, engine, options.repeats)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
            for how, characters in (("cold", 0), ("warm", 32_000_000)):
                async with serving(data, characters) as address:
                    floor = await times_open(browser, address, SHORT.session, options.repeats)
                    for what, key in (("2,000 messages", LARGE), ("one message", LONG)):
                        spent = await times_open(browser, address, key.session, options.repeats)
                        figures.append(figure(f"open, {what}, {how}", spent, "one short message", floor))
            await browser.close()
        await connection.aclose()
    return figures


if __name__ == "__main__":
    main(run, __doc__ or "", repeats=15)
