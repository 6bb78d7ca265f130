"""A trial of a policy where every arm's reward is known: its regret is true, and not estimated.

Each question is asked once by the policy, and once with every arm that it didn't draw. Only the answer that the policy
got rewards its decision; the others are for the regret alone, and teach nothing. They can be kept as an audit of the
decision, so that the log itself says what was measured.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.insight.audited_regret import Audit
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.bandits.regret import Regret, true_regret
from riffler.bandits.reward import reward
from riffler.service.agent.progress import Answer
from riffler.service.agent.rewriter import NONE
from riffler.service.evaluation.questions import Question

Ask = Callable[[Question], Awaitable[Answer]]
Learn = Callable[[str, float], Awaitable[bool]]
Keep = Callable[[str, KeptAudit], Awaitable[None]]
KNOWN_ANSWERS = "known answers"
"""Who judged in a trial, and by what."""

SMALLEST_GAIN = 0.02
"""A mean reward has to be larger by this much, of a reward's range of 1, before an arm is said to help."""


@dataclass(frozen=True, slots=True)
class Round:
    """What became of one question.

    Attributes:
        question: The question.
        drawn: The arm that the policy drew.
        rewards: The reward of each arm, in [0, 1]; an arm with nothing to do on a question has that of `none`.
        offered: The arms that had something to do: those that could be drawn.
    """

    question: Question
    drawn: str
    rewards: Mapping[str, float]
    offered: tuple[str, ...]


async def run_trial(
    questions: Sequence[Question],
    ask: Ask,
    ask_with: Mapping[str, Ask],
    learn: Learn,
    keep: Keep | None = None,
) -> AsyncGenerator[Round]:
    """Ask all questions, one after the other.

    Args:
        questions: The questions.
        ask: Asks with the arm that the policy draws.
        ask_with: Asks with a given arm, by its name; `none` is among them. One that isn't offered isn't asked.
        learn: Rewards the decision of an id.
        keep: Keeps what was measured of the decision of an id; None keeps nothing. The reward comes after it, so that
            none is ever there without it.

    Yields:
        What became of each question, in order.
    """
    for question in questions:
        answer = await ask(question)
        drawn = answer.rewriting.arm
        rewards: dict[str, float] = {}
        for arm, always in ask_with.items():
            if arm in answer.rewriting.propensities:
                heard = answer if arm == drawn else await always(question)
                rewards[arm] = reward(heard.text, question.answer).total
        if keep is not None:
            audit = Audit(dict(rewards), drawn, share=1.0)
            await keep(answer.rewriting.decision, KeptAudit(audit, 0, KNOWN_ANSWERS, KNOWN_ANSWERS))
        rewards = {arm: rewards.get(arm, rewards[NONE]) for arm in ask_with}
        await learn(answer.rewriting.decision, rewards[drawn])
        yield Round(question, drawn, rewards, tuple(answer.rewriting.propensities))


def regret_of(rounds: Sequence[Round], arm: str | None = None) -> Regret:
    """Compute the regret of the policy, or of always drawing one arm.

    Args:
        rounds: At least one.
        arm: The arm; None is what the policy drew.

    Returns:
        The regret, against the best arm of each round.
    """
    return true_regret((each.rewards, arm or each.drawn) for each in rounds)


def regret_at_random(rounds: Sequence[Round]) -> NDArray[np.float64]:
    """Compute what drawing any of the offered arms with the same chance is expected to lose.

    Args:
        rounds: At least one.

    Returns:
        Expected regret so far against the best arm of each round, float64 (T,).
    """
    return np.cumsum([max(each.rewards.values()) - mean(each.rewards[arm] for arm in each.offered) for each in rounds])


def mean_reward(rounds: Sequence[Round], arm: str | None = None) -> float:
    """Average what the policy earned, or would have earned by always drawing one arm.

    Args:
        rounds: At least one.
        arm: The arm; None is what the policy drew.

    Returns:
        The mean, in [0, 1].
    """
    return mean(each.rewards[arm or each.drawn] for each in rounds)


def helpful_arms(rounds: Sequence[Round]) -> list[str]:
    """Name the arms that earned more than `none` on these rounds, by `SMALLEST_GAIN` at least; the best first."""
    floor = mean_reward(rounds, NONE) + SMALLEST_GAIN
    means = {arm: mean_reward(rounds, arm) for arm in rounds[0].rewards if arm != NONE}
    return sorted((arm for arm, mean in means.items() if mean >= floor), key=lambda arm: -means[arm])
