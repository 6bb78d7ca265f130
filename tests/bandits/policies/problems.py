"""Policies under test, logs for them, and how unlikely a count may be."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from riffler.bandits.checks import Vector
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Policy, Rewarded
from riffler.bandits.policies.conservative import Conservative
from riffler.bandits.policies.exp3 import Exp3
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.floored import Floored
from riffler.bandits.policies.ftrl import TsallisInf
from riffler.bandits.policies.gaussian_thompson import GaussianThompson
from riffler.bandits.policies.hybrid import HybridThompson
from riffler.bandits.policies.ids import InformationDirected
from riffler.bandits.policies.lin_ucb import LinUCB
from riffler.bandits.policies.thompson import LinearThompson

ARMS = ("none", "a", "b", "c")
DIMENSION = 3

POLICIES: list[Policy[Any]] = [
    AdaptiveThompson(),
    Fixed("a"),
    LinearThompson(),
    LinearThompson(gamma=0.97),
    LinUCB(),
    LinUCB(gamma=0.97),
    InformationDirected(),
    InformationDirected(gamma=0.97),
    HybridThompson(),
    HybridThompson(gamma=0.97),
    GaussianThompson(),
    Exp3(),
    TsallisInf(),
    Floored(LinUCB(), 0.05),
    Floored(Exp3(), 1.0),
    Conservative(LinearThompson(), margin=1.0),
    Conservative(LinearThompson(), margin=0.01),
]

contexts = st.lists(st.sampled_from([0.0, 1.0]) | st.floats(-1, 1), min_size=2, max_size=2).map(
    lambda rest: np.array([1.0, *rest])
)
rows = st.builds(Rewarded, st.sampled_from(ARMS), contexts, st.floats(0, 1), st.floats(0.01, 1))
logs = st.lists(rows, max_size=12)


def identity(policy: Policy[Any]) -> str:
    """Name a policy under test."""
    return f"{policy.name} {policy.version}"


def random_log(count: int, seed: int = 1, dimension: int = DIMENSION) -> list[Rewarded]:
    """Draw a log of rewards that have to do with nothing."""
    rng = np.random.default_rng(seed)
    return [
        Rewarded(
            str(rng.choice(ARMS)),
            np.array([1.0, *rng.choice([0.0, 1.0, -0.5], dimension - 1)]),
            float(rng.random()),
            float(rng.uniform(0.1, 1)),
        )
        for _ in range(count)
    ]


def dense(
    log: Sequence[Rewarded], arm: str, precision: float, mean: float, gamma: float = 1.0
) -> tuple[Vector, Vector]:
    """Solve an arm's regression by the definition: its coefficients and A^-1."""
    length = log[0].x.size if log else DIMENSION
    matrix, moment = precision * np.eye(length), np.zeros(length)
    moment[0] = precision * mean
    for place, row in enumerate(log):
        if row.arm == arm:
            weight = gamma ** (32 * (len(log) // 32 - place // 32))
            matrix += weight * np.outer(row.x, row.x)
            moment += weight * row.reward * row.x
    return np.linalg.solve(matrix, moment), np.linalg.inv(matrix)


def far(count: int, chance: float, draws: int) -> bool:
    """Tell whether a count is one that chance gives less than once in 1e9 times (Bernstein's inequality)."""
    spread = math.log(2e9)
    bound = spread / 3 + math.sqrt(spread * spread / 9 + 2 * spread * draws * chance * (1 - chance))
    return abs(count - draws * chance) > bound
