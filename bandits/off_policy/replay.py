"""Go through a log as another policy: what it would have drawn at each query, knowing the queries before.

Shapes: T is the number of rows, K the number of arms that were ever allowed, d the length of context vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.off_policy.row import LogRow
from riffler.bandits.policies.adaptive import AdaptiveThompson, Knowledge
from riffler.bandits.policies.base import Policy, State
from riffler.bandits.posterior import Vector
from riffler.errors import InvalidInput, RifflerError

_MODEL: Final = AdaptiveThompson(favour=0.0)
"""The regression of the default policy, which notices change; no arm is favoured."""


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """A log beside another policy. An arm that wasn't allowed at a row has the probability 0 there.

    Attributes:
        arms: The K arms.
        contexts: float64 (T, d).
        drawn: The place of each row's arm among the arms, (T,).
        rewards: float64 (T,).
        logged: Propensities by which was drawn, float64 (T, K).
        target: Those of the other policy, float64 (T, K).
        expected: The reward that the direct model expects of each arm, from the rows before, float64 (T, K) in [0, 1].
        noise: The deviation of a reward from what is expected, as the rows before tell, float64 (T,).
        known: The direct model after all rows.
    """

    arms: tuple[str, ...]
    contexts: Vector
    drawn: NDArray[np.intp]
    rewards: Vector
    logged: Vector
    target: Vector
    expected: Vector
    noise: Vector
    known: Knowledge

    def at_drawn(self, table: Vector) -> Vector:
        """Give the entries of the arms drawn, float64 (T,), of a table (T, K)."""
        entries: Vector = table[np.arange(len(self.drawn)), self.drawn]
        return entries

    @property
    def weights(self) -> Vector:
        """How much more likely the other policy draws each row's arm, float64 (T,)."""
        return self.at_drawn(self.target) / self.at_drawn(self.logged)


def replay(rows: Sequence[LogRow], policy: Policy[State]) -> Replay:
    """Let a policy decide the queries of a log, and learn its rewards.

    At row t it has learned the rows before t, and then learns row t: the arm that the log drew, with the log's reward
    and propensity. So what it would draw at row t doesn't depend on what row t gave, nor does what the model expects.

    Args:
        rows: The log, at least two rows, in the order in which decisions were made.
        policy: The policy.

    Returns:
        Both side by side.

    Raises:
        InvalidInput: There are fewer than two rows, or one can't be used.
    """
    if len(rows) < 2:
        raise InvalidInput(f"off-policy value: expected at least two rewarded decisions, got {len(rows)}")
    dimension = rows[0].x.size
    arms = tuple(dict.fromkeys(arm for row in rows for arm in row.propensities))
    places = {arm: place for place, arm in enumerate(arms)}
    logged, target, expected = np.zeros((3, len(rows), len(arms)))
    noise = np.empty(len(rows))
    rng = np.random.default_rng(0)  # the arm that is drawn by it counts for nothing
    state, known = policy.start(dimension), _MODEL.start(dimension)
    for number, row in enumerate(rows):
        try:
            row.checked(dimension)
        except RifflerError as error:
            raise type(error)(f"row {number}: {error}") from error
        at = [places[arm] for arm in row.propensities]
        logged[number, at] = list(row.propensities.values())
        chances = policy.choose(state, row.x, row.allowed, rng).propensities
        target[number, at] = [chances[arm] for arm in row.propensities]
        expected[number] = _expected(known, arms, row.x)
        noise[number] = known.fit.scales.noise
        state, known = policy.learn(state, row.rewarded), _MODEL.learn(known, row.rewarded)
    drawn = np.array([places[row.arm] for row in rows])
    contexts, rewards = np.array([row.x for row in rows]), np.array([row.reward for row in rows])
    return Replay(arms, contexts, drawn, rewards, logged, target, expected, noise, known)


def _expected(known: Knowledge, arms: Sequence[str], x: Vector) -> Vector:
    """Give what each arm is expected to earn, cut to where rewards can lie."""
    other = len(known.arms)
    found: Vector = np.clip((known.fit.coefficients @ x)[[known.arms.get(arm, other) for arm in arms]], 0.0, 1.0)
    return found
