"""What a policy's draws have lost: estimated from its log, and audited where queries were run on all arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from riffler.bandits.insight.entry import Unavailable
from riffler.bandits.insight.estimated_regret import estimated_regret
from riffler.service.agent.watch.entries import entries
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.ports.policy import LoggedDecision


@dataclass(frozen=True, slots=True)
class RegretCurve:
    """Cumulative regret in units of the reward, after some numbers of decisions; the last is the whole.

    Attributes:
        total: At the end.
        low: Lower end of its interval.
        high: Upper end.
        level: The interval's probability.
        decisions: After how many decisions.
        mean: The regret then.
        lows: Lower ends.
        highs: Upper ends.
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
    kind: Literal["estimated"] = "estimated"


@dataclass(frozen=True, slots=True)
class RegretReport:
    """Regret, by how it is known.

    Attributes:
        policy: Which policy.
        looked_at: How many of its decisions this is of: the newest, without those whose call failed.
        estimated: From the posterior over the log: right as far as its model is.
        audited: From queries that were run on all arms, which needs no model.
    """

    policy: ListedPolicy
    looked_at: int
    estimated: RegretCurve | Unavailable
    audited: Unavailable


def regret_report(policy: ListedPolicy, rows: Sequence[LoggedDecision]) -> RegretReport:
    """Report on regret. 10,000 decisions take a second or two.

    Args:
        policy: Which policy.
        rows: Its decisions, or the newest of them.

    Returns:
        The report.
    """
    told = [row for row in rows if row.state != "void"]
    found = estimated_regret(entries(told), np.random.default_rng(0))  # seeded, so that it is a function of the log
    if not isinstance(found, Unavailable):
        low, high = found.interval
        estimated: RegretCurve | Unavailable = RegretCurve(
            found.total,
            low,
            high,
            found.level,
            tuple(found.decisions.tolist()),
            tuple(found.mean.tolist()),
            tuple(found.low.tolist()),
            tuple(found.high.tolist()),
        )
    else:
        estimated = found
    return RegretReport(policy, len(told), estimated, Unavailable("no query was audited"))
