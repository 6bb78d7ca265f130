"""mabwiser: https://github.com/fidelity/mabwiser. LinUCB and LinTS, disjoint.

It keeps the inverse of an arm's matrix only from the arm's first update on, so each arm gets one row of zeros, which
leaves the matrix as it is. Without that a cold arm's exploration grows with `l2_lambda` where it should shrink.
"""

from __future__ import annotations

from importlib.metadata import version as version_of

import numpy as np
from benchmarks.bandits.peers import MIDDLE
from benchmarks.bandits.play import MakePlayer
from benchmarks.bandits.settings import Array
from mabwiser.mab import MAB, LearningPolicy  # type: ignore[import-not-found] # the peers' environment has it

UCB = ((0.05, 1), (0.2, 5), (0.2, 10), (0.4, 20))
TS = ((0.1, 5), (0.1, 10), (0.05, 20))


def version() -> str:
    """Give the version."""
    return version_of("mabwiser")


def players(arms: int) -> dict[str, MakePlayer]:
    """List the policies; any number of arms will do."""
    policies = {
        **{f"LinUCB(alpha={a}, l2={l2})": LearningPolicy.LinUCB(alpha=a, l2_lambda=l2) for a, l2 in UCB},
        **{f"LinTS(alpha={a}, l2={l2})": LearningPolicy.LinTS(alpha=a, l2_lambda=l2) for a, l2 in TS},
    }
    return {f"mabwiser:{name}": _player(policy) for name, policy in policies.items()}


def _player(policy: object) -> MakePlayer:
    return lambda arms, dimension, seed: Player(policy, arms, dimension, seed)


class Player:
    """Plays with a policy of mabwiser."""

    def __init__(self, policy: object, arms: int, dimension: int, seed: int) -> None:
        self.mab = MAB(list(range(arms)), policy, seed=seed)
        self.mab.fit(np.arange(arms), np.zeros(arms), np.zeros((arms, dimension)))

    def choose(self, x: Array) -> int:
        """Choose an arm."""
        return int(self.mab.predict(x[None]))

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Learn a reward."""
        self.mab.partial_fit(np.array([arm]), np.array([reward - MIDDLE]), x[None])
