"""The watch over changes of the world."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.drift import ALARM, Watch

X = np.array([1.0, 0.5])


def after(surprises: list[float]) -> Watch:
    """Show the watch rewards that lie so many deviations off."""
    watch = Watch()
    for surprise in surprises:
        watch = watch.saw(1, X, surprise, 0.0, 1.0)
    return watch


@given(st.lists(st.floats(-5, 5), max_size=30))
def test_the_sum_is_page_s(surprises: list[float]) -> None:
    """S is the sum of log likelihood ratios since it last was 0, and what came since then is what is kept."""
    total, since = 0.0, 0
    for surprise in surprises:
        # log of N(0, 2) against N(0, 1)
        total = max(0.0, total + min(surprise**2, 16) / 2 * (1 - 1 / 2) - np.log(2) / 2)
        since = since + 1 if total > 0 else 0
    watch = after(surprises)
    np.testing.assert_allclose(watch.total, total, atol=1e-9)
    assert (len(watch.since), watch.recent(2).count) == (since, since)
    assert watch.alarmed == (total > ALARM)


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


def test_noise_is_no_alarm() -> None:
    """In 20,000 rewards of Gaussian noise there is none: its odds are below 20,000 / exp(12), or 1 in 8 (seeded)."""
    assert not any(after(list(np.random.default_rng(seed).normal(size=2000))).alarmed for seed in range(10))
