"""One decision, explained: what could be drawn, what each arm's score is made of, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from riffler.bandits.contributions import score_of
from riffler.bandits.policies.adaptive import AdaptiveThompson, Knowledge
from riffler.service.ports.decisions import LoggedDecision


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature adds to an arm's score.

    Attributes:
        feature: The feature's name, or `bias`.
        x: Its entry in the context vector.
        mean: What it adds, in units of the reward.
        margin: Half the 95 % interval.
    """

    feature: str
    x: float
    mean: float
    margin: float


@dataclass(frozen=True, slots=True)
class ArmScore:
    """An arm that could be drawn.

    Attributes:
        arm: Its name.
        propensity: The probability that it had, as it was logged.
        drawn: Whether it was drawn.
        mean: Its score by what is known now: the expected reward. Before any evidence every arm but `none` is expected
            to earn a little less than `none`, the handicap of a rewrite, which is in here and in the bias.
        margin: Half the 95 % interval.
        contributions: What the score is made of, the largest first; features whose entry is 0 add nothing.
    """

    arm: str
    propensity: float
    drawn: bool
    mean: float
    margin: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class DrawExplained:
    """A decision, explained.

    Attributes:
        decision: Its id.
        at_ms: When it was logged, in milliseconds since 1970.
        policy: The policy that drew.
        policy_version: Its version with its settings.
        features_version: The version of the features.
        arm: The arm drawn.
        x: The context vector by name.
        arms: The arms that could be drawn, the likeliest first.
        learned: How many rewards the scores are learned from; no whole number once the world has changed.
        state: `open`, `rewarded` or `void`.
        reward: Its reward, if it has one.
        source: Where that comes from.
        parts: What that was made of.
        unexecuted: Why the arm's text didn't go on; empty when it did.
        tokens: What its turn took, of the model; None where it didn't tell.
        ms: The same, in milliseconds.
        kind: Scores are estimates, under the default policy's model, whichever policy drew.
    """

    decision: str
    at_ms: int
    policy: str
    policy_version: str
    features_version: str
    arm: str
    x: Mapping[str, float]
    arms: tuple[ArmScore, ...]
    learned: float
    state: Literal["open", "rewarded", "void"]
    reward: float | None
    source: str | None
    parts: Mapping[str, float]
    unexecuted: str
    tokens: int | None
    ms: float | None
    kind: Literal["estimated"] = "estimated"


def feature_names(features_version: str, dimension: int) -> tuple[str, ...]:
    """Name the entries of a context vector.

    Args:
        features_version: The version of the features, with the pipeline's.
        dimension: d.

    Returns:
        Names; `x0`, `x1` and so on where the features are of another version, whose names aren't known any more.
    """
    from riffler.bandits.context import CONTEXT_NAMES  # noqa: PLC0415 - the features take half a second
    from riffler.bandits.features import FEATURES_VERSION  # noqa: PLC0415

    if features_version.partition(" ")[0] == FEATURES_VERSION and dimension == len(CONTEXT_NAMES):
        return CONTEXT_NAMES
    return tuple(f"x{number}" for number in range(dimension))


_DEFAULT: Final = AdaptiveThompson()


def explained(logged: LoggedDecision, state: Knowledge, policy: AdaptiveThompson = _DEFAULT) -> DrawExplained:
    """Explain a decision.

    Args:
        logged: The decision.
        state: What its log teaches now.
        policy: Whose scores.

    Returns:
        The explanation.
    """
    decision, x = logged.decision, np.array(logged.decision.x)
    names = feature_names(decision.features_version, x.size)
    arms = []
    for arm in decision.allowed:
        score = score_of(policy, state, arm, x)
        contributions = [
            Contribution(name, value, term.mean, term.margin)
            for name, value, term in zip(names, decision.x, score.terms, strict=True)
            if value
        ]
        contributions.sort(key=lambda each: -abs(each.mean))
        chance = decision.propensities[arm]
        arms.append(
            ArmScore(arm, chance, arm == decision.arm, score.total.mean, score.total.margin, tuple(contributions))
        )
    return DrawExplained(
        decision=decision.id,
        at_ms=logged.at_ms,
        policy=decision.policy,
        policy_version=decision.policy_version,
        features_version=decision.features_version,
        arm=decision.arm,
        x=dict(zip(names, decision.x, strict=True)),
        arms=tuple(sorted(arms, key=lambda each: -each.propensity)),
        learned=state.sums.count,
        state=logged.state,
        reward=logged.reward,
        source=logged.source,
        parts=dict(logged.parts),
        unexecuted=logged.unexecuted,
        tokens=None if logged.cost is None else logged.cost.tokens,
        ms=None if logged.cost is None else logged.cost.ms,
    )
