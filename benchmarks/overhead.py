"""Everything that Riffler adds around the engine for one question, and where it goes.

    python benchmarks/overhead.py

The engine answers at once, so what is measured is Riffler: lease, working memory, features, policy, decision log, arm
and guard, graph, commits; over HTTP also uvicorn, FastAPI and the client. Aim: under 15 ms at the median.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx
import uvicorn
from measure import Figure, figure, main, times_ms

from riffler.bandits.policies.fixed import Fixed
from riffler.service.app import Riffler
from riffler.service.http.app import create_app
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.serving import core_of
from riffler.service.settings import read_settings

QUESTION = "Where is the blue boat?"


async def run(options: argparse.Namespace) -> list[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(data_folder=Path(folder) / "data")
        engine = ScriptedEngine(lambda _: "In the harbour.")
        # A fixed arm, so that the arm which asks the engine doesn't add a call of its own to some of the questions.
        async with Riffler(settings, engine=engine, policy=Fixed("none")) as riffler:
            return [*await _inside(riffler, options.repeats), *await _over_http(riffler, options.repeats)]


async def _inside(riffler: Riffler, repeats: int) -> list[Figure]:
    parts: dict[str, list[float]] = defaultdict(list)
    rest: list[float] = []

    async def ask() -> None:
        start = time.perf_counter()
        answer = await riffler.ask(QUESTION)
        whole = (time.perf_counter() - start) * 1000
        for part, spent in answer.times_ms.items():
            parts[part].append(spent)
        rest.append(whole - sum(answer.times_ms.values()))

    whole = await times_ms(ask, repeats)
    ping = await times_ms(riffler.sessions.ping, repeats)
    named = [figure(f"  {part}", spent) for part, spent in parts.items()]
    return [
        figure("a question, in the process", whole, "one ping of Redis", ping),
        *named,
        figure("  lease, new session, graph", rest),
    ]


async def _over_http(riffler: Riffler, repeats: int) -> list[Figure]:
    app = create_app(core_of(riffler), max_body_bytes=1_000_000, shutdown_s=1.0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `riffler serve` does
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address) as client:
            asked = await times_ms(lambda: client.post("/api/v1/ask", json={"question": QUESTION}), repeats)
            alive = await times_ms(lambda: client.get("/livez"), repeats)
        server.should_exit = True
        await serving
    return [figure("a question, over HTTP", asked, "GET /livez", alive)]


if __name__ == "__main__":
    main(run, __doc__ or "", repeats=300)
