"""Effective sizes of samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bandits.insight.worlds import EVEN, entry, logs

from riffler.bandits.insight.effective import EffectiveSize, effective_sizes
from riffler.bandits.insight.entry import Entry

CHANCES = st.lists(st.floats(1e-17, 1), min_size=1, max_size=20)


@given(CHANCES)
def test_the_effective_size_is_kish_s(chances: list[float]) -> None:
    """It is (sum of w)^2 / sum of w^2, from 1 to the number of rewards, which it reaches with equal weights."""
    size = EffectiveSize.of(chances)
    weights = 1 / np.array(chances)
    assert size.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert 1 - 1e-9 <= size.effective <= size.rewards + 1e-9 == len(chances) + 1e-9
    assert size.largest_share == pytest.approx(weights.max() / weights.sum())
    assert EffectiveSize.of([chances[0]] * 5).effective == pytest.approx(5)


def test_worked_example() -> None:
    """Weights 1 and 3 are worth 16 / 10 rewards."""
    assert EffectiveSize.of([0.75, 0.25]).effective == pytest.approx(1.6)


@given(logs)
def test_every_reward_counts_for_its_arm_and_for_all(log: list[Entry]) -> None:
    """Counts add up; arms that were allowed and never rewarded have size 0."""
    found = effective_sizes(log)
    assert sum(size.rewards for size in found.arms.values()) == found.overall.rewards == len(log) - found.waiting
    for arm, size in found.arms.items():
        drawn = sum(each.arm == arm and each.reward is not None for each in log)
        assert size.effective == pytest.approx(drawn), "the same propensity each time"
    mixed = effective_sizes([entry("a", np.ones(3), 0.5), entry("none", np.ones(3), 0.5)])
    assert mixed.overall == EffectiveSize.of([EVEN["a"], EVEN["none"]])
    assert mixed.arms["b"] == EffectiveSize(0, 0.0, 0.0)
