"""Our policies beside those of other packages: same seeds, same rewards, paired.

    python -m benchmarks.bandits --seeds 20 --json bandits.json --out pictures

Peers live in an environment of their own, by default `.peer-bandits` (see `peers/__init__.py`); those that can't be
imported are left out, and the run says so. Games played before are taken from `benchmarks/.cache/bandits.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.bandits import charts, report
from benchmarks.bandits.games import ROOT, Game, Kept, Worker, games, jobs, start
from benchmarks.bandits.settings import SETTINGS
from benchmarks.bandits.summary import Policy, best_peer, by_setting, excess, geometric_means
from benchmarks.bandits.worker import GROUPS
from rich.console import Console
from rich.progress import Progress, TimeRemainingColumn

CACHE = ROOT / "benchmarks" / ".cache" / "bandits.jsonl"
PEER_PYTHON = ROOT / ".peer-bandits" / "bin" / "python"


def main() -> None:
    """Play what isn't played yet, and show all."""
    options = _options()
    console = Console(width=None if sys.stdout.isatty() else 140)
    groups = [group for group in options.groups if group == "ours" or options.peer.exists()]
    workers = start(groups, options.peer)
    for group in sorted(set(options.groups) - set(groups)):
        console.print(f"{group} is left out: there is no {options.peer}")
    for worker in workers:
        if worker.missing:
            console.print(f"{worker.group} is left out: {worker.missing}")
    ready = [worker for worker in workers if not worker.missing]
    played = _play(console, ready, options)
    for worker in ready:
        worker.close()
    settings = by_setting(played)
    report.show(console, settings)
    if options.json:
        options.json.write_text(json.dumps(output(played, settings, ready), indent=1) + "\n", encoding="utf-8")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        for setting, policies in settings.items():
            (options.out / f"bandits_{setting}.svg").write_text(charts.curves(setting, policies), encoding="utf-8")
        (options.out / "bandits.svg").write_text(charts.bars(settings), encoding="utf-8")
        if options.seeds > 1 and any(best_peer(policies) for policies in settings.values()):
            (options.out / "bandits_excess.svg").write_text(charts.excesses(settings), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.bandits", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=20, help="seeds 0 to N - 1 (default: 20)")
    parser.add_argument("--json", type=Path, help="write rows and comparisons there")
    parser.add_argument("--out", type=Path, help="a folder for pictures")
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS), metavar="SETTING")
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS), metavar="GROUP", help="who plays")
    parser.add_argument("--policies", nargs="+", metavar="POLICY", help="only those whose names begin so")
    parser.add_argument("--peer", type=Path, default=PEER_PYTHON, help="a Python that has the peers")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where games are kept")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("--seeds: expected at least 1")
    return options


def _play(console: Console, workers: Sequence[Worker], options: argparse.Namespace) -> list[Game]:
    """Play, with a bar on a terminal and a line for each setting and seed elsewhere."""
    todo = jobs(workers, options.settings, options.seeds)
    if options.policies:
        todo = [(worker, job) for worker, job in todo if job["policy"].startswith(tuple(options.policies))]
    left = Counter((job["setting"], job["seed"]) for _, job in todo)
    played: list[Game] = []
    columns = (*Progress.get_default_columns()[:-1], TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(todo))
        for game in games(todo, Kept(options.cache)):
            played.append(game)
            progress.update(task, advance=1, description=f"{game.setting}, seed {game.seed}")
            left[game.setting, game.seed] -= 1
            if not console.is_terminal and not left[game.setting, game.seed]:
                print(f"{game.setting}, seed {game.seed}: {len(played)} of {len(todo)} games", flush=True)
    return played


def output(played: Sequence[Game], settings: dict[str, list[Policy]], workers: Sequence[Worker]) -> dict[str, Any]:
    """Give all that the run found, for a file."""
    compared = []
    for setting, policies in settings.items():
        peer = best_peer(policies)
        default = next((policy for policy in policies if policy.name == "default"), None)
        if peer and default:
            over = excess(default, peer)
            figures = {"share": over.share, "interval": [over.low, over.high] if len(default.regrets) > 1 else None}
            compared.append({"setting": setting, "best_peer": peer.name, **figures})
    return {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {worker.group: worker.version for worker in workers},
        "rows": [game.row for game in played],
        "excess": compared,
        "geometric_means": geometric_means(settings),
    }


if __name__ == "__main__":
    main()
