"""Lines of the log: what is no decision is refused by every reader."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from tests.bandits.insight.worlds import ARMS, EVEN, entry, logs

from riffler.bandits.insight.alarms import alarms
from riffler.bandits.insight.audited_regret import audited_regret
from riffler.bandits.insight.calibration import calibration
from riffler.bandits.insight.effective import effective_sizes
from riffler.bandits.insight.effects import effects
from riffler.bandits.insight.entry import Entry, Unavailable, rewarded
from riffler.bandits.insight.estimated_regret import estimated_regret
from riffler.errors import InvalidInput, InvalidReward

GOOD = entry("a", np.ones(3), 0.5)
READERS = [
    alarms,
    calibration,
    effective_sizes,
    lambda log: effects(log, ["bias", "f", "g"]),
    lambda log: estimated_regret(log, np.random.default_rng(1)),
]


@given(logs)
def test_only_decisions_with_a_reward_teach(log: list[Entry]) -> None:
    """Those that have one are given in order, with their places and propensities."""
    found = list(rewarded(log))
    assert [place for place, _, _ in found] == [at for at, each in enumerate(log) if each.reward is not None]
    assert all((row.arm, row.reward, row.propensity) == (e.arm, e.reward, EVEN[e.arm]) for _, e, row in found)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "bad",
    [
        Entry("c", np.ones(3), ARMS, EVEN, 0.5),
        Entry("a", np.ones(3), ARMS, {}, 0.5),
        Entry("a", np.ones(3), ARMS, {"a": 0.0}, 0.5),
        Entry("a", np.array([1.0, np.nan, 0.0]), ARMS, EVEN, 0.5),
        Entry("a", np.ones(3), ("a", "a"), EVEN, 0.5),
        Entry("a", np.ones(3), ARMS, EVEN, 1.5),
        Entry("a", np.ones(3), ARMS, EVEN, np.nan),
    ],
)
def test_what_is_no_decision_is_refused(read: Any, bad: Entry) -> None:
    """An arm not allowed or without a chance, a wrong vector and a wrong reward are errors, whoever reads them."""
    with pytest.raises((InvalidInput, InvalidReward)):
        read([GOOD, bad])


@pytest.mark.parametrize("log", [[], [entry("a", np.ones(3), None)]])
def test_a_log_without_rewards_is_no_error(log: list[Entry]) -> None:
    """There is nothing to say of it: empty lists, sizes of 0, and figures that can't be had."""
    assert alarms(log) == ()
    assert effects(log, ["bias", "f", "g"]).features == ()
    assert effective_sizes(log).overall.rewards == 0
    for found in (calibration(log), estimated_regret(log, np.random.default_rng(1))):
        assert found == Unavailable("no decision has a reward yet")


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, np.nan])
def test_a_level_is_a_probability(level: float) -> None:
    """Intervals have a level between 0 and 1, so 95 is a slip."""
    for ask in (
        lambda: effects([GOOD], ["bias", "f", "g"], level),
        lambda: estimated_regret([GOOD], np.random.default_rng(1), level=level),
        lambda: audited_regret([], level),
    ):
        with pytest.raises(InvalidInput, match="level"):
            ask()
