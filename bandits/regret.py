"""True regret: what was lost by not drawing the best arm, where every arm's reward is known.

It is true only because all arms were evaluated on every query, as in a simulation or a replay. Nothing here estimates:
an estimated or audited regret is another type, in another file.

Shapes: T is the number of rounds. For round t, with rewards r_t[a] and the arm drawn d_t,

    instantaneous[t] = max over a of r_t[a] - r_t[d_t]             against the best arm of each round (an oracle)
    against[a][t]    = sum over s <= t of (r_s[a] - r_s[d_s])      against always drawing a; negative where we won
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from riffler.errors import InvalidInput, InvalidReward


@dataclass(frozen=True, slots=True, eq=False)
class Regret:
    """The regret of a sequence of draws. Make it with `true_regret`.

    Attributes:
        instantaneous: Regret of each round against its best arm, float64 (T,), at least 0.
        against: Cumulative regret against each fixed arm, float64 (T,), in the order of the first round's arms.
        kind: Says how the figure was come by.
    """

    instantaneous: NDArray[np.float64]
    against: Mapping[str, NDArray[np.float64]]
    kind: Literal["true"] = field(default="true", init=False)

    @property
    def cumulative(self) -> NDArray[np.float64]:
        """Regret so far against the best arm of each round, float64 (T,); never falls."""
        return np.cumsum(self.instantaneous)

    @property
    def total(self) -> float:
        """Regret over all rounds against the best arm of each."""
        return float(self.instantaneous.sum())

    @property
    def best_static(self) -> str:
        """The arm that would have earned most, had it always been drawn; of equals the first."""
        return max(self.against, key=lambda arm: float(self.against[arm][-1]))

    @property
    def against_best_static(self) -> float:
        """Regret over all rounds against `best_static`; negative where the draws earned more than any fixed arm."""
        return float(self.against[self.best_static][-1])


def true_regret(rounds: Iterable[tuple[Mapping[str, float], str]]) -> Regret:
    """Compute the regret of draws from the rewards of all arms.

    Args:
        rounds: For each round the reward of every arm, and the arm drawn. At least one round; the arms are the same in
            all.

    Returns:
        The regret.

    Raises:
        InvalidInput: There is no round, or a round has other arms than the first, or none, or drew an
            arm that it lacks.
        InvalidReward: A reward isn't a finite number in [0, 1].
    """
    arms: tuple[str, ...] = ()
    rewards: list[list[float]] = []
    drawn: list[int] = []
    for number, (row, arm) in enumerate(rounds):
        arms = arms or tuple(row)
        if not row or set(row) != set(arms):
            raise InvalidInput(f"round {number}: expected rewards of {list(arms)}, got {list(row)}")
        if arm not in row:
            raise InvalidInput(f"round {number}: the arm drawn, {arm!r}, has no reward")
        rewards.append([row[name] for name in arms])
        drawn.append(arms.index(arm))
    if not rewards:
        raise InvalidInput("regret: expected at least one round, got none")
    table = np.array(rewards, dtype=np.float64)  # (T, arms)
    if not ((table >= 0) & (table <= 1)).all():
        raise InvalidReward("regret: expected rewards from 0 to 1")
    earned = table[np.arange(len(drawn)), drawn]
    lost = np.cumsum(table - earned[:, None], axis=0)
    against = {name: lost[:, column] for column, name in enumerate(arms)}
    return Regret(table.max(axis=1) - earned, MappingProxyType(against))
