"""What is no log is refused, and the text says where."""

import math

import numpy as np
import pytest
from tests.bandits.off_policy.worlds import row

from riffler.bandits.insight.entry import Entry
from riffler.bandits.off_policy.evaluate import evaluate
from riffler.bandits.policies.fixed import Fixed
from riffler.errors import InvalidInput, InvalidReward, InvalidSetting

X = np.ones(2)
GOOD = row("a", X, 0.5, {"a": 0.25, "b": 0.75})


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (row("a", X, 0.5, {}), "expected one or more different names"),
        (row("a", X, 0.5, {"a": 0.5, "b": 0.4}), "a sum of 1, got"),
        (row("a", X, 0.5, {"a": 0.5, "b": 1.0, "c": -0.5}), "a number from 0 to 1 for each"),
        (row("a", X, 0.5, {"a": 0.5, "b": math.nan}), "a number from 0 to 1 for each"),
        (row("a", X, 0.5, {"a": 0.0, "b": 1.0}), "propensity: expected a number above 0"),
        (row("c", X, 0.5, {"a": 0.5, "b": 0.5}), "the arm drawn, 'c', wasn't allowed"),
        (Entry("a", X, ("a", "b"), {"a": 1.0}, 0.5), "for each allowed arm"),
        (row("a", np.ones(3), 0.5, {"a": 1.0}), r"context vector: expected shape \(2,\), got \(3,\)"),
        (row("a", np.array([1.0, math.nan]), 0.5, {"a": 1.0}), "context vector: expected finite numbers"),
    ],
)
def test_bad_rows_are_refused(bad: Entry, text: str) -> None:
    """The error names the row, counted from 0, and what is wrong."""
    with pytest.raises(InvalidInput, match=f"^row 1: .*{text}"):
        evaluate([GOOD, bad, GOOD], Fixed("a"))


@pytest.mark.parametrize("reward", [-0.1, 1.1, math.nan, math.inf])
def test_bad_rewards_are_refused(reward: float) -> None:
    """They are errors of their own kind."""
    with pytest.raises(InvalidReward, match="^row 0: reward: expected a number from 0 to 1"):
        evaluate([row("a", X, reward, {"a": 1.0}), GOOD], Fixed("a"))


@pytest.mark.parametrize("count", [0, 1])
def test_a_log_has_two_rows_at_least(count: int) -> None:
    """One row has no spread."""
    with pytest.raises(InvalidInput, match=f"expected at least two rewarded decisions, got {count}"):
        evaluate([GOOD] * count, Fixed("a"))


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, math.nan])
def test_impossible_levels_are_refused(level: float) -> None:
    """A level lies between 0 and 1."""
    with pytest.raises(InvalidSetting, match="level: expected a finite number above 0"):
        evaluate([GOOD, GOOD], Fixed("a"), level=level)
