"""What an answer cost, and what that takes off its reward.

    net = max(0, reward - token_price tokens / 1000 - second_price ms / 1000)

A rewrite that asks a model, or one that makes the answer longer, has to earn what it costs. As in the linear
scalarisation of several objectives: the prices are rates of exchange, in rewards, that the operator names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from riffler.bandits.policies.base import check_finite
from riffler.errors import InvalidInput

LARGEST_COST: Final = 10**12
"""The most tokens, and the most milliseconds (32 years): sums and means of costs stay finite."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a turn took.

    Attributes:
        tokens: Of all calls of the model, the rewrite's included; from 0 to 1e12.
        ms: Its time, in milliseconds; from 0 to 1e12.

    Raises:
        InvalidInput: A number is out of range, or none.
    """

    tokens: int = 0
    ms: float = 0.0

    def __post_init__(self) -> None:
        for name in ("tokens", "ms"):
            value = getattr(self, name)
            if isinstance(value, bool) or not 0 <= value <= LARGEST_COST:
                raise InvalidInput(f"{name}: expected a number from 0 to {LARGEST_COST:g}, got {value!r:.40}")


@dataclass(frozen=True, slots=True)
class Prices:
    """What tokens and time cost, in rewards.

    Attributes:
        token_price: Of a thousand tokens; at least 0.
        second_price: Of a second; at least 0.

    Raises:
        InvalidSetting: A price is below 0, or no finite number.
    """

    token_price: float = 0.0
    second_price: float = 0.0

    def __post_init__(self) -> None:
        check_finite("token_price", self.token_price, least=0)
        check_finite("second_price", self.second_price, least=0)

    def of(self, cost: Cost) -> float:
        """Give the price of a cost, in rewards."""
        return self.token_price * cost.tokens / 1000 + self.second_price * cost.ms / 1000

    def net(self, reward: float, cost: Cost) -> float:
        """Give what is left of a reward in [0, 1] after a cost; at least 0."""
        return max(0.0, reward - self.of(cost))
