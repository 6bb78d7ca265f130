"""Real servers, set up as badly as the tests want, and a way to run a check on them."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from riffler.service.agent.health.finding import Result
from riffler.service.doctor.check import Check
from riffler.service.doctor.examine import examine
from riffler.service.doctor.subject import Subject
from riffler.service.memory.server_binary import find_server
from riffler.service.settings import Settings, read_settings

Examined = Callable[..., Awaitable[dict[str, Result]]]
Serving = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests gets in, nor the tests' engine."""
    for name in ("REDIS_URL", *(f"RIFFLER_{field.upper()}" for field in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serving]:
    """Start servers with options of a test's own; each is asked by the address that this gives."""
    async with AsyncExitStack() as stack:

        async def started(*options: str) -> str:
            return await stack.enter_async_context(_server(tmp_path, options))

        yield started


@asynccontextmanager
async def _server(folder: Path, options: tuple[str, ...]) -> AsyncIterator[str]:
    path = folder / "server.sock"
    base = ("--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--loglevel", "warning")
    process = subprocess.Popen([find_server(), *base, *options], stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - returns at once
    try:
        while not await _answers(path):  # noqa: ASYNC110 - it waits for another process
            await asyncio.sleep(0.01)
        yield f"unix://{path}"
    finally:
        process.kill()
        process.wait()


async def _answers(path: Path) -> bool:
    """Tell whether a server says anything at all: one with a password refuses, and is there."""
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    writer.write(b"PING\r\n")
    said = await reader.readline()
    writer.close()
    return bool(said)


@pytest.fixture
def examined(data_folder: Path) -> Examined:
    """Run checks on the settings of a test, and give the results by name."""

    async def run(*checks: Check, quick: bool = False, device: bool = False, **settings: Any) -> dict[str, Result]:
        given = {"data_folder": data_folder, "engine": "reader", **settings}
        subject = Subject(read_settings(**given), {}, quick=quick, device=device)
        try:
            return {result.check: result async for result in examine(subject, *([checks] if checks else []))}
        finally:
            await subject.aclose()

    return run
