"""What is known of each arm: the sufficient statistics of a Bayesian linear regression.

Shapes: d is the length of the context vector, with the bias first.

An arm's statistics are its count n, the Gram matrix X'X (d, d), the moment X'r (d,), and the sum of squared rewards.
They are sums, so rewards may come in any order, and adding one is a rank-1 update:

    gram += x x'      moment += r x      squares += r r      n += 1

As a flat list of float64 they are `n, squares, moment[0..d), gram[0..d*d) by rows`: what a store keeps. A store that
adds with IEEE doubles in this form, in the order of the log, has bit for bit what `Posterior.from_log` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from riffler.errors import InvalidInput, InvalidReward

Vector = NDArray[np.float64]

LARGEST = 1e6
"""The largest absolute value in a context vector."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmStatistics:
    """Sums over an arm's rewarded decisions.

    Attributes:
        count: How many.
        gram: X'X, float64 (d, d).
        moment: X'r, float64 (d,).
        squares: Sum of squared rewards.
    """

    count: int
    gram: Vector
    moment: Vector
    squares: float

    @classmethod
    def empty(cls, dimension: int) -> ArmStatistics:
        """Give the statistics of an arm that was never rewarded."""
        return cls(0, np.zeros((dimension, dimension)), np.zeros(dimension), 0.0)

    @classmethod
    def from_flat(cls, flat: Sequence[float], dimension: int) -> ArmStatistics:
        """Take statistics back from their flat form.

        Args:
            flat: As `to_flat` gives.
            dimension: d.

        Returns:
            The statistics.

        Raises:
            InvalidInput: The number of values isn't 2 + d + d * d, one isn't finite, or the count is no count.
        """
        if len(flat) != flat_length(dimension):
            raise InvalidInput(
                f"statistics: expected {flat_length(dimension)} values for d = {dimension}, got {len(flat)}"
            )
        values = np.array(flat, dtype=np.float64)
        if not np.isfinite(values).all() or values[0] < 0 or values[0] != np.floor(values[0]):
            raise InvalidInput("statistics: expected finite values, the first of them a count")
        return cls(
            int(values[0]),
            values[2 + dimension :].reshape(dimension, dimension),
            values[2 : 2 + dimension],
            float(values[1]),
        )

    def to_flat(self) -> list[float]:
        """Give the statistics as a flat list of 2 + d + d * d numbers (see the module)."""
        return [float(self.count), self.squares, *self.moment.tolist(), *self.gram.ravel().tolist()]

    def add(self, x: Vector, reward: float) -> ArmStatistics:
        """Give the statistics with one more rewarded decision.

        Args:
            x: Context vector, float64 (d,).
            reward: In [0, 1].

        Returns:
            New statistics.
        """
        return ArmStatistics(
            self.count + 1, self.gram + np.outer(x, x), self.moment + reward * x, self.squares + reward * reward
        )


@dataclass(frozen=True, slots=True)
class Posterior:
    """The statistics of all arms that were rewarded.

    Attributes:
        dimension: d.
        arms: Statistics by the arm's name.
    """

    dimension: int
    arms: Mapping[str, ArmStatistics] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_log(cls, dimension: int, rows: Iterable[tuple[str, Sequence[float], float]]) -> Posterior:
        """Compute the posterior from the log.

        Args:
            dimension: d.
            rows: Arm, context vector and reward of each rewarded decision, in the order of the rewards.

        Returns:
            The posterior.
        """
        posterior = cls(dimension)
        for arm, x, reward in rows:
            posterior = posterior.add(arm, np.asarray(x, dtype=np.float64), reward)
        return posterior

    def of(self, arm: str) -> ArmStatistics:
        """Give an arm's statistics; those of an arm that was never rewarded are empty."""
        return self.arms.get(arm) or ArmStatistics.empty(self.dimension)

    def add(self, arm: str, x: Vector, reward: float) -> Posterior:
        """Learn one rewarded decision.

        Args:
            arm: The arm drawn.
            x: Its context vector, float64 (d,).
            reward: In [0, 1].

        Returns:
            A new posterior.

        Raises:
            InvalidInput: The vector has another length, or a value that is no number.
            InvalidReward: The reward isn't a finite number in [0, 1].
        """
        check_context(x, self.dimension)
        check_reward(reward)
        return Posterior(self.dimension, MappingProxyType({**self.arms, arm: self.of(arm).add(x, reward)}))


def flat_length(dimension: int) -> int:
    """Give the number of values of an arm's flat statistics."""
    return 2 + dimension + dimension * dimension


def check_reward(reward: float) -> None:
    """Refuse what is no reward.

    Args:
        reward: What came.

    Raises:
        InvalidReward: It isn't a finite number in [0, 1].
    """
    if isinstance(reward, bool) or not 0.0 <= reward <= 1.0:  # NaN fails the comparison
        raise InvalidReward(f"reward: expected a number from 0 to 1, got {reward!r}")


def check_context(x: Vector, dimension: int) -> None:
    """Refuse what is no context vector.

    Args:
        x: What came.
        dimension: d.

    Raises:
        InvalidInput: Its length isn't d, or a value isn't a number of at most 1e6 in size. (A context is of the order
            of one; squares of larger ones could overflow the sums, and nothing would be learned any more.)
    """
    if x.shape != (dimension,):
        raise InvalidInput(f"context vector: expected shape ({dimension},), got {x.shape}")
    if not np.vdot(x, x) <= LARGEST and not (np.abs(x) <= LARGEST).all():  # the first is quick, and nearly always so
        raise InvalidInput(f"context vector: expected finite numbers of at most {LARGEST:g} in size")
