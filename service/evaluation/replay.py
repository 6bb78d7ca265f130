"""Replays a policy on questions whose reward with every arm is known: exact, from a seed, and without a model.

Shapes: n questions, k arms, d numbers of a context vector.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.policies.base import Policy, Rewarded
from riffler.service.agent.rewriter import NONE
from riffler.service.evaluation.results_file import Record
from riffler.service.evaluation.reworded import OFFERED, VECTOR

_Z = 1.959964
"""Of the normal distribution, for 95%."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Questions with what every arm earned.

    Attributes:
        arms: Their names (k).
        x: Context vectors, float64 (n, d).
        rewards: In [0, 1], float64 (n, k). An arm with nothing to do has that of `none`.
        offered: Which arms had something to do, bool (n, k).
        documents: Which document each question is about, int64 (n,).
        wordings: How each is worded (n).
    """

    arms: tuple[str, ...]
    x: NDArray[np.float64]
    rewards: NDArray[np.float64]
    offered: NDArray[np.bool_]
    documents: NDArray[np.int64]
    wordings: tuple[str, ...]

    def of(self, arm: str) -> NDArray[np.float64]:
        """Give the rewards of an arm, float64 (n,)."""
        return self.rewards[:, self.arms.index(arm)]


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """A policy's way through all questions.

    Attributes:
        order: The questions in the order in which they came, int64 (n,).
        drawn: The arm that each question got, by its place in `Measured.arms`, int64 (n,), in the order of `Measured`.
    """

    order: NDArray[np.int64]
    drawn: NDArray[np.int64]


def measured(records: Sequence[Record], arms: Sequence[str]) -> Measured:
    """Read what was measured.

    Args:
        records: The cases of an evaluation of `Reworded`, in any order.
        arms: The arms, in the order that is wanted.

    Returns:
        The questions in the order of their documents and wordings, but for those that weren't asked with all arms, and
        those whose plain asking failed, of which nobody knows what a policy would have seen.
    """
    by_question: dict[tuple[int, str], dict[str, Record]] = {}
    for record in records:
        by_question.setdefault((record["session"], record["wording"]), {})[record["profile"]] = record
    whole = {
        key: those
        for key, those in sorted(by_question.items())
        if all(arm in those for arm in arms) and those[NONE].get(VECTOR)
    }
    return Measured(
        tuple(arms),
        np.array([those[NONE][VECTOR] for those in whole.values()], dtype=np.float64),
        np.array([[those[arm]["score"] for arm in arms] for those in whole.values()], dtype=np.float64),
        np.array([[arm in those[NONE][OFFERED] for arm in arms] for those in whole.values()], dtype=np.bool_),
        np.array([session for session, _ in whole], dtype=np.int64),
        tuple(wording for _, wording in whole),
    )


def replay(of: Measured, policy: Policy[Any], seed: Sequence[int]) -> Replayed:
    """Let a policy draw for each question once, in an order drawn at random, and learn from what the draw earned.

    Args:
        of: The questions.
        policy: The policy, which begins with nothing.
        seed: Of the order and the draws.

    Returns:
        Its way: the same for the same seed.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(of.documents))
    drawn = np.zeros(len(order), dtype=np.int64)
    state = policy.start(of.x.shape[1])
    for question in order:
        allowed = [arm for arm, there in zip(of.arms, of.offered[question], strict=True) if there]
        choice = policy.choose(state, of.x[question], allowed, rng)
        drawn[question] = of.arms.index(choice.arm)
        earned = float(of.rewards[question, drawn[question]])
        state = policy.learn(state, Rewarded(choice.arm, of.x[question], earned, choice.propensities[choice.arm]))
    return Replayed(order, drawn)


def mean_of(values: NDArray[np.float64], documents: NDArray[np.int64]) -> tuple[float, float, float]:
    """Average over questions, with an interval over documents: questions about one of them stand or fall together.

    Args:
        values: One a question, float64 (n,).
        documents: Which document each is about, int64 (n,).

    Returns:
        The mean of the documents' means, and the two ends of its interval, by the normal distribution, 95%; of one
        document it is without ends.
    """
    _, places = np.unique(documents, return_inverse=True)
    means = np.bincount(places, values) / np.bincount(places)
    if len(means) < 2:
        return float(means.mean()), -math.inf, math.inf
    half = _Z * float(means.std(ddof=1)) / math.sqrt(len(means))
    return float(means.mean()), float(means.mean()) - half, float(means.mean()) + half
