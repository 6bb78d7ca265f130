"""A small world with known mean rewards, and logs of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.insight.entry import Entry
from riffler.bandits.policies.base import Policy, Rewarded

ARMS = ("none", "a", "b")
EFFECTS = np.array([[0.5, 0.1], [0.35, 0.3], [0.6, -0.1]])
"""Mean rewards are EFFECTS @ x."""


def row(arm: str, x: Vector, reward: float | None, propensities: Mapping[str, float]) -> Entry:
    """Give a decision as it was logged."""
    return Entry(arm, x, tuple(propensities), propensities, reward)


def log_of(policy: Policy[Any], rows: int, seed: int) -> list[Entry]:
    """Let a policy collect a log; rewards are 0 or 1."""
    rng = np.random.default_rng([seed, 77])
    state, log = policy.start(2), []
    for _ in range(rows):
        x = np.array([1.0, float(rng.random() < 0.4)])
        choice = policy.choose(state, x, ARMS, rng)
        reward = float(rng.random() < EFFECTS[ARMS.index(choice.arm)] @ x)
        log.append(row(choice.arm, x, reward, choice.propensities))
        state = policy.learn(state, Rewarded(choice.arm, x, reward, choice.propensities[choice.arm]))
    return log
