"""Vowpal Wabbit: https://github.com/VowpalWabbit/vowpal_wabbit. Explores by `cb_explore_adf` over a linear model.

The context is shared between the arms' lines, and `-q sa` crosses it with the arm, so the arms are disjoint. Costs are
centred: of raw ones (0 to -1) every arm not tried looks worse than all tried, and it starts worse than uniform.
"""

from __future__ import annotations

from collections import deque
from importlib.metadata import version as version_of

import numpy as np
from benchmarks.bandits.peers import MIDDLE
from benchmarks.bandits.play import MakePlayer
from benchmarks.bandits.settings import Array
from vowpalwabbit import Workspace  # type: ignore[import-not-found] # the peers' environment has it

WAYS = ("--bag 5", "--bag 5 --greedify", "--squarecb", "--squarecb --gamma_scale 100", "--squarecb --gamma_scale 500")


def version() -> str:
    """Give the version."""
    return version_of("vowpalwabbit")


def players(arms: int) -> dict[str, MakePlayer]:
    """List the policies; any number of arms will do."""
    return {f"vowpalwabbit:{way}": _player(way) for way in WAYS}


def _player(way: str) -> MakePlayer:
    return lambda arms, dimension, seed: Player(way, arms, seed)


class Player:
    """Plays with a workspace."""

    def __init__(self, way: str, arms: int, seed: int) -> None:
        self.vw = Workspace(f"--cb_explore_adf {way} -q sa --ignore_linear s --quiet --random_seed {seed + 1}")
        self.arms = arms
        self.rng = np.random.default_rng(seed)
        self.waiting: deque[float] = deque()

    def choose(self, x: Array) -> int:
        """Draw an arm of the probabilities that it gives."""
        chances = np.array(self.vw.predict(self._lines(x)))
        arm = int(self.rng.choice(self.arms, p=chances / chances.sum()))
        self.waiting.append(float(chances[arm]))
        return arm

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Learn a cost, with the probability that its arm had."""
        self.vw.learn(self._lines(x, arm, f"{arm}:{MIDDLE - reward:.6f}:{self.waiting.popleft():.6f} "))

    def _lines(self, x: Array, labelled: int = -1, label: str = "") -> list[str]:
        shared = " ".join(f"f{at}:{value:g}" for at, value in enumerate(x.tolist()) if value)
        lines = [f"{label if arm == labelled else ''}|a arm{arm}" for arm in range(self.arms)]
        return [f"shared |s {shared}", *lines]
