"""Decisions over the wire, and what became of their rewards."""

from __future__ import annotations

from typing import ClassVar, Literal

from riffler.service.client.models.base import DecisionState, Out, Page, Source


class TurnCost(Out):
    """What a turn took.

    Attributes:
        tokens: Of all calls of the model, the rewrite's among them.
        ms: Its time, in milliseconds.
    """

    described: ClassVar[str] = "CostOut"

    tokens: int
    ms: float


class Decision(Out):
    """A decision, with what became of it. It holds no text of a user.

    Attributes:
        decision: Its id.
        session: In which session; None for a rewrite alone.
        unexecuted: Why the arm's text didn't go on; None when it did.
        state: `void` never gets a reward: its call failed.
        reward: What is learned of it; None without one.
        source: Where the reward comes from.
        parts: What the reward was made of.
        criterion: What a judge judged by; None without one.
        judge: Who judged.
        cost: What its turn took; None where that isn't known.
        at_ms: When it was logged, in milliseconds since 1970.
        x: The context vector that the policy drew from.
    """

    described: ClassVar[str] = "DecisionOut"

    decision: str
    session: str | None
    arm: str
    propensities: dict[str, float]
    unexecuted: str | None
    state: DecisionState
    reward: float | None
    source: Source | None
    parts: dict[str, float]
    criterion: str | None
    judge: str | None
    cost: TurnCost | None
    at_ms: int
    policy: str
    policy_version: str
    features_version: str
    x: tuple[float, ...]


class DecisionPage(Page[Decision]):
    """Decisions, the oldest first."""

    described: ClassVar[str] = "DecisionPage"


class NewestPage(Page[Decision]):
    """Decisions, the newest first.

    Attributes:
        looked_at: How many decisions were looked at for these. It is bounded: where few are wanted a page may have less
            than its limit, also nothing, and a next one.
    """

    described: ClassVar[str] = "NewestPage"

    looked_at: int


class ShownRewrite(Out):
    """A query and its rewrite.

    Attributes:
        decision: The decision's id.
        session: Its session; None where it has none.
        version: The version of the session that shows the query so first; None where it can't be had.
        query: The asking part as it came; None where it can't be had.
        rewritten: What the model was shown in its place, which is the same where the arm changed nothing or its text
            didn't go on; None where it can't be had.
        unavailable: Why they can't be had, or not any more; empty when they are there.
    """

    described: ClassVar[str] = "RewriteShownOut"

    decision: str
    session: str | None
    version: int | None
    query: str | None
    rewritten: str | None
    unavailable: str


class Contribution(Out):
    """What one feature adds to an arm's score.

    Attributes:
        feature: The feature's name, or `bias`.
        x: Its entry in the context vector.
        mean: What it adds, in units of the reward.
        margin: Half the 95 % interval.
    """

    described: ClassVar[str] = "ContributionOut"

    feature: str
    x: float
    mean: float
    margin: float


class ArmScore(Out):
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

    described: ClassVar[str] = "ArmScoreOut"

    arm: str
    propensity: float
    drawn: bool
    mean: float
    margin: float
    contributions: tuple[Contribution, ...]


class Draw(Out):
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

    described: ClassVar[str] = "DrawExplainedOut"

    decision: str
    at_ms: int
    policy: str
    policy_version: str
    features_version: str
    arm: str
    x: dict[str, float]
    arms: tuple[ArmScore, ...]
    learned: float
    state: DecisionState
    reward: float | None
    source: str | None
    parts: dict[str, float]
    unexecuted: str
    tokens: int | None
    ms: float | None
    kind: Literal["estimated"] | str


class Rewarded(Out):
    """What became of a reward.

    Attributes:
        counted: False when the decision had its reward already, or never gets one.
        outcome: `counted`; `repeated`: this request counted before; `corrected`: it took another one's place;
            `refused`: the decision has its reward, which stays, or is void.
        reward: What is learned of the decision now; None when it is void.
        source: Where that comes from.
        parts: What that was made of; with prices, its `quality` and the `price` of the turn, which comes off.
        criterion: What the judge judged by; None without one.
        judge: Who judged: scores of two judges don't compare.
    """

    described: ClassVar[str] = "RewardedOut"

    counted: bool
    outcome: Literal["counted", "repeated", "corrected", "refused"] | str
    reward: float | None
    source: Source | None
    parts: dict[str, float]
    criterion: str | None
    judge: str | None


class RewardRow(Out):
    """What became of a row of a batch.

    Attributes:
        decision: The decision's id, as it came.
        counted: Whether it was learned, now or before.
        outcome: As of one reward; or `unknown`: there is no such decision; `invalid`: the row isn't as described;
            `failed`: the judge gave no verdict, so send it again.
        reward: What is learned of the decision now; None when nothing is known of it.
        source: Where that comes from.
        parts: What that was made of.
        criterion: What the judge judged by.
        judge: Who judged.
        problem: What is wrong, and what would work; None when nothing is.
    """

    described: ClassVar[str] = "RewardRowOut"

    decision: str
    counted: bool
    outcome: Literal["counted", "repeated", "corrected", "refused", "unknown", "invalid", "failed"] | str
    reward: float | None = None
    source: Source | None = None
    parts: dict[str, float]
    criterion: str | None = None
    judge: str | None = None
    problem: str | None = None


class RewardRows(Out):
    """What became of a batch.

    Attributes:
        rewards: In the order of the rows.
    """

    described: ClassVar[str] = "RewardsOut"

    rewards: tuple[RewardRow, ...]
