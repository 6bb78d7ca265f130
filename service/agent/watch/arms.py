"""What a policy's log teaches of arms and features: "negation favours simplify by 0.04 +- 0.01"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from riffler.bandits.insight.effects import Against, Effect, effects
from riffler.service.agent.watch.draw import feature_names
from riffler.service.agent.watch.entries import entries
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.agent.watch.status import ArmStatus, arms_of
from riffler.service.ports.decisions import LoggedDecision


@dataclass(frozen=True, slots=True)
class EffectShown:
    """How much more than others an arm earns, where a feature is present, or over all queries.

    Attributes:
        arm: The arm.
        feature: The feature; `bias` is a query without any, `overall` the mean query.
        mean: How much more it earns.
        margin: Half the 95 % interval.
        clear: Whether the interval excludes 0.
        wrong_sign: The probability that it has the other sign than its mean.
        rewards: How many of the arm's rewards had the feature.
        words: The same as a sentence.
    """

    arm: str
    feature: str
    mean: float
    margin: float
    clear: bool
    wrong_sign: float
    rewards: int
    words: str

    @classmethod
    def of(cls, effect: Effect) -> EffectShown:
        """Write an effect."""
        return cls(
            effect.arm,
            effect.feature,
            effect.mean,
            effect.margin,
            effect.clear,
            effect.wrong_sign,
            effect.rewards,
            str(effect),
        )


@dataclass(frozen=True, slots=True)
class ArmsReport:
    """What was learned of arms.

    Attributes:
        policy: Which policy.
        looked_at: How many of its decisions this is of: the newest.
        arms: The arms, the one drawn most first.
        overall: Of each arm over all queries, the one with most evidence first.
        effects: Of each arm and feature, those with most evidence first.
        expected_wrong: How many of the clear ones are to be expected to have the wrong sign.
        level: The probability that an effect lies in its interval.
        against: What arms are compared with: `arms` in the mean, the arm `none`, or nothing, where an effect is what
            the feature does to the arm's `own` reward.
        kind: They are estimates, under the default policy's model, whichever policy drew.
    """

    policy: ListedPolicy
    looked_at: int
    arms: tuple[ArmStatus, ...]
    overall: tuple[EffectShown, ...]
    effects: tuple[EffectShown, ...]
    expected_wrong: float
    level: float
    against: Against = "arms"
    kind: Literal["estimated"] = "estimated"


def arms_report(policy: ListedPolicy, rows: Sequence[LoggedDecision], against: Against = "arms") -> ArmsReport:
    """Report on arms. It takes a second or two.

    Args:
        policy: Which policy.
        rows: Its decisions, or the newest of them.
        against: What arms are compared with.

    Returns:
        The report.
    """
    names = feature_names(policy.features_version, len(rows[0].decision.x)) if rows else ("bias",)
    found = effects(entries(rows), names, against=against)
    return ArmsReport(
        policy,
        len(rows),
        arms_of(rows),
        tuple(map(EffectShown.of, found.arms)),
        tuple(map(EffectShown.of, found.features)),
        found.expected_wrong,
        found.level,
        against,
    )
