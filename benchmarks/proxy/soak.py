"""Many streaming clients at once through one Riffler for ten minutes: none mixed up, none lost, and memory stays flat.

    make soak
    python -m benchmarks.proxy.soak --seconds 120 --clients 200 --pieces 30 --pause-s 1

The clients are of OpenAI's own library; they and the model's server, which streams slowly, share a process. Riffler is
a `riffler serve` with everything on and its embedded server. Each line tells what was seen then; the last one is the
verdict. The exit code is 0 when all held, else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import httpx2
from benchmarks.proxy.clients import Clients, Tally
from benchmarks.proxy.flatness import Sample, sample, verdict
from benchmarks.proxy.servers import free_port, ready, riffler, started
from benchmarks.proxy.upstream import Upstream


async def run(options: argparse.Namespace) -> int:
    """Soak.

    Args:
        options: See `main`.

    Returns:
        The exit code.
    """
    with tempfile.TemporaryDirectory() as folder:
        log, port = Path(folder) / "serve.log", free_port()
        address = f"http://127.0.0.1:{port}"
        async with Upstream(options.pieces, options.pause_s) as upstream:
            command, environment = riffler(Path(folder) / "data", port, upstream.base_url)
            with started(command, environment, log) as service:
                await ready(service, f"{address}/readyz", log)
                clients = Clients(address, options.pieces)
                until = time.monotonic() + options.seconds
                watching = asyncio.create_task(_watch(service.pid, address, clients.tally, options.every_s))
                tally = await clients.run(options.clients, lambda: time.monotonic() < until, options.spread_s)
                watching.cancel()
                samples = (await asyncio.gather(watching, return_exceptions=True))[0]
                code = service.poll()
    return report(tally, samples if isinstance(samples, list) else [], options.clients, code)


def report(tally: Tally, samples: list[Sample], clients: int, code: int | None) -> int:
    """Print the verdict, and give the exit code."""
    flat, words = verdict(samples)
    whole = not tally.wrong and tally.conversations >= clients and code is None
    for line in tally.shown:
        print(line)
    wrong = ", ".join(f"{count} {kind}" for kind, count in tally.wrong.items()) or "none lost, none mixed up"
    print(
        f"{'HELD' if whole and flat else 'FAILED'}: {tally.answers} answers in {tally.conversations} conversations, at "
        f"most {tally.most} at once, {wrong}{'' if code is None else f', the service ended with {code}'}; {words}"
    )
    return 0 if whole and flat else 1


async def _watch(pid: int, address: str, tally: Tally, every_s: float) -> list[Sample]:
    """Sample until cancelled."""
    began, samples = time.monotonic(), []
    async with httpx2.AsyncClient(timeout=60.0) as http:
        try:
            while True:
                at_s = time.monotonic() - began
                try:
                    seen = sample(pid, at_s)
                    page = (await http.get(f"{address}/api/v1/sessions", params={"limit": 1000})).json()
                except (OSError, httpx2.HTTPError) as exc:
                    print(f"{at_s:6.0f} s  nothing to be seen: {type(exc).__name__}", flush=True)
                else:
                    samples.append(seen)
                    print(
                        f"{at_s:6.0f} s  service {seen.service_mib:6.1f} MiB  store {seen.store_mib:5.1f} MiB  "
                        f"sessions {len(page['items']):4}  streaming {tally.streaming:3}  answers {tally.answers:6}  "
                        f"wrong {tally.wrong.total()}",
                        flush=True,
                    )
                await asyncio.sleep(every_s)
        except asyncio.CancelledError:
            return samples


def main() -> None:
    """Read the options, soak, and exit with the verdict."""
    parser = argparse.ArgumentParser("python -m benchmarks.proxy.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600.0, help="how long conversations begin (default: 600)")
    parser.add_argument("--clients", type=int, default=200, help="clients at once (default: 200)")
    parser.add_argument("--pieces", type=int, default=30, help="pieces of an answer (default: 30)")
    parser.add_argument("--pause-s", type=float, default=1.0, help="seconds before each piece (default: 1)")
    parser.add_argument("--spread-s", type=float, default=30.0, help="seconds over which clients begin (default: 30)")
    parser.add_argument("--every-s", type=float, default=10.0, help="seconds between samples (default: 10)")
    sys.exit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
