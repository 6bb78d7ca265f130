"""A Redis of a test's own, that it takes away and gives back."""

import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.server_binary import find_server
from riffler.service.settings import read_settings


@dataclass
class OwnRedis:
    """A server that an operator would run, in a folder, with its data on disk; it runs for the time of a `with`."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    @property
    def url(self) -> str:
        """Its address."""
        return f"unix://{self.folder / 'own.sock'}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        options = "--port 0 --unixsocket own.sock --appendonly yes --appendfsync always --save".split()
        self.process = subprocess.Popen(
            [find_server(), *options, ""], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while not (self.folder / "own.sock").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill it, as a crash does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        (self.folder / "own.sock").unlink(missing_ok=True)

    def hang(self) -> None:
        """Stop it: it takes what is sent, and does nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def service_on(
    url: str, model: ScriptedEngine, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Riffler]]:
    """Serve on a Redis of one's own."""
    read = read_settings(redis_url=url, lease_s=2, **settings)
    async with Riffler(read, engine=model) as riffler, served(riffler) as client:
        yield client, riffler
