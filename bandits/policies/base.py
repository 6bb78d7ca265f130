"""What a policy is: from the log of rewards to a state, and from a state and a query to an arm, with propensities.

A policy is pure. Its state is a fold over the log, in the order in which rewards counted:

    state = policy.start(d)
    for row in log: state = policy.learn(state, row)

so whoever has the log has the state, bit for bit, and a corrected or deleted reward needs no rule of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np

from riffler.bandits.checks import Vector, check_context, check_reward
from riffler.errors import InvalidInput, InvalidSetting

State = TypeVar("State")


@dataclass(frozen=True, slots=True, eq=False)
class Rewarded:
    """A decision with its reward, which is what a policy learns from.

    Attributes:
        arm: The arm drawn.
        x: Its context vector, float64 (d,).
        reward: In [0, 1].
        propensity: The probability that the arm had when it was drawn, in (0, 1].
    """

    arm: str
    x: Vector
    reward: float
    propensity: float = 1.0

    def checked(self, dimension: int) -> Rewarded:
        """Refuse what nothing can be learned from.

        Args:
            dimension: d.

        Returns:
            Itself.

        Raises:
            InvalidInput: The arm has no name, the vector has another length or a value that is no number, or the
                propensity isn't in (0, 1].
            InvalidReward: The reward isn't a finite number in [0, 1].
        """
        if not self.arm:
            raise InvalidInput("arm: expected a name, got ''")
        check_context(self.x, dimension)
        check_reward(self.reward)
        if not 0.0 < self.propensity <= 1.0:
            raise InvalidInput(f"propensity: expected a number above 0, of at most 1, got {self.propensity!r}")
        return self


@dataclass(frozen=True, slots=True)
class Choice:
    """A draw.

    Attributes:
        arm: The arm drawn.
        propensities: Probability of each allowed arm, in the order allowed; they sum to 1.
        scores: Mean and standard deviation of each allowed arm's score, where the policy has them.
    """

    arm: str
    propensities: Mapping[str, float]
    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)


class Policy(Protocol[State]):
    """Chooses an arm. Pure: what it knows is its state, what it draws comes from `rng`. States are never changed."""

    @property
    def name(self) -> str:
        """The algorithm."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same log would give other propensities."""
        ...

    def start(self, dimension: int) -> State:
        """Give the state in which nothing is known.

        Args:
            dimension: d, the length of context vectors, at least 1.

        Returns:
            The state.
        """
        ...

    def learn(self, state: State, row: Rewarded) -> State:
        """Learn from one more reward.

        Args:
            state: What is known.
            row: The decision and its reward.

        Returns:
            A new state.

        Raises:
            InvalidInput: The context vector doesn't fit, or the propensity is none.
            InvalidReward: The reward isn't a finite number in [0, 1].
        """
        ...

    def choose(self, state: State, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn, at least one, each once.
            rng: Source of the draw.

        Returns:
            The draw.

        Raises:
            InvalidInput: No arm is allowed, one is named twice, or the context vector doesn't fit.
        """
        ...


def learned(policy: Policy[State], dimension: int, rows: Iterable[Rewarded]) -> State:
    """Learn a log.

    Args:
        policy: Who learns.
        dimension: d.
        rows: The decisions and rewards, in the order in which the rewards counted.

    Returns:
        The state after them.
    """
    state = policy.start(dimension)
    for row in rows:
        state = policy.learn(state, row)
    return state


def check_allowed(allowed: Sequence[str]) -> None:
    """Refuse arms that none can be drawn from.

    Args:
        allowed: The arms that may be drawn.

    Raises:
        InvalidInput: There is none, or one is named twice.
    """
    if not allowed or len(set(allowed)) != len(allowed):
        raise InvalidInput(f"allowed arms: expected one or more different names, got {list(allowed)!r}")


def drawn(allowed: Sequence[str], chances: Sequence[float] | Vector, rng: np.random.Generator) -> str:
    """Draw an arm by its propensities: what is logged is then what was drawn by, whatever rounding made of it.

    Args:
        allowed: The arms.
        chances: Their probabilities, which sum to 1 within rounding.
        rng: Source of the draw: one uniform number.

    Returns:
        The arm. One with probability 0 is never drawn.
    """
    left = float(rng.random())
    arm = ""
    for name, chance in zip(allowed, chances, strict=True):
        if chance > 0:
            arm = name  # where rounding leaves a rest, the last possible arm has it
            left -= chance
            if left < 0:
                break
    return arm


def choice(
    allowed: Sequence[str],
    chances: Sequence[float],
    rng: np.random.Generator,
    scores: tuple[Sequence[float], Sequence[float]] | None = None,
) -> Choice:
    """Draw an arm, and say by what.

    Args:
        allowed: The arms.
        chances: Their probabilities, which sum to 1 within rounding.
        rng: Source of the draw: one uniform number.
        scores: Means and standard deviations of the K arms' scores.

    Returns:
        The draw.
    """
    laws = dict(zip(allowed, zip(*scores, strict=True), strict=True)) if scores is not None else {}
    return Choice(drawn(allowed, chances, rng), dict(zip(allowed, chances, strict=True)), laws)


def check_finite(
    name: str, value: float, *, above: float = -math.inf, least: float = -math.inf, most: float = math.inf
) -> None:
    """Refuse a setting that isn't possible.

    Args:
        name: The setting.
        value: Its value.
        above: What it must be above.
        least: The smallest possible value.
        most: The largest possible value.

    Raises:
        InvalidSetting: It is no finite number, or too small or too large.
    """
    if not (math.isfinite(value) and above < value and least <= value <= most):
        bounds = f"above {above:g}" if above > -math.inf else f"of at least {least:g}" if least > -math.inf else ""
        upper = f"of at most {most:g}" if most < math.inf else ""
        said = ", ".join(bound for bound in (bounds, upper) if bound)
        raise InvalidSetting(f"{name}: expected a finite number{said and ' ' + said}, got {value!r}")
