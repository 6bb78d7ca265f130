"""A small world with known mean rewards, and logs of it."""

from typing import Any

import numpy as np

from riffler.bandits.off_policy.row import LogRow
from riffler.bandits.policies.base import Policy

ARMS = ("none", "a", "b")
EFFECTS = np.array([[0.5, 0.1], [0.35, 0.3], [0.6, -0.1]])
"""Mean rewards are EFFECTS @ x."""


def log_of(policy: Policy[Any], rows: int, seed: int) -> list[LogRow]:
    """Let a policy collect a log; rewards are 0 or 1."""
    rng = np.random.default_rng([seed, 77])
    state, log = policy.start(2), []
    for _ in range(rows):
        x = np.array([1.0, float(rng.random() < 0.4)])
        choice = policy.choose(state, x, ARMS, rng)
        reward = float(rng.random() < EFFECTS[ARMS.index(choice.arm)] @ x)
        log.append(LogRow(choice.arm, x, reward, choice.propensities))
        state = policy.learn(state, log[-1].rewarded)
    return log
