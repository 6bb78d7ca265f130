"""The claim of QueryBandits in simulation: do policies that read the query beat those that don't, and fixed rewrites?

    python -m benchmarks.bandits.claim --seeds 20 --out pictures

"QueryBandits for Hallucination Mitigation" (2025, https://arxiv.org/abs/2508.16697) reports that over some 1,050
queries every contextual policy beat every one that doesn't read the query, and that some fixed rewrites are worse than
none. Here the reward is the paper's (`right_or_wrong` in `settings.py`: judge, fuzzy and BLEU, which move together),
and so is the number of queries; what isn't known of the paper's data is varied: by how much the query decides which
rewrite is best. Arms differ by themselves as in the setting `bimodal`, and their coefficients have the deviations of
`SPREADS`.

Figures are what a policy loses per query to whoever knows each query's best rewrite (its regret over the number of
queries), in points of 0.01 of the reward, with a 95% interval over seeds.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.bandits.charts import bands
from benchmarks.bandits.ours import PolicyPlayer
from benchmarks.bandits.play import play
from benchmarks.bandits.settings import ROUNDS, Table, draw_contexts, draw_effects, right_or_wrong
from benchmarks.bandits.summary import t_quantile
from rich.console import Console
from rich.table import Table as Printed

from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Policy
from riffler.bandits.policies.exp3 import Exp3
from riffler.bandits.policies.ftrl import TsallisInf
from riffler.bandits.policies.gaussian_thompson import GaussianThompson
from riffler.bandits.policies.lin_ucb import LinUCB
from riffler.bandits.policies.thompson import LinearThompson

SPREADS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08)
"""Deviations of the coefficients of 17 features, in the probability of a right answer."""
CONTEXTUAL: dict[str, Policy[Any]] = {
    "default": AdaptiveThompson(),
    "LinUCB (alpha .35)": LinUCB(),
    "linear Thompson (textbook)": LinearThompson(),
}
CONTEXT_FREE: dict[str, Policy[Any]] = {
    "Gaussian Thompson": GaussianThompson(),
    "Exp3": Exp3(),
    "Tsallis-INF": TsallisInf(),
}
STATIC = ("none", "best fixed", "mean fixed", "worst fixed")
"""An arm for all queries: `none`, the seed's best one, which nobody knows beforehand, a random one, the worst one."""


def main() -> None:
    """Play all games, and print what they say."""
    parser = argparse.ArgumentParser("python -m benchmarks.bandits.claim")
    parser.add_argument("--seeds", type=int, default=20, help="seeds 0 to N - 1 (default: 20)")
    parser.add_argument("--out", type=Path, help="a folder for the picture")
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error("--seeds: expected at least 2, for intervals")
    console = Console(width=140)
    worth, losses = [], []
    for spread in SPREADS:
        games = [lost(spread, seed) for seed in range(options.seeds)]
        losses.append({name: [game[name] for game in games] for name in games[0]})
        worth.append(statistics.fmean(losses[-1]["best fixed"]))
    columns = [f"{of:.1f}" for of in worth]
    table = Printed("lost per query", *columns, title="by what the query decides: the loss of the best fixed arm")
    for name in (*CONTEXTUAL, *CONTEXT_FREE, *STATIC):
        table.add_row(name, *(said(interval(loss[name])) for loss in losses))
    console.print(table)
    table = Printed("gained per query", *columns, title="over the best of those that don't read the query, paired")
    for name in CONTEXTUAL:
        table.add_row(name, *(said(gain(loss, name)) for loss in losses))
    console.print(table)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        lines = {name: [interval(loss[name]) for loss in losses] for name in (*CONTEXTUAL, *CONTEXT_FREE, STATIC[1])}
        picture = bands(worth, lines, "what the query decides: loss of the best fixed arm; points lost per query")
        (options.out / "bandits_claim.svg").write_text(picture, encoding="utf-8")


def lost(spread: float, seed: int) -> dict[str, float]:
    """Play all policies against one table.

    Args:
        spread: Deviation of the coefficients.
        seed: Of the table, and of the policies' draws.

    Returns:
        Regret per query, in points, by policy.
    """
    table = world(spread, seed)
    fixed = 100 * (table.expected.max(axis=1).mean() - table.expected.mean(axis=0)).clip(0.0)  # rounding goes below
    found = dict(zip(STATIC, map(float, (fixed[0], fixed.min(), fixed[1:].mean(), fixed.max())), strict=True))
    for name, policy in (CONTEXTUAL | CONTEXT_FREE).items():
        player = PolicyPlayer(policy, table.arms, table.contexts.shape[1], seed)
        found[name] = 100 * play(table, player).regret / ROUNDS
    return found


def world(spread: float, seed: int) -> Table:
    """Draw what each rewrite of each query earns; the seed decides which is best, and `none` is one of them."""
    rng = np.random.default_rng([seed, 16697])
    return right_or_wrong(rng, draw_contexts(rng), draw_effects(rng, spread=spread, own=0.06))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Give a mean and half of its 95% interval."""
    return statistics.fmean(values), t_quantile(len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))


def gain(losses: Mapping[str, Sequence[float]], name: str) -> tuple[float, float]:
    """Compare a policy with the best of those that don't read the query, seed by seed: above 0 it loses less."""
    free = losses[min(CONTEXT_FREE, key=lambda each: statistics.fmean(losses[each]))]
    return interval([other - own for own, other in zip(losses[name], free, strict=True)])


def said(found: tuple[float, float]) -> str:
    """Write a mean with its interval."""
    return f"{found[0]:.2f} ± {found[1]:.2f}"


if __name__ == "__main__":
    main()
