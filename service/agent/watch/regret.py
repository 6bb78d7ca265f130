"""What a policy's draws have lost, by how it is known: true, audited and estimated are three figures, never one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from riffler.bandits.insight.audited_course import audited_course
from riffler.bandits.insight.audited_regret import audited_regret
from riffler.bandits.insight.bounded_mean import Interval
from riffler.bandits.insight.entry import Unavailable
from riffler.bandits.insight.estimated_regret import estimated_regret
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.bandits.insight.true_course import true_course
from riffler.bandits.regret import true_regret
from riffler.service.agent.watch.entries import entries
from riffler.service.agent.watch.regret_course import RegretCourse
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.agent.watch.selection import EVERYTHING, Selection, selectable
from riffler.service.agent.watch.stretch import Stretch
from riffler.service.ports.decisions import LoggedDecision, PolicyName

_NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class RegretKnown:
    """Regret that is true, in units of the reward, of the decisions that were run on all their arms: of no others.

    An arm with nothing to do on a query has the reward of `none` there.

    Attributes:
        rounds: How many decisions it is of: rewarded ones of which every arm that could be drawn was run.
        rewarded: Of how many rewarded decisions among those selected. It says nothing of the others.
        judges: How many of them each judge judged.
        best_static: The fixed arm that would have earned most.
        against_best_static: Against that, over all of them; negative where the policy earned more.
        against: Against each fixed arm.
        against_best_of_each: Against the best arm of each query.
        course: How it came about, over these decisions.
        kind: How the figures were come by.
    """

    rounds: int
    rewarded: int
    judges: Mapping[str, int]
    best_static: str
    against_best_static: float
    against: Mapping[str, float]
    against_best_of_each: float
    course: RegretCourse
    kind: Literal["true"] = "true"


@dataclass(frozen=True, slots=True)
class RegretMeasured:
    """Regret a query, in units of the reward, where queries were run on all arms.

    Each interval is right at the level for the queries whose audit succeeded. An audit fails where a call of the model
    or of the judge does, which may depend on the answers.

    Attributes:
        audits: How many audits succeeded: of so many of the selected decisions.
        judges: How many of them each judge judged. Scores of two judges don't compare: with several, the figures are of
            a mixture.
        best_static: The fixed arm that would have earned most.
        against_best_static: Against the best fixed arm, whichever that is; negative where the policy earned more.
        against: Against each fixed arm.
        against_best_of_each: Against the best single reward of each query: biased upwards by noise.
        level: How often an interval is right, at least.
        course: How it came about, over the selected decisions, as far as their audits tell.
        kind: How the figures were come by.
    """

    audits: int
    judges: Mapping[str, int]
    best_static: str
    against_best_static: Interval
    against: Mapping[str, Interval]
    against_best_of_each: Interval
    level: float
    course: RegretCourse
    kind: Literal["audited"] = "audited"


@dataclass(frozen=True, slots=True)
class RegretCurve:
    """Regret as the posterior estimates it, in units of the reward.

    Attributes:
        rewards: How many rewards the posterior was learned from: those of all decisions that were looked at.
        total: Over all, against the best fixed arm; negative where the policy earned more.
        low: Lower end of its interval.
        high: Upper end.
        level: The interval's probability.
        best_static: The fixed arm that would have earned most.
        against_best_of_each: Against the best arm of each query: biased upwards by what isn't known.
        course: How it came about, over the selected decisions.
        kind: How the figure was come by.
    """

    rewards: int
    total: float
    low: float
    high: float
    level: float
    best_static: str
    against_best_of_each: Interval
    course: RegretCourse
    kind: Literal["estimated"] = "estimated"


@dataclass(frozen=True, slots=True)
class RegretReport:
    """Regret, by how it is known.

    Attributes:
        policy: Which policy.
        looked_at: How many of its decisions were looked at: the newest, or the newest of the time asked for, without
            those whose call failed.
        failed: How many more there are in that part of the log, left out because their call failed.
        older: How many older ones of this time weren't, with those whose call failed.
        from_ms: When the oldest that was looked at was made, in milliseconds since 1970; None where there is none.
        selected: Of how many of them the regret is.
        features: What decisions can be selected by.
        true: From rewarded decisions that were run on all their arms, as in a trial.
        audited: From those that were run on all arms; it needs no model.
        estimated: From the posterior over all that were looked at: right as far as its model is.
    """

    policy: ListedPolicy
    looked_at: int
    failed: int
    older: int
    from_ms: int | None
    selected: int
    features: tuple[str, ...]
    true: RegretKnown | Unavailable
    audited: RegretMeasured | Unavailable
    estimated: RegretCurve | Unavailable


def regret_report(
    policy: ListedPolicy,
    name: PolicyName,
    part: Stretch,
    audits: Mapping[str, KeptAudit],
    *,
    audited: int,
    unaudited: str = "",
    selection: Selection = EVERYTHING,
) -> RegretReport:
    """Report on regret. 10,000 decisions take a few seconds, and as much again where all were audited.

    Args:
        policy: Which policy.
        name: Its name.
        part: The stretch of its log that is looked at.
        audits: What was found where queries of this stretch were run on all arms, by decision.
        audited: How many of all the policy's decisions were.
        unaudited: Why no query is audited here now; empty where some are, or that isn't known.
        selection: The decisions whose regret it is.

    Returns:
        The report. Raises `InvalidInput` for a feature that isn't known.
    """
    names = selectable(name, policy.features_version)
    told = [row for row in part.rows if row.state != "void"]
    selected = selection.of(told, names)
    found = {at: audits[row.decision.id] for at, row in enumerate(selected) if row.decision.id in audits}
    why = "none of the selected decisions was audited" if audited else _why_unaudited(policy, unaudited)
    return RegretReport(
        policy,
        len(told),
        len(part.rows) - len(told),
        part.older,
        part.from_ms,
        len(selected),
        names[1:],
        _true(selected, audits),
        _measured(found, len(selected)) if found else Unavailable(why),
        _estimated(told, selected),
    )


def _true(rows: Sequence[LoggedDecision], audits: Mapping[str, KeptAudit]) -> RegretKnown | Unavailable:
    """Compute it over the rewarded decisions that were run on all arms that they could have drawn."""
    rewarded = [row for row in rows if row.reward is not None]
    if not rewarded:
        return Unavailable("no selected decision has a reward")
    pairs = [(row, audits[row.decision.id]) for row in rewarded if row.decision.id in audits]
    ran = [(row, found) for row, found in pairs if _whole(row, found)]
    if not ran:
        return Unavailable(f"none of {len(rewarded):,} rewarded decisions was run on all its arms")
    other = sum(found.audit.rewards[row.decision.arm] != row.reward for row, found in ran)
    if other:  # to leave those out would be to choose decisions by what came of them
        why = "decisions that were run on all arms earned another reward there than was learned"
        return Unavailable(f"{other:,} of {len(ran):,} {why}")
    kept = [found for _, found in ran]
    arms = tuple(dict.fromkeys(arm for found in kept for arm in found.audit.rewards))
    regret = true_regret((_every(found, arms), found.audit.arm) for found in kept)
    return RegretKnown(
        len(kept),
        len(rewarded),
        dict(Counter(found.judge for found in kept).most_common()),
        regret.best_static,
        regret.against_best_static,
        {arm: float(lost[-1]) for arm, lost in regret.against.items()},
        regret.total,
        RegretCourse.of(true_course(regret)),
    )


def _whole(row: LoggedDecision, found: KeptAudit) -> bool:
    """Tell whether an audit is of a decision's draw, and of all arms that it could have drawn."""
    return found.audit.arm == row.decision.arm and found.audit.rewards.keys() >= set(row.decision.allowed)


def _every(found: KeptAudit, arms: Sequence[str]) -> dict[str, float]:
    """Give the reward of each arm; one that wasn't offered leaves the query as it is, as `none` does."""
    rewards = found.audit.rewards
    return {arm: rewards[arm] if arm in rewards else found.audit.earned(_NONE) for arm in arms}


def _estimated(rows: Sequence[LoggedDecision], selected: Sequence[LoggedDecision]) -> RegretCurve | Unavailable:
    rng = np.random.default_rng(0)  # seeded, so that it is a function of the log
    found = estimated_regret(entries(rows), rng, of=entries(selected))
    if isinstance(found, Unavailable):
        return found
    return RegretCurve(
        sum(row.reward is not None for row in rows),
        found.total,
        *found.interval,
        found.level,
        found.best_static,
        found.against_best_of_each,
        RegretCourse.of(found.course),
    )


def _why_unaudited(policy: ListedPolicy, why: str) -> str:
    if policy.draws_now is False:
        return "no query was audited while this policy drew"
    return f"no query was audited: {why}" if why else "no query was audited yet"


def _measured(kept: Mapping[int, KeptAudit], count: int) -> RegretMeasured | Unavailable:
    """Measure it from audits by the places of their decisions."""
    audits = {place: found.audit for place, found in kept.items()}
    found = audited_regret(list(audits.values()))
    if isinstance(found, Unavailable):
        return found
    return RegretMeasured(
        found.audits,
        dict(Counter(each.judge for each in kept.values()).most_common()),
        found.best_static,
        found.against_best_static,
        dict(found.against),
        found.against_best_of_each,
        found.level,
        RegretCourse.of(audited_course(audits, count)),
    )
