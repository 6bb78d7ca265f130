"""Means of rewards with their intervals."""

import math
from statistics import fmean

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.mean_reward import MeanReward

rewards = st.lists(st.sampled_from([0.0, 1.0]) | st.floats(0, 1), min_size=1, max_size=40)


def test_of_nothing_there_is_no_mean() -> None:
    """No reward has no mean, which isn't a mean of 0."""
    assert MeanReward.of([]) is None


@given(rewards)
def test_an_interval_holds_its_mean_and_solves_its_equation(kept: list[float]) -> None:
    """Each end is a mean from which the observed one lies 1.96 deviations off, as Wilson's interval is defined."""
    found = MeanReward.of(kept)
    assert found is not None
    assert found.mean == min(fmean(kept), 1.0)
    assert 0 <= found.low <= found.mean <= found.high <= 1
    for end in (found.low, found.high):
        assert math.isclose((found.mean - end) ** 2, 1.96**2 * end * (1 - end) / len(kept), rel_tol=1e-3, abs_tol=1e-9)


def test_it_covers() -> None:
    """Of 2,000 samples of 50 rewards, 0 or 1 or between, over 93 % have the truth inside.

    The true share is 0.95 or more, so a false alarm has odds below 1e-4 (binomial tail of 2,000).
    """
    rng = np.random.default_rng(1)
    for draw in (lambda: rng.random(50) < 0.3, lambda: rng.beta(0.6, 1.4, 50)):
        inside = 0
        for _ in range(2000):
            found = MeanReward.of(draw().tolist())
            assert found is not None
            inside += found.low <= 0.3 <= found.high
        assert inside > 0.93 * 2000
