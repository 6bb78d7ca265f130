"""A process that plays games: ours in our interpreter, a peer's package in the peers' own.

    python -m benchmarks.bandits.worker GROUP

At start it says in one line of JSON which policies the group has, and its version, or why it can't be imported. Then it
reads jobs, a line of JSON each, and answers each in a line. It draws the settings' tables itself, and refuses a job
whose table has another digest: then the two interpreters drew different rewards, and nothing would be paired.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from functools import lru_cache
from importlib import import_module
from typing import Any

from benchmarks.bandits.play import play
from benchmarks.bandits.settings import SETTINGS, Table

PEERS = ("bayesianbandits", "contextualbandits", "mabwiser", "river", "vowpalwabbit")
GROUPS = {"ours": "benchmarks.bandits.ours", **{peer: f"benchmarks.bandits.peers.{peer}" for peer in PEERS}}


def main() -> None:
    """Serve jobs until the input ends."""
    answers = sys.stdout
    with redirect_stdout(sys.stderr):  # what a package prints is no answer
        try:
            group = import_module(GROUPS[sys.argv[1]])
        except ImportError as error:
            print(json.dumps({"missing": str(error)}), file=answers, flush=True)
            return
        policies = {name: list(group.players(_table(name, 0).arms)) for name in SETTINGS}
        print(json.dumps({"version": group.version(), "policies": policies}), file=answers, flush=True)
        for line in sys.stdin:
            print(json.dumps(_answer(group, json.loads(line))), file=answers, flush=True)


def _answer(group: Any, job: dict[str, Any]) -> dict[str, Any]:
    table = _table(job["setting"], job["seed"])
    if table.digest != job["table"]:
        return {"error": f"this interpreter draws other rewards: {table.digest}, not {job['table']}"}
    player = group.players(table.arms)[job["policy"]](table.arms, table.contexts.shape[1], job["seed"])
    return asdict(play(table, player))


@lru_cache(maxsize=4)
def _table(setting: str, seed: int) -> Table:
    return SETTINGS[setting](seed)


if __name__ == "__main__":
    main()
