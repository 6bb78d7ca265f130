"""A real `riffler serve`, in processes of its own, for end-to-end tests."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.e2e.commands import Forked

from riffler.service.memory.embedded import EmbeddedServer

COMMAND = str(Path(sys.executable).with_name("riffler"))
START_S = 120.0


def free_port() -> int:
    """Find a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def environment(**settings: str) -> dict[str, str]:
    """Give an environment with these settings alone of Riffler's; the engine is `reader` unless one is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    return kept | {f"RIFFLER_{name.upper()}": value for name, value in {"engine": "reader", **settings}.items()}


@dataclass(frozen=True)
class Served:
    """A service that runs.

    Attributes:
        process: What was started; with several workers, their parent.
        client: A client with its address.
        errors: Where its standard error goes.
    """

    process: subprocess.Popen[bytes] | Forked
    client: httpx.AsyncClient
    errors: Path

    def workers(self) -> list[int]:
        """Give the processes that serve, when there are several."""
        listed = subprocess.run(  # the path of `ps` differs between systems
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        rows = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
        return [int(pid) for pid, arguments in rows if "spawn_main" in arguments]

    def redis(self) -> list[int]:
        """Give the embedded servers that run on its data folder: one, or none while it is started anew."""
        listed = subprocess.run(
            ["ps", "-eww", "-o", "pid=,args="],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        socket_path = EmbeddedServer(self.errors.parent / "data").socket  # the server's title names it
        rows = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
        return [int(pid) for pid, title in rows if title.endswith(f"unixsocket:{socket_path}")]

    def cpu_s(self) -> float:
        """Give the processor time that a service of one process has used: a clock that others' work doesn't hurry."""
        ticks = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    async def stop(self) -> int:
        """End it as an operator does, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, START_S)


@asynccontextmanager
async def serving(
    folder: Path, *arguments: str, port: int | None = None, alone: bool = False, **settings: str
) -> AsyncIterator[Served]:
    """Serve on a data folder until the block ends.

    Args:
        folder: Where data and the log go.
        *arguments: More of the command's arguments.
        port: The port; None takes a free one.
        alone: Whether the process is started as an operator does it, with all its imports: several workers need that.
        **settings: As environment variables.

    Yields:
        The service, ready.
    """
    port = free_port() if port is None else port
    errors = folder / f"serve-{port}.log"
    command = ["serve", "--port", str(port), "--data-folder", str(folder / "data"), *arguments]
    process: subprocess.Popen[bytes] | Forked
    if alone:
        with errors.open("wb") as log:
            process = subprocess.Popen([COMMAND, *command], env=environment(**settings), stderr=log, cwd=folder)  # noqa: ASYNC220
    else:
        nowhere = Path(os.devnull)
        process = Forked(command, environment(**settings), (nowhere, nowhere, errors), folder)
    # Connections aren't kept: one that leads to a worker that is killed says nothing of the others.
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits) as client:
        served = Served(process, client, errors)
        try:
            await _until_ready(served)
            yield served
        finally:
            if process.poll() is None:
                await served.stop()


async def _until_ready(served: Served) -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert served.process.poll() is None, served.errors.read_text("utf-8")
        assert time.monotonic() < deadline, served.errors.read_text("utf-8")
        try:
            if (await served.client.get("/readyz")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)


async def persistently(
    client: httpx.AsyncClient, path: str, body: dict[str, Any] | None, name: str, method: str = "POST"
) -> httpx.Response:
    """Send a change under a name, and send it again until somebody answers it.

    Args:
        client: The client.
        path: Where to.
        body: What to send.
        name: Its `Idempotency-Key`.
        method: How.

    Returns:
        The first answer that isn't "try again".
    """
    while True:
        try:
            response = await client.request(method, path, json=body, headers={"Idempotency-Key": name})
        except httpx.TransportError:
            await asyncio.sleep(0.1)
            continue
        if response.headers.get("retry-after") is None:
            return response
        await asyncio.sleep(0.2)


async def streamed(client: httpx.AsyncClient, path: str, body: dict[str, Any], name: str) -> dict[str, Any]:
    """Ask for events under a name, and ask again until the last of them is the answer.

    Args:
        client: The client.
        path: Where to.
        body: What to ask.
        name: Its `Idempotency-Key`.

    Returns:
        The answer.
    """
    headers = {"Idempotency-Key": name, "Accept": "text/event-stream"}
    while True:
        try:
            response = await client.post(path, json=body, headers=headers)  # the whole stream
        except httpx.TransportError:
            await asyncio.sleep(0.1)
            continue
        last = response.text.rstrip().rpartition("\n\n")[2]
        if last.startswith("event: answer\n"):
            answer: dict[str, Any] = json.loads(last.partition("data: ")[2])
            return answer
        assert response.headers.get("retry-after") is not None or last.startswith("event: problem\n"), response.text
        await asyncio.sleep(0.2)
