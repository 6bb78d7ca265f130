"""Estimated regret, against the truth of simulated worlds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from tests.bandits.insight.worlds import ARMS, entry, logs, played, world

from riffler.bandits.insight.entry import Entry, Unavailable
from riffler.bandits.insight.estimated_regret import EstimatedRegret, estimated_regret
from riffler.bandits.policies.adaptive import AdaptiveThompson


def estimate(log: list[Entry], seed: int = 1, draws: int = 100) -> EstimatedRegret:
    """Estimate with fewer draws, which is quicker."""
    found = estimated_regret(log, np.random.default_rng(seed), draws=draws)
    assert isinstance(found, EstimatedRegret)
    return found


@settings(deadline=None, max_examples=10)
@given(logs)
def test_the_curve_never_falls(log: list[Entry]) -> None:
    """Regret of a decision is at least 0, in every draw; without a reward there is no estimate."""
    found = estimated_regret(log, np.random.default_rng(1), draws=20)
    if all(each.reward is None for each in log):
        assert isinstance(found, Unavailable)
        return
    assert isinstance(found, EstimatedRegret)
    assert found.kind == "estimated"
    assert found.decisions.tolist() == list(range(1, len(log) + 1))
    for curve in (found.mean, found.low, found.high):
        assert (np.diff(curve, prepend=0) >= -1e-12).all()
    assert found.interval == (found.low[-1], found.high[-1])
    assert (found.low <= found.high).all()


def test_where_one_arm_is_allowed_nothing_is_lost() -> None:
    """A forbidden arm, however good, is no regret; once allowed it is."""
    x = np.ones(1)
    taught = [entry(arm, x, reward) for arm, reward in (("a", 0.2), ("b", 0.9), ("none", 0.3))] * 30
    forced = [replace(entry("a", x, None), allowed=("a",))] * 10
    free = [entry("a", x, None)] * 10
    curve = estimate([*taught, *forced, *free]).mean
    assert curve[99] == pytest.approx(curve[89])
    assert curve[109] - curve[99] == pytest.approx(10 * 0.7, rel=0.15)


def test_a_long_log_has_a_short_curve() -> None:
    """There are at most 200 points, the last of them the whole log."""
    found = estimate([entry(ARMS[at % 3], np.ones(1), 0.5) for at in range(1000)], draws=10)
    assert len(found.mean) == 200
    assert (found.decisions[-1], found.total) == (1000, found.mean[-1])


def test_the_interval_covers_the_truth() -> None:
    """Of 20 worlds that the default policy played, at least 16 have their true regret inside 95 % intervals.

    Were each covered with a chance of .95, fewer would be one case in 3,000; seeds are fixed.
    """
    covered = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = world(rng, 5, 0.06)
        log = played(AdaptiveThompson(), truth, 200, rng)
        scores = np.array([each.x for each in log]) @ truth.T
        drawn = [ARMS.index(each.arm) for each in log]
        true = float((scores.max(axis=1) - scores[np.arange(len(log)), drawn]).sum())
        low, high = estimate(log, seed, 200).interval
        covered += low <= true <= high
    assert covered >= 16
