"""Servers of the benchmarks, each a process with an environment of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]
RIFFLER = str(Path(sys.executable).with_name("riffler"))
START_S = 600.0
STOP_S = 30.0


def free_port() -> int:
    """Find a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def bare_environment(**given: str) -> dict[str, str]:
    """Give this process's environment without settings of Riffler's and Redis's, and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    return kept | given


@contextmanager
def started(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends.

    Args:
        command: Program and arguments.
        environment: Its whole environment.
        log: Where what it says goes.

    Yields:
        The process.
    """
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=dict(environment), stdout=said, stderr=said, cwd=ROOT)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def riffler(folder: Path, port: int, upstream: str, **settings: str) -> tuple[list[str], dict[str, str]]:
    """Give command and environment of a Riffler before a model's server.

    Args:
        folder: Where its data go.
        port: Its port.
        upstream: The server's address, with `/v1`.
        **settings: Its settings.
    """
    given = {"engine": "openai", "model": "local", "base_url": upstream, "data_folder": str(folder), **settings}
    named = {f"RIFFLER_{name.upper()}": value for name, value in given.items()}
    return [RIFFLER, "serve", "--port", str(port)], bare_environment(**named)


async def ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until a server answers an address with 200.

    Args:
        process: The server's.
        url: The address.
        log: What it said, to show where it ended.
    """
    deadline = asyncio.get_running_loop().time() + START_S
    async with httpx2.AsyncClient() as client:
        while asyncio.get_running_loop().time() < deadline:
            if process.poll() is not None:
                break
            try:
                if (await client.get(url)).status_code == httpx2.codes.OK:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.2)
    said = log.read_text("utf-8", "replace")  # noqa: ASYNC240 - all ends here
    raise SystemExit(f"nothing answers at {url}:\n{said[-4000:]}")
