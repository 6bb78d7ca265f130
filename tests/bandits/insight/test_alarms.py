"""Alarms over a log."""

import numpy as np
from tests.bandits.insight.worlds import entry

from riffler.bandits.insight.alarms import alarms
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned

CHANGE = 300


def test_a_change_is_found_where_it_was() -> None:
    """Where rewards fall by .5 there is one alarm, soon after, with its time; what began it is the change (seeded)."""
    rng = np.random.default_rng(1)
    log = []
    for at in range(500):
        log.append(entry("b", np.ones(1), None, at_ms=at))
        reward = float(np.clip((0.75 if at < CHANGE else 0.25) + rng.normal(0, 0.08), 0, 1))
        log.append(entry("a", np.ones(1), reward, at_ms=at))
    found = alarms(log)
    policy = AdaptiveThompson()
    rows = [Rewarded(each.arm, each.x, each.reward) for each in log if each.reward is not None]
    assert len(found) == learned(policy, 1, rows).watch.alarms >= 1
    first = found[0]
    assert 2 * CHANGE < first.position < 2 * CHANGE + 40
    assert log[first.position].at_ms == first.at_ms
    assert 2 * CHANGE - 20 <= first.began <= 2 * CHANGE + 1
    assert log[first.began].reward is not None


def test_a_steady_world_raises_none() -> None:
    """Without a change there is no alarm (seeded; about one false alarm in 160,000 rewards)."""
    rng = np.random.default_rng(2)
    assert alarms([entry("a", np.ones(1), float(rng.uniform(0.2, 0.8))) for _ in range(500)]) == ()
