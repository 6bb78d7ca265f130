"""What the benchmarks share: medians of repeated runs, and a table with a floor beside each figure."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A measured figure.

    Attributes:
        what: What was measured.
        ms: Median, in milliseconds.
        p95_ms: 95th percentile, in milliseconds.
        floor: What the raw cost is taken to be.
        floor_ms: Its median, measured in the same run; None where there is none.
    """

    what: str
    ms: float
    p95_ms: float
    floor: str = ""
    floor_ms: float | None = None


async def times_ms(run: Callable[[], Any], repeats: int, warm_up: int = 3) -> list[float]:
    """Time a function, sync or async, after a few runs that don't count."""
    spent: list[float] = []
    for number in range(warm_up + repeats):
        start = time.perf_counter()
        result = run()
        if inspect.isawaitable(result):
            await result
        if number >= warm_up:
            spent.append((time.perf_counter() - start) * 1000)
    return spent


def figure(what: str, spent: list[float], floor: str = "", floor_spent: list[float] | None = None) -> Figure:
    """Make a figure of times."""
    floor_ms = statistics.median(floor_spent) if floor_spent else None
    return Figure(what, statistics.median(spent), percentile(spent, 0.95), floor, floor_ms)


def percentile(spent: list[float], share: float) -> float:
    """Give the value below which this share of the times lies."""
    return sorted(spent)[min(len(spent) - 1, int(len(spent) * share))]


def show(figures: list[Figure], as_json: bool) -> None:
    """Print figures, with the machine that they were taken on."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    if as_json:
        print(json.dumps({"machine": machine, "figures": [asdict(each) for each in figures]}))
        return
    print(machine)
    print(f"{'':<44} {'median':>10} {'p95':>10} {'floor':>10} {'ratio':>7}  floor is")
    for each in figures:
        floor = f"{each.floor_ms:>7.2f} ms" if each.floor_ms is not None else " " * 10
        ratio = f"{each.ms / each.floor_ms:>7.1f}" if each.floor_ms else " " * 7
        print(f"{each.what:<44} {each.ms:>7.2f} ms {each.p95_ms:>7.2f} ms {floor} {ratio}  {each.floor}")


def parse(parser: argparse.ArgumentParser, repeats: int) -> argparse.Namespace:
    """Add the options that every benchmark has, and read all."""
    parser.add_argument("--repeats", type=int, default=repeats, help=f"runs that count (default: {repeats})")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def main(run: Callable[[argparse.Namespace], Any], about: str, repeats: int) -> None:
    """Run a benchmark and show its figures."""
    options = parse(argparse.ArgumentParser(description=about), repeats)
    show(asyncio.run(run(options)), options.json)
