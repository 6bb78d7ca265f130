"""All games of some settings and seeds, played by workers, and kept: an interrupted run goes on where it was.

A game is kept under its group's version, setting, policy, seed and the digest of its table. Of ours the version is a
digest of the code, so a changed policy plays again; a peer plays once, and a change to what we hand it needs another
name for its policy. Microseconds are those of the day it played.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.bandits.play import Played
from benchmarks.bandits.settings import SETTINGS

ROOT = Path(__file__).parents[2]
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


@dataclass(frozen=True)
class Game:
    """What a policy did in a setting with a seed.

    Attributes:
        group: `ours`, or the peer's package.
        setting: The setting.
        policy: The policy.
        seed: The seed.
        played: How it went.
    """

    group: str
    setting: str
    policy: str
    seed: int
    played: Played

    @property
    def row(self) -> dict[str, Any]:
        """The game as a row of the output."""
        figures = {"regret": self.played.regret, "us_per_step": self.played.us_per_step}
        return {"setting": self.setting, "policy": self.policy, "seed": self.seed, **figures}


class Worker:
    """A process that plays the games of a group (see `worker.py`).

    Args:
        group: The group.
        python: The interpreter that has what it needs.
    """

    def __init__(self, group: str, python: str) -> None:
        self.group = group
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.bandits.worker", group],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("BENCHMARK_VERBOSE") else subprocess.DEVNULL,
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            text=True,
        )
        hello = self._read()
        self.missing: str | None = hello.get("missing") or hello.get("error")
        self.version: str = hello.get("version", "")
        self.policies: dict[str, list[str]] = hello.get("policies", {})
        """Names by setting."""

    def play(self, job: dict[str, Any]) -> Played:
        """Play a game; raises RuntimeError where the worker couldn't."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if "error" in answer:
            raise RuntimeError(f"{job['policy']} in {job['setting']}: {answer['error']}")
        return Played(**answer)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        said: dict[str, Any] = (
            json.loads(line) if line else {"error": "its process ended (BENCHMARK_VERBOSE=1 says why)"}
        )
        return said


class Kept:
    """Games played before, a line of JSON each.

    Args:
        path: The file; made when the first game is kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self._games = {key: Played(**played) for key, played in map(_whole, lines) if played is not None}

    def get(self, key: Sequence[object]) -> Played | None:
        """Give a game played before."""
        return self._games.get(json.dumps(key))

    def add(self, key: Sequence[object], played: Played) -> None:
        """Keep a game."""
        self._games[json.dumps(key)] = played
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "played": asdict(played)}) + "\n")


def _whole(line: str) -> tuple[str, dict[str, Any] | None]:
    """Read a line; one that a killed run left half-written is none."""
    try:
        kept = json.loads(line)
    except json.JSONDecodeError:
        return "", None
    return json.dumps(kept["key"]), kept["played"]


def jobs(workers: Sequence[Worker], settings: Sequence[str], seeds: int) -> list[tuple[Worker, dict[str, Any]]]:
    """List the games, the first seed's first: whenever a run is cut off, whole seeds are there to compare."""
    found: list[tuple[Worker, dict[str, Any]]] = []
    for seed in range(seeds):
        for setting in settings:
            digest = SETTINGS[setting](seed).digest
            for worker in workers:
                names = worker.policies[setting]
                found += [
                    (worker, {"setting": setting, "policy": name, "seed": seed, "table": digest}) for name in names
                ]
    return found


def games(todo: Sequence[tuple[Worker, dict[str, Any]]], kept: Kept) -> Iterator[Game]:
    """Play the games, or take them from those kept."""
    for worker, job in todo:
        key = [worker.version, job["setting"], job["policy"], job["seed"], job["table"]]
        played = kept.get(key)
        if played is None:
            played = worker.play(job)
            kept.add(key, played)
        yield Game(worker.group, job["setting"], job["policy"], job["seed"], played)


def start(groups: Sequence[str], peer_python: Path) -> list[Worker]:
    """Start a worker for each group; peers that can't be had say why in `missing`."""
    return [Worker(group, sys.executable if group == "ours" else str(peer_python)) for group in groups]
