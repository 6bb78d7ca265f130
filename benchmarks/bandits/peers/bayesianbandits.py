"""bayesianbandits: https://github.com/bayesianbandits/bayesianbandits. Thompson sampling, UCB and IDS on Gaussian arms.

`alpha` is the precision of the prior and `beta` that of the noise, in this order: (25, 25) would be a textbook prior,
worth one observation at noise .2; in (125, 25) coefficients have the size that those of most settings really have. More
of both explores less, which the settings with small effects reward.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version as version_of
from typing import Any

from bayesianbandits import (  # type: ignore[import-not-found] # the peers' environment has it
    Arm,
    ContextualAgent,
    EmpiricalBayesNormalRegressor,
    InformationDirectedSampling,
    NormalRegressor,
    StabilizedForgetting,
    ThompsonSampling,
    UpperConfidenceBound,
)
from benchmarks.bandits.peers import MIDDLE
from benchmarks.bandits.play import MakePlayer
from benchmarks.bandits.settings import Array


def version() -> str:
    """Give the version."""
    return version_of("bayesianbandits")


def players(arms: int) -> dict[str, MakePlayer]:
    """List the policies; any number of arms will do."""
    ts, ids, ucb = ThompsonSampling, InformationDirectedSampling, lambda: UpperConfidenceBound(0.84, samples=500)
    policies = {
        "TS(500, 100)": _player(ts, lambda: NormalRegressor(500, 100)),
        "TS(8000, 400)": _player(ts, lambda: NormalRegressor(8000, 400)),
        "TS(empirical Bayes)": _player(ts, lambda: EmpiricalBayesNormalRegressor(100, 25)),
        "UCB(250, 25)": _player(ucb, lambda: NormalRegressor(250, 25)),
        "UCB(250, 25, forgetting=.98)": _player(
            ucb, lambda: NormalRegressor(250, 25, forgetting=StabilizedForgetting(0.98))
        ),
        "IDS(125, 25)": _player(ids, lambda: NormalRegressor(125, 25)),
    }
    return {f"bayesianbandits:{name}": make for name, make in policies.items()}


def _player(policy: Callable[[], Any], learner: Callable[[], Any]) -> MakePlayer:
    return lambda arms, dimension, seed: Player(policy(), [Arm(k, learner=learner()) for k in range(arms)], seed)


class Player:
    """Plays with an agent of the package."""

    def __init__(self, policy: Any, arms: list[Any], seed: int) -> None:
        self.agent = ContextualAgent(arms, policy, random_seed=seed)

    def choose(self, x: Array) -> int:
        """Choose an arm."""
        return int(self.agent.pull(x[None])[0])

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Learn a reward."""
        self.agent.select_for_update(arm).update(x[None], [reward - MIDDLE])
