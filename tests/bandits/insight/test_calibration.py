"""Calibration: right predictions pass, wrong ones don't, and the counts are right."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from tests.bandits.insight.worlds import entry, logs, played, world

from riffler.bandits.insight.calibration import Bin, Calibration, calibration
from riffler.bandits.insight.entry import Entry, Unavailable
from riffler.bandits.policies.adaptive import AdaptiveThompson


@settings(deadline=None, max_examples=30)
@given(logs)
def test_bins_hold_every_reward_once(log: list[Entry]) -> None:
    """Counts and means over bins are those over the log; an error of the whole is no larger than that of bins."""
    rewards = [each.reward for each in log if each.reward is not None]
    found = calibration(log)
    if not rewards:
        assert isinstance(found, Unavailable)
        return
    assert isinstance(found, Calibration)
    assert found.count == len(rewards) == sum(each.count for each in found.bins)
    came = math.fsum(each.count * each.came for each in found.bins)
    assert came == pytest.approx(math.fsum(rewards))
    predicted = math.fsum(each.count * each.predicted for each in found.bins)
    assert found.error >= abs(came - predicted) / len(rewards) - 1e-12
    assert [each.low for each in found.bins] == sorted({each.low for each in found.bins})
    assert all(0 <= each.low <= each.share <= each.high <= 1 or not each.plausible for each in found.coverages.values())


def test_the_first_reward_is_predicted_from_nothing() -> None:
    """It is expected to be the middle, whatever it is; of equal ones after it, less and less is wrong."""
    first = calibration([entry("none", np.ones(1), 1.0)])
    assert isinstance(first, Calibration)
    assert (first.bins[0].predicted, first.bins[0].came, first.error) == (0.5, 1.0, 0.5)
    later = calibration([entry("none", np.ones(1), 1.0)] * 50)
    assert isinstance(later, Calibration)
    assert later.error < first.error / 3


@pytest.mark.parametrize("gaussian", [True, False])
def test_right_predictions_are_called_right(gaussian: bool) -> None:
    """In a linear world the errors are what chance explains; with noise of two values only the coverages are off."""
    rng = np.random.default_rng(2)
    if gaussian:
        log = [entry("a", np.ones(1), float(np.clip(rng.normal(0.6, 0.1), 0, 1))) for _ in range(1500)]
    else:
        log = played(AdaptiveThompson(), world(rng, 5, 0.05), 1500, rng)
    found = calibration(log)
    assert isinstance(found, Calibration)
    assert found.error <= found.error_by_chance
    assert sum(not each.plausible for each in found.bins if each.count >= 30) <= 1
    assert found.coverages[0.5].plausible == gaussian


def _alarms(count: int, chance: float) -> float:
    """Compute how often so many rewards of 0 or 1 lie off, though each has just the chance that was predicted."""
    off = 0.0
    for ones in range(count + 1):
        spread = math.sqrt(ones * (1 - chance) ** 2 + (count - ones) * chance**2)
        if not Bin(0.0, 1.0, count, chance, ones / count, 1.96 * spread / count).plausible:
            off += math.comb(count, ones) * chance**ones * (1 - chance) ** (count - ones)
    return off


@pytest.mark.parametrize(("chance", "least"), [(0.5, 20), (0.7, 24), (0.9, 56), (0.95, 106), (0.98, 250), (0.1, 56)])
def test_bins_of_enough_rewards_seldom_lie_off_by_chance(chance: float, least: int) -> None:
    """So many rewards and no fewer are enough; with them a right prediction is called off at most once in seven.

    Of 20 at .95, which aren't, it is more than once in three.
    """
    assert [Bin(0.0, 1.0, count, chance, 0.5, 0.1).enough for count in (least - 1, least)] == [False, True]
    assert _alarms(least, chance) < 1 / 7
    assert _alarms(20, 0.95) > 1 / 3


@pytest.mark.parametrize(("level", "least"), [(0.5, 20), (0.9, 56), (0.95, 106)])
def test_shares_take_as_many_rewards(level: float, least: int) -> None:
    """The share inside an interval says something from so many rewards on."""
    found = [calibration([entry("none", np.ones(1), 0.5)] * count) for count in (least - 1, least)]
    assert [each.coverages[level].enough for each in found if isinstance(each, Calibration)] == [False, True]


@pytest.mark.parametrize("predicted", [-0.1, 0.0, 1.0, 1.2])
def test_certain_predictions_take_many_rewards(predicted: float) -> None:
    """What is predicted as certain, or beyond, has the least variance."""
    assert [Bin(0.0, 1.0, count, predicted, 0.5, 0.1).enough for count in (249, 250)] == [False, True]


def test_wrong_predictions_are_called_wrong() -> None:
    """Where rewards rise all the time, what came before predicts too little, and no chance explains it."""
    log = [entry("a", np.ones(1), 0.2 + 0.6 * at / 500) for at in range(500)]
    found = calibration(log, AdaptiveThompson())
    assert isinstance(found, Calibration)
    assert found.error > found.error_by_chance
    assert any(not each.plausible for each in found.bins)
