"""What one step of the default costs: a choice with exact propensities, and learning its reward.

    python -m benchmarks.bandits.step --repeats 20

The same game is played several times, draw for draw. Of each round the quickest time counts, since other programs can
only slow it down; told are the median and the mean over rounds. Means are higher for two reasons: scales are learned
anew every so often, and in early rounds every arm has a chance, so that propensities need an integral. LinUCB, which
has no propensities to compute, stands beside it in the same run.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from benchmarks.bandits.ours import names
from benchmarks.bandits.settings import SETTINGS, Array, Table
from rich.console import Console
from rich.progress import track
from rich.table import Table as Printed

from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Policy, Rewarded
from riffler.bandits.policies.lin_ucb import LinUCB

POLICIES: dict[str, Policy[Any]] = {"default": AdaptiveThompson(), "LinUCB": LinUCB()}


def service_sized(seed: int) -> Table:
    """Draw a game with 7 arms and 21 features, as the service has: `linear_2` with more of both."""
    rng = np.random.default_rng(seed)
    contexts = np.column_stack((np.ones(1050), rng.random((1050, 20)) < rng.uniform(0.1, 0.6, 20))).astype(np.float64)
    values = contexts @ rng.normal(0, 0.07, (7, 21)).T
    expected = np.clip(0.5 + values - values.mean(), 0.0, 1.0)
    return Table(contexts, expected, np.clip(expected + rng.normal(0, 0.2, expected.shape), 0.0, 1.0))


def timed(table: Table, policy: Policy[Any]) -> tuple[Array, Array]:
    """Play a game once.

    Args:
        table: What the arms give.
        policy: Who plays.

    Returns:
        Microseconds of choosing and of learning, float64 (T,) each.
    """
    arms, rng = names(table.arms), np.random.default_rng(0)
    state = policy.start(table.contexts.shape[1])
    choosing, learning = np.empty(len(table.contexts)), np.empty(len(table.contexts))
    for now, x in enumerate(table.contexts):
        start = time.perf_counter()
        drawn = policy.choose(state, x, arms, rng)
        chosen = time.perf_counter()
        reward = float(table.rewards[now, arms.index(drawn.arm)])
        begun = time.perf_counter()
        state = policy.learn(state, Rewarded(drawn.arm, x, reward, drawn.propensities[drawn.arm]))
        choosing[now], learning[now] = chosen - start, time.perf_counter() - begun
    return choosing * 1e6, learning * 1e6


def main() -> None:
    """Time all policies in three games, and print the figures."""
    parser = argparse.ArgumentParser("python -m benchmarks.bandits.step")
    parser.add_argument("--repeats", type=int, default=20, help="how often each game is played")
    repeats = parser.parse_args().repeats
    games = {
        "7 arms, 21 features": service_sized(0),
        "6 arms, 18 features (linear_3)": SETTINGS["linear_3"](0),
        "20 arms, 18 features (many)": SETTINGS["many"](0),
    }
    printed = Printed("game", "policy", "choosing", "learning", "both", "both, mean", title="microseconds a step")
    played: dict[tuple[str, str], list[tuple[Array, Array]]] = {}
    for _ in track(range(repeats), "playing"):  # in turn, so that a slow minute meets all alike
        for game, table in games.items():
            for name, policy in POLICIES.items():
                played.setdefault((game, name), []).append(timed(table, policy))
    for (game, name), times in played.items():
        choosing, learning = (np.min([each[part] for each in times], axis=0) for part in (0, 1))
        both = choosing + learning
        figures = (np.median(choosing), np.median(learning), np.median(both), both.mean())
        printed.add_row(game, name, *(f"{figure:.0f}" for figure in figures))
    Console().print(printed)


if __name__ == "__main__":
    main()
