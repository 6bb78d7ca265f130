"""What rewriting gains: the policy, each arm, drawing at random and the best arm of each question, against `none`.

All rewards are measured; what is left to estimate is what other documents would have given, and the intervals are for
that. The policy's reward on a question is its mean over replays, with what it lost while it learned. The best arm of
each question is no policy: it knows the answers, and of arms that differ by chance it takes the luckier.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riffler.service.agent.rewriter import NONE
from riffler.service.evaluation.replay import Measured, Replayed, mean_of
from riffler.service.evaluation.results_file import Record

POLICY, AT_RANDOM, BEST_OF_EACH = "policy", "at random", "best of each"
ALL = "all"
"""The wording of rows that are over all of them."""


def earned(of: Measured, ways: Sequence[Replayed]) -> NDArray[np.float64]:
    """Average what a policy earned.

    Args:
        of: The questions.
        ways: The replays, at least one.

    Returns:
        Mean reward of each question, float64 (n,).
    """
    questions = np.arange(len(of.documents))
    rewards = np.array([of.rewards[questions, way.drawn] for way in ways])
    return np.asarray(rewards.mean(axis=0), dtype=np.float64)


def gains(of: Measured, ways: Sequence[Replayed]) -> list[Record]:
    """Compare the policy with all that could have been done in its place.

    Args:
        of: The questions.
        ways: The replays.

    Returns:
        A row for the policy, for each arm, for drawing at random and for the best arm of each question: its mean
        reward, what it earns over `none`, and what the policy earns over it, each with an interval over documents;
        and how often the policy drew it. None where nothing was measured or replayed.
    """
    if not ways:
        return []
    policy, none = earned(of, ways), of.of(NONE)
    rewards = {
        POLICY: policy,
        **{arm: of.of(arm) for arm in of.arms},
        AT_RANDOM: np.average(of.rewards, axis=1, weights=of.offered),
        BEST_OF_EACH: of.rewards.max(axis=1),
    }
    drawn = {arm: float(np.mean([way.drawn == place for way in ways])) for place, arm in enumerate(of.arms)}
    return [
        {
            "wording": ALL,
            "profile": name,
            "questions": len(none),
            "documents": len(np.unique(of.documents)),
            "replays": len(ways),
            **_with_interval("reward", of, each),
            **_with_interval("over_none", of, each - none),
            **_with_interval("policy_over", of, policy - each),
            **({"drawn": round(drawn[name], 6)} if name in drawn else {}),
        }
        for name, each in rewards.items()
    ]


def by_quarter(of: Measured, ways: Sequence[Replayed]) -> list[tuple[float, float]]:
    """Tell how the policy got on as it learned.

    Args:
        of: The questions, at least four.
        ways: The replays, at least one.

    Returns:
        For each quarter of its questions, as they came: its mean reward over that of `none`, averaged over replays,
        and the standard deviation of that between replays.
    """
    none, quarters = of.of(NONE), list[tuple[float, float]]()
    over = [(of.rewards[np.arange(len(none)), way.drawn] - none)[way.order] for way in ways]
    for part in np.array_split(np.arange(len(none)), 4):
        means = [float(each[part].mean()) for each in over]
        quarters.append((float(np.mean(means)), float(np.std(means))))
    return quarters


def _with_interval(name: str, of: Measured, values: NDArray[np.float64]) -> Record:
    mean, low, high = (round(each, 6) for each in mean_of(values, of.documents))
    return {name: mean, f"{name}_interval": [low, high]}
