"""How often do the intervals of `riffler.bandits.off_policy` hold the truth, and how wide are they?

    python -m benchmarks.off_policy --runs 200

Logs are collected by our policies in worlds whose mean rewards are known (`benchmarks/bandits/settings.py`, and
`equal`, where both arms are the same coin: a bandit's draws are the most erratic there). Each log is then asked what
other policies would have earned. A cell says how many of the intervals hold the truth, and their mean width.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.bandits.ours import names
from benchmarks.bandits.settings import SETTINGS, Table
from rich.console import Console
from rich.table import Table as Shown

from riffler.bandits.insight.entry import Entry
from riffler.bandits.off_policy.direct import direct
from riffler.bandits.off_policy.doubly_robust import doubly_robust
from riffler.bandits.off_policy.estimate import Estimate
from riffler.bandits.off_policy.ips import ips
from riffler.bandits.off_policy.replay import replay
from riffler.bandits.off_policy.shrinkage import kept
from riffler.bandits.off_policy.snips import snips
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Policy, Rewarded
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.floored import Floored
from riffler.bandits.policies.thompson import LinearThompson

FLOOR = 0.02
LOGS: dict[str, Policy[Any]] = {
    "default": AdaptiveThompson(),
    "default, floor": Floored(AdaptiveThompson(), FLOOR),
    "linear": LinearThompson(),
    "linear, floor": Floored(LinearThompson(), FLOOR),
}
TARGETS: dict[str, Policy[Any]] = {
    "fixed": Fixed("arm-1"),
    "uniform": Floored(Fixed("none"), 1.0),
    "linear": LinearThompson(),
    "default": AdaptiveThompson(),
}
COLUMNS = ("ips", "snips", "direct", "doubly robust", "logged", "difference")


def equal(seed: int) -> Table:
    """Two arms, one coin."""
    rewards = (np.random.default_rng([seed, 77]).random((1050, 2)) < 0.5).astype(np.float64)
    return Table(np.ones((1050, 1)), np.full((1050, 2), 0.5), rewards)


WORLDS: dict[str, Callable[[int], Table]] = {**SETTINGS, "equal": equal}


@dataclass(frozen=True)
class Tried:
    """An interval that was tried.

    Attributes:
        holds: Whether the truth lies in it.
        width: How wide it is.
    """

    holds: bool
    width: float


def collected(policy: Policy[Any], table: Table, rows: int, seed: int) -> list[Entry]:
    """Let a policy collect a log."""
    arms, rng = names(table.arms), np.random.default_rng([seed, 9])
    state, log = policy.start(table.contexts.shape[1]), []
    for x, rewards in zip(table.contexts[:rows], table.rewards[:rows], strict=True):
        choice = policy.choose(state, x, arms, rng)
        reward, chances = float(rewards[arms.index(choice.arm)]), choice.propensities
        log.append(Entry(choice.arm, x, tuple(arms), chances, reward))
        state = policy.learn(state, Rewarded(choice.arm, x, reward, chances[choice.arm]))
    return log


def tried(log: list[Entry], table: Table, policy: Policy[Any], level: float) -> Iterator[tuple[str, Tried]]:
    """Try each interval for one log and target."""
    seen = replay(log, policy)
    arms = names(table.arms)
    means = table.expected[: len(log), [arms.index(arm) for arm in seen.arms]]
    truth, logged = (float((chances * means).sum(axis=1).mean()) for chances in (seen.target, seen.logged))
    robust = doubly_robust(seen, kept(seen), level)
    estimates = (ips(seen, level), snips(seen, level), direct(seen, level), *robust)
    truths = (truth, truth, truth, truth, logged, truth - logged)
    for column, estimate, true in zip(COLUMNS, estimates, truths, strict=True):
        if estimate is not None:
            yield column, _tried(estimate, true)


def _tried(estimate: Estimate, truth: float) -> Tried:
    return Tried(estimate.low <= truth <= estimate.high, estimate.high - estimate.low)


def main() -> None:
    """Collect, evaluate, and show."""
    options = _options()
    console = Console(width=None if Console().is_terminal else 140)
    shown = Shown(
        "world", "log", "target", *COLUMNS, title=f"{options.runs} logs of {options.rows} rows, {options.level:.0%}"
    )
    for world in options.worlds:
        for name in options.logs:
            found: dict[tuple[str, str], list[Tried]] = defaultdict(list)
            for seed in range(options.runs):
                table = WORLDS[world](seed)
                log = collected(LOGS[name], table, options.rows, seed)
                for target in options.targets:
                    for column, one in tried(log, table, TARGETS[target], options.level):
                        found[target, column].append(one)
            for target in options.targets:
                cells = [_cell(found[target, column]) for column in COLUMNS]
                shown.add_row(world, name, target, *cells)
            print(f"{world}, log by {name}: done", flush=True)
    console.print(shown)


def _cell(every: list[Tried]) -> str:
    if not every:
        return "none"
    return f"{np.mean([one.holds for one in every]):.1%} {np.mean([one.width for one in every]):.3f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.off_policy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100, help="logs of each world and policy (default: 100)")
    parser.add_argument("--rows", type=int, default=1000, help="rows of a log, at most 1050 (default: 1000)")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals (default: 0.95)")
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=["paper", "bimodal", "interactions", "equal"])
    parser.add_argument("--logs", nargs="+", choices=LOGS, default=list(LOGS))
    parser.add_argument("--targets", nargs="+", choices=TARGETS, default=list(TARGETS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
