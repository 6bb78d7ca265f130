"""The watch over changes of the world."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from riffler.bandits.drift import ALARM, MARGIN, STAKE, Watch

X = np.array([1.0, 0.5])
"""A context vector."""
Noise = Callable[[np.random.Generator, int], NDArray[np.float64]]


def after(surprises: list[float]) -> Watch:
    """Show the watch rewards that lie so many deviations off."""
    watch = Watch()
    for surprise in surprises:
        watch = watch.saw(1, X, surprise, 0.0, 1.0)
    return watch


@given(st.lists(st.floats(-5, 5), max_size=30))
def test_the_sum_is_that_of_bets(surprises: list[float]) -> None:
    """S is the logarithm of what bets won since it last was 0, and what came since then is what is kept."""
    won, since = 1.0, 0
    for surprise in surprises:
        # so much of the stake is kept, so much is bet on z^2
        won = max(1.0, won * (1 - STAKE + STAKE * min(surprise**2, 16) / MARGIN))
        since = since + 1 if won > 1 else 0
    watch = after(surprises)
    np.testing.assert_allclose(watch.total, np.log(won), atol=1e-9)
    assert (len(watch.since), watch.recent(2).count) == (since, since)
    assert watch.alarmed == (won > np.exp(ALARM))


@given(st.floats(0.01, 0.99), st.floats(0, 0.99), st.floats(0.01, 1))
def test_a_bet_on_a_steady_world_wins_nothing(p: float, low: float, gap: float) -> None:
    """Of rewards with two values, however skewed, a bet pays at most 1 in the mean: so the time to an alarm is long."""
    high, mean, variance = low + gap, low + p * gap, p * (1 - p) * gap**2
    pays = [np.exp(Watch(1.0).saw(1, X, reward, mean, variance).total - 1.0) for reward in (low, high)]
    assert (1 - p) * pays[0] + p * pays[1] <= 1.0 + 1e-9


def test_a_single_reward_is_no_alarm() -> None:
    """However far off it is."""
    assert not after([1e6]).alarmed


def test_a_change_is_noticed_soon() -> None:
    """Rewards two deviations off for 20 rounds are an alarm; the next watch begins with nothing, and counts it."""
    watch = after([0.0] * 50 + [2.0] * 20)
    assert watch.alarmed
    assert [(arm, reward) for arm, _, reward in watch.since] == [(1, 2.0)] * 20
    calm = watch.calmed()
    assert (calm.total, calm.since, calm.alarms, calm.alarmed) == (0.0, (), 1, False)


def normal(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Draw Gaussian noise."""
    return rng.normal(size=count)


def coin(chance: float) -> Noise:
    """Draw rewards of 1 with this chance, else 0."""
    return lambda rng, count: (rng.random(count) < chance).astype(np.float64)


def mixture(chance: float) -> Noise:
    """Draw the real reward: 0.6 judge, and what moves with the judge."""

    def draw(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
        right = rng.random(count) < chance
        return 0.6 * right + 0.4 * np.clip(np.where(right, 0.9, 0.3) + rng.normal(0, 0.1, count), 0, 1)

    return draw


@pytest.mark.parametrize(
    "noise",
    [normal, coin(0.05), coin(0.5), coin(0.9), coin(0.95), mixture(0.9), mixture(0.95)],
    ids=["normal", "coin .05", "coin .5", "coin .9", "coin .95", "mixture .9", "mixture .95"],
)
def test_noise_is_no_alarm(noise: Noise) -> None:
    """In 10,000 steady rewards there is none: the odds of one are below 10,000 / exp(12), or 1 in 16 (seeded).

    Nor is more than some hundred of them ever kept.
    """
    watch, longest = Watch(), 0
    rewards = noise(np.random.default_rng(1), 10_000)
    mean, variance = float(rewards.mean()), float(rewards.var())
    for reward in rewards.tolist():
        watch = watch.saw(1, X, reward, mean, variance)
        longest = max(longest, len(watch.since))
        assert not watch.alarmed
    assert longest < 500
