"""What a policy's draws have lost: estimated from its log, and audited where queries were run on all arms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from riffler.bandits.insight.audited_regret import audited_regret
from riffler.bandits.insight.bounded_mean import Interval
from riffler.bandits.insight.entry import Unavailable
from riffler.bandits.insight.estimated_regret import estimated_regret
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.service.agent.watch.entries import entries
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.ports.decisions import LoggedDecision


@dataclass(frozen=True, slots=True)
class RegretCurve:
    """Cumulative regret against the best fixed arm, in units of the reward, after some numbers of decisions.

    Attributes:
        total: At the end; negative where the policy earned more.
        low: Lower end of its interval.
        high: Upper end.
        level: The interval's probability.
        decisions: After how many decisions.
        mean: The regret then.
        lows: Lower ends.
        highs: Upper ends.
        best_static: The fixed arm that would have earned most.
        against_best_of_each: Against the best arm of each query, at the end: biased upwards by what isn't known.
        kind: How the figure was come by.
    """

    total: float
    low: float
    high: float
    level: float
    decisions: tuple[int, ...]
    mean: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    best_static: str
    against_best_of_each: Interval
    kind: Literal["estimated"] = "estimated"


@dataclass(frozen=True, slots=True)
class RegretMeasured:
    """Regret a query, in units of the reward, where queries were run on all arms.

    Each interval is right at the level for the queries whose audit succeeded. An audit fails where a call of the model
    or of the judge does, which may depend on the answers.

    Attributes:
        audits: How many audits succeeded.
        judges: How many of them each judge judged. Scores of two judges don't compare: with several, the figures are of
            a mixture.
        best_static: The fixed arm that would have earned most.
        against_best_static: Against the best fixed arm, whichever that is; negative where the policy earned more.
        against: Against each fixed arm.
        against_best_of_each: Against the best single reward of each query: biased upwards by noise.
        level: How often an interval is right, at least.
        kind: How the figure was come by.
    """

    audits: int
    judges: Mapping[str, int]
    best_static: str
    against_best_static: Interval
    against: Mapping[str, Interval]
    against_best_of_each: Interval
    level: float
    kind: Literal["audited"] = "audited"


@dataclass(frozen=True, slots=True)
class RegretReport:
    """Regret, by how it is known.

    Attributes:
        policy: Which policy.
        looked_at: How many of its decisions this is of: the newest, without those whose call failed.
        estimated: From the posterior over the log: right as far as its model is.
        audited: From queries that were run on all arms, of the whole log; it needs no model.
    """

    policy: ListedPolicy
    looked_at: int
    estimated: RegretCurve | Unavailable
    audited: RegretMeasured | Unavailable


def regret_report(
    policy: ListedPolicy, rows: Sequence[LoggedDecision], audits: Sequence[KeptAudit] = (), unaudited: str = ""
) -> RegretReport:
    """Report on regret. 10,000 decisions take a second or two.

    Args:
        policy: Which policy.
        rows: Its decisions, or the newest of them.
        audits: What was found where queries were run on all arms.
        unaudited: Why no query is audited here now; empty where some are, or that isn't known.

    Returns:
        The report.
    """
    told = [row for row in rows if row.state != "void"]
    measured = _measured(audits) if audits else Unavailable(_why_unaudited(policy, unaudited))
    return RegretReport(policy, len(told), _estimated(told), measured)


def _estimated(rows: Sequence[LoggedDecision]) -> RegretCurve | Unavailable:
    found = estimated_regret(entries(rows), np.random.default_rng(0))  # seeded, so that it is a function of the log
    if isinstance(found, Unavailable):
        return found
    low, high = found.interval
    return RegretCurve(
        found.total,
        low,
        high,
        found.level,
        tuple(found.decisions.tolist()),
        tuple(found.mean.tolist()),
        tuple(found.low.tolist()),
        tuple(found.high.tolist()),
        found.best_static,
        found.against_best_of_each,
    )


def _why_unaudited(policy: ListedPolicy, why: str) -> str:
    if policy.draws_now is False:
        return "no query was audited while this policy drew"
    return f"no query was audited: {why}" if why else "no query was audited yet"


def _measured(audits: Sequence[KeptAudit]) -> RegretMeasured | Unavailable:
    found = audited_regret([kept.audit for kept in audits])
    if isinstance(found, Unavailable):
        return found
    return RegretMeasured(
        found.audits,
        dict(Counter(kept.judge for kept in audits).most_common()),
        found.best_static,
        found.against_best_static,
        dict(found.against),
        found.against_best_of_each,
        found.level,
    )
