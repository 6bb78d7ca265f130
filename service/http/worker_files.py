"""The files in which worker processes count, and what becomes of those of workers that were killed.

A worker writes `counter_PID.db`, `histogram_PID.db` and one file for each kind of gauge. A scrape adds them up. The
files of the dead are folded into one of each kind, so that neither files nor the time of a scrape grow with deaths.
What was counted stays: a counter never falls. All of it runs under one lock, or a scrape would read a dead worker's
counts twice, or not at all. (A scraper that is killed between the two steps of a fold leaves counts that are doubled
from then on; that is a few microseconds of its life.)
"""

from __future__ import annotations

import fcntl
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

_DEAD = "dead"


def together(folder: Path) -> bytes:
    """Give the metrics of all workers in Prometheus' text format.

    Args:
        folder: Where they count.

    Returns:
        The text. Other scrapes wait meanwhile, some milliseconds.
    """
    registry = CollectorRegistry()
    with _locked(folder):
        _fold_the_dead(folder)
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _fold_the_dead(folder: Path) -> None:
    if not Path("/proc/self").exists():  # not Linux: nobody is known to be dead
        return
    dead: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.glob("*.db")):
        named = re.fullmatch(r"(\w+)_(\d+)", file.stem)
        if named and not Path(f"/proc/{named[2]}").exists():
            dead[named[1]].append(file)
    for kind, files in dead.items():
        if not kind.startswith("gauge_live"):  # these tell of what runs; in a dead worker nothing does
            _fold(kind, files, folder / f"{kind}_{_DEAD}.db")
        for file in files:
            file.unlink()


def _fold(kind: str, files: list[Path], into: Path) -> None:
    """Put what was counted in files into one: sums of counters and of histograms' parts, a gauge's newest value."""
    values: dict[str, tuple[float, float]] = {}
    for file in [*files, into] if into.exists() else files:
        for key, value, at, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            before, before_at = values.get(key, (0.0, 0.0))
            if kind.startswith("gauge"):
                values[key] = (value, at) if at >= before_at else (before, before_at)
            else:
                values[key] = (before + value, 0.0)
    new = into.with_suffix(".new")
    new.unlink(missing_ok=True)  # of a scraper that was killed
    written = MmapedDict(str(new))  # type: ignore[no-untyped-call]
    for key, (value, at) in values.items():
        written.write_value(key, value, at)  # type: ignore[no-untyped-call]
    written.close()  # type: ignore[no-untyped-call]
    new.replace(into)
