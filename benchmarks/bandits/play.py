"""One game: a player against a table. The same loop for ours and for peers, each in its own interpreter.

What a player is told: the context, then, at once or late, the reward of the arm that it chose. What it costs is timed
for each round: the choice, and learning whatever reward came in that round.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from benchmarks.bandits.settings import Array, Table

POINTS = 50
"""How many points of a regret curve are kept."""


class Player(Protocol):
    """Chooses among arms 0 to K - 1, and learns."""

    def choose(self, x: Array) -> int:
        """Choose an arm for a context (d,)."""
        ...

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Learn the reward of an arm chosen before for this context."""
        ...


MakePlayer = Callable[[int, int, int], Player]
"""From arms, dimension and seed to a player who knows nothing yet."""


@dataclass(frozen=True)
class Played:
    """How a game went.

    Attributes:
        regret: Expected reward of each round's best arm minus that of the arm chosen, summed over rounds.
        us_per_step: Microseconds of choosing and learning, the median of rounds.
        us_mean: The same, the mean of rounds: rare expensive rounds count in it.
        curve: Regret after each 1 / `POINTS` of the rounds.
    """

    regret: float
    us_per_step: float
    us_mean: float
    curve: list[float]


def play(table: Table, player: Player) -> Played:
    """Play all rounds."""
    rounds = len(table.contexts)
    chosen: list[int] = []
    spent = np.zeros(rounds)
    for now, x in enumerate(table.contexts):
        start = time.perf_counter()
        arm = player.choose(x)
        spent[now] = time.perf_counter() - start
        chosen.append(arm)
        then = now - table.delay
        if then >= 0:
            x_then, arm_then, reward = table.contexts[then], chosen[then], float(table.rewards[then, chosen[then]])
            start = time.perf_counter()
            player.learn(x_then, arm_then, reward)
            spent[now] += time.perf_counter() - start
    got = table.expected[np.arange(rounds), chosen]
    regret = np.cumsum(table.expected.max(axis=1) - got)
    at = np.linspace(0, rounds - 1, POINTS + 1).round().astype(int)[1:]
    us = spent[table.delay :] * 1e6
    return Played(float(regret[-1]), float(np.median(us)), float(us.mean()), regret[at].round(3).tolist())
