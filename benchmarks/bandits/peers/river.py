"""river: https://github.com/online-ml/river. Its disjoint LinUCB.

Its bound is the mean plus one standard deviation of the next reward, so `beta`, the precision of the noise, decides
both on the prior's weight and on how much is explored. `alpha` stays 1: with another value its inverse is none.
"""

from __future__ import annotations

from importlib.metadata import version as version_of

from benchmarks.bandits.peers import MIDDLE
from benchmarks.bandits.play import MakePlayer
from benchmarks.bandits.settings import Array
from river.bandit import LinUCBDisjoint  # type: ignore[import-not-found] # the peers' environment has it


def version() -> str:
    """Give the version."""
    return version_of("river")


def players(arms: int) -> dict[str, MakePlayer]:
    """List the policies; any number of arms will do."""
    return {f"river:LinUCBDisjoint(beta={beta})": _player(beta) for beta in (0.2, 1.0, 5.0, 25.0)}


def _player(beta: float) -> MakePlayer:
    return lambda arms, dimension, seed: Player(beta, arms, seed)


class Player:
    """Plays with river's policy."""

    def __init__(self, beta: float, arms: int, seed: int) -> None:
        self.policy = LinUCBDisjoint(beta=beta, seed=seed)
        self.arms = list(range(arms))

    def choose(self, x: Array) -> int:
        """Choose an arm."""
        return int(self.policy.pull(self.arms, context=dict(enumerate(x.tolist()))))

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Learn a reward."""
        self.policy.update(arm, dict(enumerate(x.tolist())), reward - MIDDLE)
