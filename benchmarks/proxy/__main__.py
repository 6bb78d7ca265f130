"""What Riffler adds to a chat completion, beside LiteLLM's proxy, a bare relay and the same upstream called straight.

    python -m venv .peer && .peer/bin/pip install "litellm[proxy]==1.106.*"
    python -m benchmarks.proxy --peer .peer/bin/litellm --out proxy.json

All proxies run at once, each one process, before one upstream that answers at once; the clients and the upstream share
the machine with them. Each round asks each of them in turn, at each number of clients, beginning with another one each
time. Every answer is checked. Riffler is there three times: with everything off, with everything on but no model steps
of its own (rewrites by rule), and with everything on: then arms ask the model to reword the query, and what that takes
goes by the model.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.proxy.inside import a_turn, counted
from benchmarks.proxy.load import Load, Target, load
from benchmarks.proxy.servers import bare_environment, free_port, ready, riffler, started
from benchmarks.proxy.summary import STRAIGHT, Cell, plain, rows, table

PIECES = 5
FLOOR = "bare relay (the floor)"
PEER = "LiteLLM"
RIFFLERS: dict[str, dict[str, str]] = {
    "Riffler, off": {"tools": "none", "rewriting": "false", "fitting": "false"},
    "Riffler, on, rewrites by rule": {"rewrites_by": "rule"},
    "Riffler, on": {},
}


async def run(options: argparse.Namespace) -> dict[str, object]:
    """Measure.

    Args:
        options: See `main`.

    Returns:
        All that was measured.
    """
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        targets = await _start(Path(name), stack, options.peer)
        before = {each.name: await counted(each.port) for each in targets if each.name in RIFFLERS}
        rounds = [await _round(targets, options, number) for number in range(options.rounds)]
        after = {each.name: await counted(each.port) for each in targets if each.name in RIFFLERS}
    summed = rows(rounds, PEER)
    inside = {name: a_turn(before[name], after[name]) for name in before}
    print(table(summed))
    for name, turn in inside.items():
        if turn:
            parts = ", ".join(f"{part} {spent:.1f}" for part, spent in turn.items() if part != "calls")
            print(f"{name}: {turn['calls']:.2f} calls of the model a turn; on average, in ms: {parts}")
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    return {"machine": machine, "rows": [vars(row) for row in summed], "a_turn": inside, "rounds": plain(rounds)}


async def _start(folder: Path, stack: ExitStack, peer: str | None) -> list[Target]:
    """Start all servers, and give those that are asked."""
    upstream = free_port()
    url = f"http://127.0.0.1:{upstream}/v1"
    python = bare_environment(UPSTREAM=url)
    serving = [sys.executable, "-m", "benchmarks.proxy.upstream", "--port", str(upstream), "--pieces", str(PIECES)]
    await _serve(stack, folder, serving, python, f"{url}/models")
    targets = [Target(STRAIGHT, upstream), Target(FLOOR, free_port())]
    relay = ["-m", "uvicorn", "benchmarks.proxy.relay:app", "--port", str(targets[1].port), "--no-access-log"]
    await _serve(stack, folder, [sys.executable, *relay], python, f"http://127.0.0.1:{targets[1].port}/v1/models")
    for number, (name, settings) in enumerate(RIFFLERS.items()):
        target = Target(name, free_port())
        command, environment = riffler(folder / f"data-{number}", target.port, url, **settings)
        await _serve(stack, folder, command, environment, f"http://127.0.0.1:{target.port}/readyz")
        targets.append(target)
    if peer is not None:
        targets.append(await _start_peer(folder, stack, peer, url))
    return targets


async def _start_peer(folder: Path, stack: ExitStack, command: str, url: str) -> Target:
    """Start LiteLLM's proxy with one model, a master key and nothing else."""
    target = Target(PEER, free_port(), f"sk-{secrets.token_hex(24)}")
    config = folder / "litellm.yaml"
    model = {"model": "openai/local", "api_base": url, "api_key": "none"}
    models = {"model_list": [{"model_name": "local", "litellm_params": model}]}
    config.write_text(json.dumps(models), "utf-8")  # JSON is YAML, too
    serving = [command, "--config", str(config), "--host", "127.0.0.1", "--port", str(target.port)]
    settings = {"MASTER_KEY": target.key, "LOCAL_MODEL_COST_MAP": "True", "LOG": "ERROR", "TELEMETRY": "False"}
    environment = bare_environment(**{f"LITELLM_{name}": value for name, value in settings.items()})
    await _serve(stack, folder, serving, environment, f"http://127.0.0.1:{target.port}/health/liveliness")
    return target


async def _serve(stack: ExitStack, folder: Path, command: list[str], environment: dict[str, str], url: str) -> None:
    log = folder / f"{secrets.token_hex(4)}.log"
    process = stack.enter_context(started(command, environment, log))
    _progress(f"started {' '.join(Path(part).name for part in command[:4])}, waits for it")
    await ready(process, url, log)


async def _round(targets: list[Target], options: argparse.Namespace, number: int) -> dict[Cell, Load]:
    turned = targets[number % len(targets) :] + targets[: number % len(targets)]
    found: dict[Cell, Load] = {}
    for clients in options.clients:
        for target in turned:
            found[target.name, clients] = came = await load(target, clients, options.seconds, PIECES)
            _progress(
                f"round {number + 1} of {options.rounds}, {clients:2} clients, {target.name:<30} "
                f"{came.median_ms:8.2f} ms  p95 {came.p95_ms:8.2f} ms  {came.per_s:6.0f}/s"
            )
    return {(target.name, clients): found[target.name, clients] for target in targets for clients in options.clients}


def _progress(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Read the options, measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser("python -m benchmarks.proxy", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peer", help="LiteLLM's command, in an environment of its own; without it there is no peer")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds of each cell of a round (default: 4)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64], help="clients (default: 1 16 64)")
    parser.add_argument("--out", type=Path, help="a file for all that was measured, as JSON")
    options = parser.parse_args()
    measured = asyncio.run(run(options))
    if options.out is not None:
        options.out.write_text(json.dumps(measured, indent=1), "utf-8")


if __name__ == "__main__":
    main()
