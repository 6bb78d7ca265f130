"""Go through a log as another policy: what it would have drawn at each query, knowing the queries before.

Shapes: T is the number of rows, K the number of arms that were ever allowed, d the length of context vectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.checks import Vector
from riffler.bandits.insight.entry import Entry
from riffler.bandits.off_policy.usable import usable
from riffler.bandits.policies.adaptive import AdaptiveThompson, Knowledge
from riffler.bandits.policies.base import Policy, State

_MODEL: Final = AdaptiveThompson(favour=0.0)
"""The regression of the default policy, which notices change; no arm is favoured."""

_LEAST_DIVISOR: Final = 1e-100
"""A smaller propensity counts as this, so that squares of weights are finite."""


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
        return self.at_drawn(self.target) / np.maximum(self.at_drawn(self.logged), _LEAST_DIVISOR)


def replay(log: Iterable[Entry], policy: Policy[State]) -> Replay:
    """Let a policy decide the queries of a log, and learn its rewards.

    At row t it has learned the rows before t, and then learns row t: the arm that the log drew, with the log's reward
    and propensity. So what it would draw at row t doesn't depend on what row t gave, nor does what the model expects.

    Args:
        log: The decisions, in the order in which they were made. Those without a reward are left out.
        policy: The policy.

    Returns:
        Both side by side. Raises what `usable` raises.
    """
    rows = usable(log)
    dimension = rows[0][0].x.size
    arms = tuple(dict.fromkeys(arm for entry, _ in rows for arm in entry.allowed))
    places = {arm: place for place, arm in enumerate(arms)}
    logged, target, expected = np.zeros((3, len(rows), len(arms)))
    noise = np.empty(len(rows))
    rng = np.random.default_rng(0)  # the arm that is drawn by it counts for nothing
    state, known = policy.start(dimension), _MODEL.start(dimension)
    for number, (entry, rewarded) in enumerate(rows):
        at = [places[arm] for arm in entry.allowed]
        logged[number, at] = [entry.propensities[arm] for arm in entry.allowed]
        chances = policy.choose(state, entry.x, entry.allowed, rng).propensities
        target[number, at] = [chances[arm] for arm in entry.allowed]
        expected[number] = _expected(known, arms, entry.x)
        noise[number] = known.fit.scales.noise
        state, known = policy.learn(state, rewarded), _MODEL.learn(known, rewarded)
    drawn = np.array([places[entry.arm] for entry, _ in rows])
    contexts, rewards = np.array([row.x for _, row in rows]), np.array([row.reward for _, row in rows])
    return Replay(arms, contexts, drawn, rewards, logged, target, expected, noise, known)


def _expected(known: Knowledge, arms: Sequence[str], x: Vector) -> Vector:
    """Give what each arm is expected to earn, cut to where rewards can lie."""
    other = len(known.arms)
    found: Vector = np.clip((known.fit.coefficients @ x)[[known.arms.get(arm, other) for arm in arms]], 0.0, 1.0)
    return found
