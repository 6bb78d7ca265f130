"""Decisions over the wire. They hold no text of a user."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from riffler.bandits.given import Source
from riffler.service.http.paging import Page
from riffler.service.ports.decisions import LoggedDecision


class CostOut(BaseModel):
    """What a turn took."""

    tokens: int = Field(description="Of all calls of the model, the rewrite's among them.")
    ms: float = Field(description="Its time, in milliseconds.")


class DecisionOut(BaseModel):
    """A decision, with what became of it. It holds no text of a user."""

    decision: str = Field(description="Its id.")
    session: str | None = Field(description="In which session; null for a rewrite alone.")
    arm: str
    propensities: dict[str, float]
    unexecuted: str | None = Field(description="Why the arm's text didn't go on; null when it did.")
    state: Literal["open", "rewarded", "void"] = Field(description="`void` never gets a reward: its call failed.")
    reward: float | None = Field(description="What is learned of it; null without one.")
    source: Source | None = Field(description="Where the reward comes from.")
    parts: dict[str, float] = Field(description="What the reward was made of.")
    criterion: str | None = Field(description="What a judge judged by; null without one.")
    judge: str | None = Field(description="Who judged.")
    cost: CostOut | None = Field(description="What its turn took; null where that isn't known.")
    at_ms: int = Field(description="When it was logged, in milliseconds since 1970.")
    policy: str
    policy_version: str
    features_version: str
    x: list[float] = Field(description="The context vector that the policy drew from.")

    @classmethod
    def of(cls, logged: LoggedDecision) -> DecisionOut:
        """Write a decision."""
        decision = logged.decision
        return cls(
            decision=decision.id,
            session=decision.session or None,
            arm=decision.arm,
            propensities=dict(decision.propensities),
            unexecuted=logged.unexecuted or None,
            state=logged.state,
            reward=logged.reward,
            source=logged.source,
            parts=dict(logged.parts),
            criterion=logged.criterion or None,
            judge=logged.judge or None,
            cost=CostOut(tokens=logged.cost.tokens, ms=logged.cost.ms) if logged.cost else None,
            at_ms=logged.at_ms,
            policy=decision.policy,
            policy_version=decision.policy_version,
            features_version=decision.features_version,
            x=list(decision.x),
        )


class DecisionPage(Page[DecisionOut]):
    """Decisions, the oldest first."""


class NewestPage(Page[DecisionOut]):
    """Decisions, the newest first."""

    looked_at: int = Field(
        description="How many decisions were looked at for these. It is bounded: where few are wanted a page may have "
        "less than its limit, also nothing, and a next one."
    )
