"""How often the intervals of `insight.effects` cover the truth, in logs that the default policy collected.

    python -m benchmarks.effects --runs 20

Worlds have 20 features, each there in three of ten queries, and 7 arms; a log has 1,000 rewards, .25 above or below
what is expected of the arm. In `none` features say nothing, so every clear effect of one is a false alarm. In `one` a
single feature says something of a single arm, .2, and all others nothing. The largest true effect of a feature in each
log is looked at by itself: how often its interval covers it, and what share of it the estimates are in the mean.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.insight.effects import effects
from riffler.bandits.insight.entry import Entry
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded

ARMS = ("none", "a", "b", "c", "d", "e", "f")
NAMES = ("bias", *(f"feature {number}" for number in range(20)))
WORLDS = {"large": (0.06, 0.04, 0.0), "small": (0.03, 0.02, 0.0), "one": (0.03, 0.0, 0.2), "none": (0.0, 0.0, 0.0)}
"""Deviations of an arm's level, and of its coefficients; and what is added to one of them."""
REWARDS = 1000
NOISE = 0.25


@dataclass(frozen=True, slots=True)
class Count:
    """What was found in one log.

    Attributes:
        covered: The share of true effects inside their intervals.
        clear: How many effects of features are clear.
        wrong: How many of those have the wrong sign.
        largest: Whether the largest true effect of a feature is inside.
        share: Its estimate, over the truth.
    """

    covered: float
    clear: int
    wrong: int
    largest: bool
    share: float


def played(truth: Vector, rng: np.random.Generator) -> list[Entry]:
    """Let the default policy play a log."""
    policy, log = AdaptiveThompson(), []
    state = policy.start(len(NAMES))
    for _ in range(REWARDS):
        x = np.array([1.0, *(rng.random(len(NAMES) - 1) < 0.3)])
        choice = policy.choose(state, x, ARMS, rng)
        reward = float(np.clip(truth[ARMS.index(choice.arm)] @ x + NOISE * rng.choice((-1, 1)), 0, 1))
        log.append(Entry(choice.arm, x, ARMS, choice.propensities, reward))
        state = policy.learn(state, Rewarded(choice.arm, x, reward, choice.propensities[choice.arm]))
    return log


def count(log: list[Entry], truth: Vector) -> Count:
    """Compare the effects with the truth. In a world without any, each clear one has a wrong sign."""
    drawn = [ARMS.index(arm) for arm in {entry.arm for entry in log}]
    apart = truth - truth[drawn].mean(axis=0)
    found = [(each, apart[ARMS.index(each.arm), NAMES.index(each.feature)]) for each in effects(log, NAMES).features]
    inside = [each.interval[0] <= true <= each.interval[1] for each, true in found]
    clear = [each.mean * true <= 0 for each, true in found if each.clear and each.feature != "bias"]
    features = [at for at, (each, _) in enumerate(found) if each.feature != "bias"]
    largest = max(features, key=lambda at: abs(found[at][1]))
    effect, true = found[largest]
    share = effect.mean / true if true else math.nan
    return Count(float(np.mean(inside)), len(clear), sum(clear), bool(inside[largest]), share)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    print(
        "| effects | covered by 95 % | clear | of wrong sign | logs with a wrong one | largest covered | found of it |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, (bias, slope, one) in WORLDS.items():
        rows = []
        for seed in range(runs):
            print(f"\r{name}: {seed + 1} of {runs} ", end="", file=sys.stderr, flush=True)
            rng = np.random.default_rng(seed)
            truth = rng.normal(0, 1, (len(ARMS), len(NAMES))) * slope
            truth[:, 0] = 0.5 + rng.normal(0, 1, len(ARMS)) * bias
            truth[1, 1] += one
            rows.append(count(played(truth, rng), truth))
        print("\r", end="", file=sys.stderr)
        covered = [row.covered for row in rows]
        error = float(np.std(covered)) / math.sqrt(runs)
        clear, wrong = (float(np.mean([getattr(row, what) for row in rows])) for what in ("clear", "wrong"))
        share = np.mean([row.wrong > 0 for row in rows])
        largest = f"{sum(row.largest for row in rows)} of {runs} | {np.mean([row.share for row in rows]):.0%}"
        told = f"{np.mean(covered):.1%} +- {error:.1%} | {clear:.2f} | {wrong:.2f} | {share:.0%}"
        print(f"| {name} | {told} | {largest if slope or one else '- | -'} |", flush=True)


if __name__ == "__main__":
    main()
