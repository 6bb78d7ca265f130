"""What a policy learns from: a context vector and a reward, and what is refused as either."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from riffler.errors import InvalidInput, InvalidReward

Vector = NDArray[np.float64]

LARGEST = 1e6
"""The largest absolute value in a context vector."""
A_REWARD: Final = "a number from 0 to 1"
"""What a reward is, in words."""


def check_reward(reward: float) -> None:
    """Refuse what is no reward.

    Args:
        reward: What came.

    Raises:
        InvalidReward: It isn't a finite number in [0, 1].
    """
    if isinstance(reward, bool) or not 0.0 <= reward <= 1.0:  # NaN fails the comparison
        raise InvalidReward(f"reward: expected {A_REWARD}, got {reward!r}")


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
