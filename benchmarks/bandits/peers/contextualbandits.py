"""contextualbandits: https://github.com/david-cortes/contextualbandits. LinUCB, and LinTS where it draws scores.

Its LinTS that draws coefficients does so with the matrix in place of its inverse, so scores are drawn
(`sample_from="ci"`), where `v_sq` is the deviation.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version as version_of
from typing import Any

import numpy as np
from benchmarks.bandits.peers import MIDDLE
from benchmarks.bandits.play import MakePlayer
from benchmarks.bandits.settings import Array
from contextualbandits.online import LinTS, LinUCB  # type: ignore[import-not-found] # the peers' environment has it

UCB = ((0.1, 5.0), (0.2, 10.0), (0.3, 10.0), (0.3, 20.0))
TS = ((0.1, 10.0), (0.05, 20.0))


def version() -> str:
    """Give the version."""
    return version_of("contextualbandits")


def players(arms: int) -> dict[str, MakePlayer]:
    """List the policies; any number of arms will do."""
    return {
        **{f"contextualbandits:LinUCB(alpha={a}, lambda={b:g})": _player(_ucb(a, b)) for a, b in UCB},
        **{f"contextualbandits:LinTS(v={v}, lambda={b:g})": _player(_ts(v, b)) for v, b in TS},
    }


def _ucb(alpha: float, weight: float) -> Callable[[int, int], Any]:
    return lambda arms, seed: LinUCB(
        arms, alpha=alpha, lambda_=weight, fit_intercept=False, use_float=False, random_state=seed + 1
    )


def _ts(deviation: float, weight: float) -> Callable[[int, int], Any]:
    return lambda arms, seed: LinTS(
        arms, v_sq=deviation, lambda_=weight, fit_intercept=False, sample_from="ci", random_state=seed + 1 + 1
    )


def _player(policy: Callable[[int, int], Any]) -> MakePlayer:
    return lambda arms, dimension, seed: Player(policy(arms, seed), arms, dimension)


class Player:
    """Plays with a policy of the package, which is first told of a row of zeros for each arm: till then it guesses."""

    def __init__(self, policy: Any, arms: int, dimension: int) -> None:
        self.policy = policy
        policy.partial_fit(np.zeros((arms, dimension)), np.arange(arms), np.zeros(arms))

    def choose(self, x: Array) -> int:
        """Choose an arm."""
        return int(self.policy.predict(x[None])[0])

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Learn a reward."""
        self.policy.partial_fit(x[None], np.array([arm]), np.array([reward - MIDDLE]))
