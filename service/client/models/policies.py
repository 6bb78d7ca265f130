"""Policies over the wire: which there are, and how one fares."""

from __future__ import annotations

from typing import ClassVar, Literal

from riffler.service.client.models.base import Out


class ListedPolicy(Out):
    """A policy in a list.

    Attributes:
        digest: Names it; a decision's id has it behind its `d`.
        engine: The engine that it belongs to.
        model: The model that this runs.
        arms_version: Version of the arms and their prompts.
        features_version: Version of the features.
        policy_version: The algorithm with its version and settings.
        decisions: How many decisions it has.
        rewards: How many of them are rewarded.
        last_ms: When it last decided, in milliseconds since 1970; None when it never did.
        draws_now: Whether it is the one that draws here now; None where that isn't known.
    """

    described: ClassVar[str] = "ListedPolicyOut"

    digest: str
    engine: str
    model: str
    arms_version: str
    features_version: str
    policy_version: str
    decisions: int
    rewards: int
    last_ms: int | None
    draws_now: bool | None


class MeanReward(Out):
    """A mean with its 95 % interval.

    Attributes:
        mean: The mean, in [0, 1].
        low: Lower end, in [0, mean].
        high: Upper end, in [mean, 1].
        count: Of how many rewards.
    """

    described: ClassVar[str] = "MeanRewardOut"

    mean: float
    low: float
    high: float
    count: int


class ArmStatus(Out):
    """An arm.

    Attributes:
        arm: Its name.
        offered: For how many decisions it was allowed.
        drawn: How many drew it.
        share: Of all decisions.
        recent_share: Of the recent ones.
        recent_propensity: Its mean probability in the recent ones; 0 where it wasn't allowed.
        unexecuted: How many of its draws weren't executed.
        reward: What it earned, where it was drawn; None without a reward.
        shares: Its share in equal stretches of the decisions, the oldest first.
    """

    described: ClassVar[str] = "ArmStatusOut"

    arm: str
    offered: int
    drawn: int
    share: float
    recent_share: float
    recent_propensity: float
    unexecuted: int
    reward: MeanReward | None
    shares: tuple[float, ...]


class CostStatus(Out):
    """What turns took, in the mean over those that told.

    Attributes:
        count: How many told.
        tokens: Tokens of all calls of the model.
        ms: Milliseconds.
    """

    described: ClassVar[str] = "CostStatusOut"

    count: int
    tokens: float
    ms: float


class DriftAlarm(Out):
    """Rewards lay further from what was expected than chance explains: the world seems to have changed.

    Attributes:
        decision: The decision whose reward raised the alarm.
        at_ms: When that was made, in milliseconds since 1970.
        began: The decision since whose reward it was so.
        began_ms: When that was made.
    """

    described: ClassVar[str] = "DriftAlarmOut"

    decision: str
    at_ms: int
    began: str
    began_ms: int


class CalibrationBin(Out):
    """Rewards whose predictions were alike.

    Attributes:
        count: How many.
        predicted: The mean of what was expected.
        came: The mean of the rewards.
        band: How far apart these are by chance, at most, in 19 of 20 logs.
        enough: Whether there are enough rewards for mean and band to say anything.
    """

    described: ClassVar[str] = "CalibrationBinOut"

    count: int
    predicted: float
    came: float
    band: float
    enough: bool


class CalibrationCoverage(Out):
    """Rewards inside their predicted intervals.

    Attributes:
        level: The share that should be inside.
        share: The share that was.
        plausible: Whether chance explains the difference.
        enough: Whether there are enough rewards for the share to say anything.
    """

    described: ClassVar[str] = "CalibrationCoverageOut"

    level: float
    share: float
    plausible: bool
    enough: bool


class Calibration(Out):
    """How rewards and what was expected of them agree: each was predicted from those before it.

    Attributes:
        count: How many rewards.
        error: Expected calibration error.
        error_by_chance: Right predictions have a smaller one in 19 of 20 logs.
        bins: By what was expected.
        coverages: By level.
        kind: Says how the figures were come by.
    """

    described: ClassVar[str] = "CalibrationShownOut"

    count: int
    error: float
    error_by_chance: float
    bins: tuple[CalibrationBin, ...]
    coverages: tuple[CalibrationCoverage, ...]
    kind: str


class Unavailable(Out):
    """A figure that can't be had.

    Attributes:
        reason: Why, in one line.
        kind: Stands in place of how the figure was come by.
    """

    described: ClassVar[str] = "UnavailableOut"

    reason: str
    kind: Literal["unavailable"] | str


class LogHealth(Out):
    """What is to be thought of a log.

    Attributes:
        effective: How many rewards of equal weight the log is worth, in estimates that weigh by propensity.
        effective_arms: The same for what each arm would earn if it were always drawn.
        alarms: Where the default policy would have said that the world had changed, had it learned these decisions and
            no older ones, whatever policy drew.
        calibration: Whether rewards are what was expected.
    """

    described: ClassVar[str] = "HealthOut"

    effective: float
    effective_arms: dict[str, float]
    alarms: tuple[DriftAlarm, ...]
    calibration: Calibration | Unavailable


class PolicyStatus(Out):
    """How a policy fares.

    Attributes:
        policy: Which policy, with the counts of its whole log.
        looked_at: How many of its decisions were looked at: the newest, or the newest of the time asked for.
        older: How many older ones of this time weren't.
        from_ms: When the oldest that was looked at was made, in milliseconds since 1970; None where there is none.
        selected: How many of these all below is of, but for the health, which is of all looked at.
        open: How many of these wait for a reward.
        rewarded: How many have one.
        void: How many never get one, because their call failed.
        recent: How many decisions count as recent.
        reward: What was earned; None without a reward.
        rewards: Mean reward in equal stretches of the rewarded decisions, the oldest first.
        sources: How many rewards by where they come from.
        unexecuted: Share of decisions whose arm's text didn't go on.
        reasons: The most frequent reasons, with how many decisions each.
        cost: What turns took; None where none told.
        arms: The arms, the one drawn most first.
        ends: After how many decisions each stretch of the arms' shares ends.
        health: Whether the log can be trusted.
    """

    described: ClassVar[str] = "StatusOut"

    policy: ListedPolicy
    looked_at: int
    older: int
    from_ms: int | None
    selected: int
    open: int
    rewarded: int
    void: int
    recent: int
    reward: MeanReward | None
    rewards: tuple[float, ...]
    sources: dict[str, int]
    unexecuted: float
    reasons: dict[str, int]
    cost: CostStatus | None
    arms: tuple[ArmStatus, ...]
    ends: tuple[int, ...]
    health: LogHealth
