"""Requests a second at 1, 16 and 64 clients, beside a bare FastAPI endpoint on the same server and in the same run.

    python benchmarks/throughput.py [--workers 2]

The clients run in a process of their own, and share the machine's cores with the service.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from measure import percentile

SECONDS = 3.0
CLIENTS = (1, 16, 64)


def bare() -> object:
    """Make the floor: an app with one endpoint that does nothing."""
    from fastapi import FastAPI  # noqa: PLC0415 - only in the floor's process

    app = FastAPI()

    @app.get("/bare")
    async def nothing() -> dict[str, str]:
        return {"status": "ok"}

    return app


async def load(address: str, method: str, path: str, body: object, clients: int) -> tuple[float, list[float]]:
    """Send requests for a few seconds; give how many a second, and the time of each in milliseconds."""
    spent: list[float] = []
    until = time.perf_counter() + SECONDS

    async def one(number: int) -> None:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            while time.perf_counter() < until:
                start = time.perf_counter()
                target = path.replace("{client}", str(number))
                response = await client.request(method, target, json=body)
                response.raise_for_status()
                spent.append((time.perf_counter() - start) * 1000)

    start = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(clients)))
    return len(spent) / (time.perf_counter() - start), spent


async def ready(address: str, path: str) -> None:
    """Wait until a server answers."""
    async with httpx.AsyncClient(base_url=address) as client:
        for _ in range(600):
            try:
                if (await client.get(path)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit(f"nothing answers at {address}")


async def run(options: argparse.Namespace) -> list[dict[str, object]]:
    """Measure."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        command = str(Path(sys.executable).with_name("riffler"))
        workers = ["--workers", str(options.workers)]
        service = subprocess.Popen([command, "serve", "--port", "8011", "--data-folder", f"{folder}/data", *workers])
        floor = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "throughput:bare", "--factory", "--port", "8012",
             "--log-level", "error", *workers],
            cwd=Path(__file__).parent,
        )  # fmt: skip
        try:
            await ready("http://127.0.0.1:8011", "/readyz")
            await ready("http://127.0.0.1:8012", "/bare")
            async with httpx.AsyncClient(base_url="http://127.0.0.1:8011") as client:
                for number in range(max(CLIENTS)):
                    await client.post("/api/v1/sessions", json={"session": f"s{number}"})
            say = {"messages": [{"role": "user", "content": "The boat is blue."}]}
            for what, port, method, path, body in (
                ("bare endpoint (the floor)", 8012, "GET", "/bare", None),
                ("GET a session", 8011, "GET", "/api/v1/sessions/s{client}", None),
                ("append a message", 8011, "POST", "/api/v1/sessions/s{client}/messages", say),
                ("ask (engine reader)", 8011, "POST", "/api/v1/ask", {"question": "Where is the boat?"}),
            ):
                for clients in CLIENTS:
                    runs = [await load(f"http://127.0.0.1:{port}", method, path, body, clients) for _ in range(3)]
                    a_second, spent = sorted(runs, key=lambda each: each[0])[1]
                    rows.append(
                        {
                            "what": what, "clients": clients, "requests_per_s": a_second,
                            "p50_ms": statistics.median(spent), "p95_ms": percentile(spent, 0.95),
                        }
                    )  # fmt: skip
        finally:
            for process in (service, floor):
                process.terminate()
                process.wait()
    return rows


def main() -> None:
    """Read the options, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1, help="processes that serve (default: 1)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = asyncio.run(run(options))
    if options.json:
        print(json.dumps({"cores": os.cpu_count(), "workers": options.workers, "rows": rows}))
        return
    print(f"{os.cpu_count()} cores, {options.workers} worker(s), median of 3 rounds of {SECONDS:g} s")
    print(f"{'':<28} {'clients':>7} {'per s':>8} {'p50':>10} {'p95':>10}")
    for row in rows:
        print(
            f"{row['what']:<28} {row['clients']:>7} {row['requests_per_s']:>8.0f} {row['p50_ms']:>7.1f} ms "
            f"{row['p95_ms']:>7.1f} ms"
        )


if __name__ == "__main__":
    main()
