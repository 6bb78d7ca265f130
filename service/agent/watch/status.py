"""How a policy fares: what it drew, what that earned and cost, what wasn't executed, and whether to trust its log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Final, TypeVar

from riffler.bandits.mean_reward import MeanReward
from riffler.service.agent.watch.health import Health, health_of
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.agent.watch.stretch import Stretch
from riffler.service.ports.decisions import LoggedDecision

T = TypeVar("T")

_RECENT: Final = 100
"""So many decisions are recent."""
_STRETCHES: Final = 40
"""A curve has at most so many points."""
_SHORTEST: Final = 10
"""Shares are of so many decisions at least: of fewer they say nothing."""
_REASONS: Final = 10


@dataclass(frozen=True, slots=True)
class ArmStatus:
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

    arm: str
    offered: int
    drawn: int
    share: float
    recent_share: float
    recent_propensity: float
    unexecuted: int
    reward: MeanReward | None
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CostStatus:
    """What turns took, in the mean over those that told.

    Attributes:
        count: How many told.
        tokens: Tokens of all calls of the model.
        ms: Milliseconds.
    """

    count: int
    tokens: float
    ms: float


@dataclass(frozen=True, slots=True)
class Status:
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
    sources: Mapping[str, int]
    unexecuted: float
    reasons: Mapping[str, int]
    cost: CostStatus | None
    arms: tuple[ArmStatus, ...]
    ends: tuple[int, ...]
    health: Health


def status_of(policy: ListedPolicy, looked_at: Stretch, rows: Sequence[LoggedDecision]) -> Status:
    """Count.

    Args:
        policy: Which policy.
        looked_at: The stretch of its log that is looked at.
        rows: Those of them that are counted.

    Returns:
        How it fares.
    """
    states = Counter(row.state for row in rows)
    rewards = [row.reward for row in rows if row.reward is not None]
    reasons = Counter(row.unexecuted for row in rows if row.unexecuted)
    costs = [row.cost for row in rows if row.cost is not None]
    return Status(
        policy=policy,
        looked_at=len(looked_at.rows),
        older=looked_at.older,
        from_ms=looked_at.from_ms,
        selected=len(rows),
        open=states["open"],
        rewarded=states["rewarded"],
        void=states["void"],
        recent=min(len(rows), _RECENT),
        reward=MeanReward.of(rewards),
        rewards=_stretches(rewards, fmean),
        sources=dict(Counter(row.source or "number" for row in rows if row.reward is not None).most_common()),
        unexecuted=reasons.total() / len(rows) if rows else 0.0,
        reasons=dict(reasons.most_common(_REASONS)),
        cost=CostStatus(len(costs), fmean(each.tokens for each in costs), fmean(each.ms for each in costs))
        if costs
        else None,
        arms=arms_of(rows),
        ends=_share_bounds(len(rows))[1:],
        health=health_of(looked_at.rows),
    )


def arms_of(rows: Sequence[LoggedDecision]) -> tuple[ArmStatus, ...]:
    """Count what each arm did.

    Args:
        rows: Decisions.

    Returns:
        The arms that were ever allowed, the one drawn most first.
    """
    arms = [_arm(arm, rows) for arm in dict.fromkeys(arm for row in rows for arm in row.decision.allowed)]
    return tuple(sorted(arms, key=lambda each: -each.drawn))


def _arm(arm: str, rows: Sequence[LoggedDecision]) -> ArmStatus:
    mine, recent = [row for row in rows if row.decision.arm == arm], rows[-_RECENT:]
    return ArmStatus(
        arm=arm,
        offered=sum(arm in row.decision.allowed for row in rows),
        drawn=len(mine),
        share=len(mine) / len(rows),
        recent_share=_share(arm, recent),
        recent_propensity=fmean(row.decision.propensities.get(arm, 0.0) for row in recent),
        unexecuted=sum(bool(row.unexecuted) for row in mine),
        reward=MeanReward.of(row.reward for row in mine if row.reward is not None),
        shares=tuple(_share(arm, rows[start:end]) for start, end in pairwise(_share_bounds(len(rows)))),
    )


def _share(arm: str, rows: Sequence[LoggedDecision]) -> float:
    return sum(row.decision.arm == arm for row in rows) / len(rows)


def _stretches(values: Sequence[T], mean: Callable[[Sequence[T]], float]) -> tuple[float, ...]:
    """Give the mean of each of some equal stretches."""
    bounds = _bounds(len(values), min(_STRETCHES, len(values)))
    return tuple(mean(values[start:end]) for start, end in pairwise(bounds))


def _share_bounds(length: int) -> tuple[int, ...]:
    return _bounds(length, min(_STRETCHES, max(1, length // _SHORTEST), length))


def _bounds(length: int, count: int) -> tuple[int, ...]:
    """Part so many values into equal stretches, and give where each begins and ends; nothing for none."""
    return tuple(round(number * length / count) for number in range(count + 1)) if count else ()
