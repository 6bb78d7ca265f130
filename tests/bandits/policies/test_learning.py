"""Policies that learn end up on the better arm."""

from typing import Any

import numpy as np
import pytest
from tests.bandits.policies.problems import POLICIES, identity

from riffler.bandits.policies.base import Policy, Rewarded
from riffler.bandits.policies.fixed import Fixed

LEARNERS = [
    policy
    for policy in POLICIES
    if not isinstance(policy, Fixed) and "floor=1.0" not in policy.version and "margin=0.01" not in policy.version
]


def share_of_the_better(policy: Policy[Any], contextual: bool, seed: int, rounds: int = 200) -> float:
    """Play two arms that win with 0.9 and 0.1, and give the better one's share of the last 50 draws.

    Which is the better one depends on the query where `contextual`.
    """
    rng, state, good = np.random.default_rng(seed), policy.start(2), 0
    for played in range(rounds):
        x = np.array([1.0, float(rng.random() < 0.5)])
        better = "none" if contextual and x[1] else "a"
        choice = policy.choose(state, x, ("none", "a"), rng)
        won = float(rng.random() < (0.9 if choice.arm == better else 0.1))
        state = policy.learn(state, Rewarded(choice.arm, x, won, choice.propensities[choice.arm]))
        good += choice.arm == better and played >= rounds - 50
    return good / 50


@pytest.mark.parametrize("policy", LEARNERS, ids=identity)
def test_they_end_up_on_the_better_arm(policy: Policy[Any]) -> None:
    """The better of two arms has over 70 % of the last draws.

    Over 30 other seeds the worst policy's share (hybrid, gamma 0.97) was 0.935 with a deviation of 0.034: 0.7 lies
    almost seven deviations below, where a normal law has odds of 3e-12.
    """
    assert share_of_the_better(policy, contextual=False, seed=11) > 0.7


@pytest.mark.parametrize(
    "policy",
    [
        each
        for each in LEARNERS
        if any(word in each.name for word in ("adaptive", "linear", "lin-ucb", "information", "hybrid"))
    ],
    ids=identity,
)
def test_contextual_ones_tell_queries_apart(policy: Policy[Any]) -> None:
    """Where the better arm depends on the query, it still has over 60 % of the last draws; a blind policy has 50 %.

    Over 20 other seeds the worst policy's share (hybrid, gamma 0.97) was 0.881 with a deviation of 0.037: 0.6 lies
    seven deviations below, where a normal law has odds of 1e-12.
    """
    assert share_of_the_better(policy, contextual=True, seed=12) > 0.6


def test_the_uneven_start_of_others_is_not_ours() -> None:
    """Before any reward, all draw all arms alike, but those that favour one by design (or take the first of equals).

    (With rewards that aren't centred, one peer starts worse than uniform.)
    """
    rng = np.random.default_rng(1)
    for policy in LEARNERS:
        if policy.name not in {"information-directed", "adaptive-thompson"}:
            chances = policy.choose(policy.start(2), np.ones(2), ("none", "a", "b"), rng).propensities
            assert chances == pytest.approx(dict.fromkeys(("none", "a", "b"), 1 / 3))
