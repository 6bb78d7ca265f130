"""Our policies, behind the port that the service uses: `riffler.bandits.policies.base`.

To add one, add a line to `players`. `default` is the service's own policy untouched; the others name their settings.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections import deque
from typing import Any

import numpy as np
from benchmarks.bandits.play import MakePlayer
from benchmarks.bandits.settings import Array

from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Policy, Rewarded
from riffler.bandits.policies.exp3 import Exp3
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.ftrl import TsallisInf
from riffler.bandits.policies.gaussian_thompson import GaussianThompson
from riffler.bandits.policies.hybrid import HybridThompson
from riffler.bandits.policies.ids import InformationDirected
from riffler.bandits.policies.lin_ucb import LinUCB
from riffler.bandits.policies.thompson import LinearThompson


def version() -> str:
    """Give a digest of the code that choosing and learning run, for rows are kept as long as it is the same."""
    code = hashlib.sha256()
    for name in sorted(name for name in sys.modules if name.startswith("riffler.bandits")):
        code.update(inspect.getsource(sys.modules[name]).encode())
    return code.hexdigest()[:12]


def names(arms: int) -> list[str]:
    """Name the arms. The first is `none`, as in the service; whether it is any good the seed decides."""
    return ["none", *(f"arm-{number}" for number in range(1, arms))]


def players(arms: int) -> dict[str, MakePlayer]:
    """List our policies and the simplest strategies, by the name that their rows have.

    Args:
        arms: K, for there is a fixed policy for each arm.

    Returns:
        What makes the players.
    """
    policies: dict[str, Policy[Any]] = {
        "default": AdaptiveThompson(),
        "linear-thompson": LinearThompson(),
        "linear-thompson(noise=.2, precision=5)": LinearThompson(noise_sd=0.2, prior_precision=5.0),
        "lin-ucb": LinUCB(),
        "lin-ucb(alpha=.2, precision=10)": LinUCB(alpha=0.2, prior_precision=10.0),
        "information-directed": InformationDirected(),
        "information-directed(noise=.2, precision=5)": InformationDirected(noise_sd=0.2, prior_precision=5.0),
        "hybrid-thompson": HybridThompson(),
        "hybrid-thompson(noise=.2, own=10, shared=4)": HybridThompson(4.0, 10.0, noise_sd=0.2),
        "context-free:gaussian-thompson": GaussianThompson(),
        "context-free:exp3": Exp3(),
        "context-free:tsallis-inf": TsallisInf(),
        **{f"fixed:{name}": Fixed(name) for name in names(arms)},
    }
    return {
        **{name: _player(policy) for name, policy in policies.items()},
        "uniform": lambda arms, _, seed: Uniform(arms, seed),
    }


def _player(policy: Policy[Any]) -> MakePlayer:
    return lambda arms, dimension, seed: PolicyPlayer(policy, arms, dimension, seed)


class PolicyPlayer:
    """Plays with a policy of ours, whose choices come with their propensities: both are timed.

    Args:
        policy: The policy.
        arms: K.
        dimension: d.
        seed: Of its draws.
    """

    def __init__(self, policy: Policy[Any], arms: int, dimension: int, seed: int) -> None:
        self.policy, self.arms = policy, names(arms)
        self.numbers = {name: number for number, name in enumerate(self.arms)}
        self.state = policy.start(dimension)
        self.rng = np.random.default_rng(seed)
        self.waiting: deque[float] = deque()
        """Propensities of the arms chosen, until their rewards come: these come in the order of the choices."""

    def choose(self, x: Array) -> int:
        """Choose by the policy."""
        choice = self.policy.choose(self.state, x, self.arms, self.rng)
        self.waiting.append(choice.propensities[choice.arm])
        return self.numbers[choice.arm]

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Fold one more reward into the state."""
        row = Rewarded(self.arms[arm], x, reward, self.waiting.popleft())
        self.state = self.policy.learn(self.state, row)


class Uniform:
    """Chooses each arm with the same probability, and learns nothing."""

    def __init__(self, arms: int, seed: int) -> None:
        self.arms, self.rng = arms, np.random.default_rng(seed)

    def choose(self, x: Array) -> int:
        """Choose whichever."""
        return int(self.rng.integers(self.arms))

    def learn(self, x: Array, arm: int, reward: float) -> None:
        """Learn nothing."""
