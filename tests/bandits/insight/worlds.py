"""Logs to be read: any at all, and those that a policy collected in a world whose truth is known."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from riffler.bandits.checks import Vector
from riffler.bandits.insight.entry import Entry
from riffler.bandits.policies.base import Policy, Rewarded

ARMS = ("none", "a", "b")
EVEN = {"none": 0.25, "a": 0.5, "b": 0.25}

contexts = st.lists(st.sampled_from([0.0, 1.0]) | st.floats(-1, 1), min_size=2, max_size=2).map(
    lambda rest: np.array([1.0, *rest])
)
entries = st.builds(
    Entry, st.sampled_from(ARMS), contexts, st.just(ARMS), st.just(EVEN), st.none() | st.floats(0, 1), st.integers(0, 9)
)
logs = st.lists(entries, max_size=15)


def entry(arm: str, x: Vector, reward: float | None, **rest: Any) -> Entry:
    """Make a decision among three arms."""
    return Entry(arm, x, ARMS, EVEN, reward, **rest)


def world(rng: np.random.Generator, dimension: int, slope: float, arms: int = 3) -> Vector:
    """Draw coefficients: each arm has a level of its own, and features say something, or nothing where slope is 0."""
    coefficients = slope * rng.standard_normal((arms, dimension))
    coefficients[:, 0] = 0.5 + rng.normal(0, 0.04, arms)
    return coefficients


def lone(dimension: int, effect: float) -> Vector:
    """Give coefficients of equal arms, but that one feature says something of one arm; nothing where that is 0."""
    coefficients = np.zeros((len(ARMS), dimension))
    coefficients[:, 0] = 0.5
    coefficients[1, 1] = effect
    return coefficients


def played(
    policy: Policy[Any], truth: Vector, rounds: int, rng: np.random.Generator, noise: float = 0.2
) -> list[Entry]:
    """Let a policy play: features are there or not, and a reward lies `noise` above or below what is expected."""
    dimension, names, log = truth.shape[1], ("none", *"abcdef")[: len(truth)], []
    state = policy.start(dimension)
    for at in range(rounds):
        x = np.array([1.0, *rng.integers(0, 2, dimension - 1)])
        choice = policy.choose(state, x, names, rng)
        reward = float(np.clip(truth[names.index(choice.arm)] @ x + noise * rng.choice((-1, 1)), 0, 1))
        log.append(Entry(choice.arm, x, names, choice.propensities, reward, at_ms=1000 * at))
        state = policy.learn(state, Rewarded(choice.arm, x, reward, choice.propensities[choice.arm]))
    return log
