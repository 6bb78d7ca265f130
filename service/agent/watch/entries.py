"""Decisions from the store as a log that `bandits.insight` reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from riffler.bandits.insight.entry import Entry
from riffler.service.ports.decisions import LoggedDecision


def in_order_of_rewards(rows: Iterable[LoggedDecision]) -> list[LoggedDecision]:
    """Pick the rewarded decisions, in the order in which their rewards counted."""
    return sorted((row for row in rows if row.reward is not None), key=lambda row: row.order)


def entries(rows: Iterable[LoggedDecision]) -> Sequence[Entry]:
    """Turn decisions into entries, in the same order.

    Args:
        rows: Decisions.

    Returns:
        An entry for each.
    """
    return [_entry(row) for row in rows]


def _entry(row: LoggedDecision) -> Entry:
    decision = row.decision
    chances = {**decision.propensities, decision.arm: decision.chance}
    return Entry(decision.arm, np.array(decision.x), decision.allowed, chances, row.reward, row.at_ms)
