"""What the newest turns say of a service's health: how they ended, which errors came, what took long. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from riffler.service.agent.health.mending import mend_named
from riffler.service.ports.turn_log import Outcome, TurnRecord

_SLOWEST: Final = 10


@dataclass(frozen=True, slots=True)
class ErrorSeen:
    """An error that ended turns.

    Attributes:
        error: The class of Riffler's error; `Unforeseen` is a bug.
        outcome: What it makes of a turn: `failed` or `refused`.
        count: How many turns it ended.
        newest_ms: When it did so last, in milliseconds since 1970.
        mend: What to do about it.
    """

    error: str
    outcome: Outcome
    count: int
    newest_ms: int
    mend: str


@dataclass(frozen=True, slots=True)
class SlowTurn:
    """A turn that took long.

    Attributes:
        at_ms: When it ended, in milliseconds since 1970.
        session: Its session.
        outcome: How it ended.
        error: The error that ended it; empty when there was none.
        total_ms: How long it took.
        times_ms: Time of each part. What is left of the total is spent around them: the lease, the log, who listens.
    """

    at_ms: int
    session: str
    outcome: Outcome
    error: str
    total_ms: float
    times_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """What the newest turns say.

    Attributes:
        looked_at: How many turns.
        whole: Whether the log has no more of the time that was asked for.
        oldest_ms: When the oldest of them ended; null without any.
        newest_ms: When the newest of them ended; null without any.
        outcomes: How many ended how.
        p50_ms: Half of the answered ones took at most so long; null without any.
        p95_ms: 95 of a hundred answered ones took at most so long; null without any.
        errors: What ended turns, the most frequent first.
        slowest: Those that took longest, the longest first.
    """

    looked_at: int
    whole: bool
    oldest_ms: int | None
    newest_ms: int | None
    outcomes: Mapping[str, int]
    p50_ms: float | None
    p95_ms: float | None
    errors: tuple[ErrorSeen, ...]
    slowest: tuple[SlowTurn, ...]


def figures_of(records: Sequence[TurnRecord], *, whole: bool = True) -> TurnFigures:
    """Work out what turns say.

    Args:
        records: Records of the turn log; edits by hand among them are no turns.
        whole: Whether these are all of the time that was asked for.

    Returns:
        The figures.
    """
    turns = [record for record in records if record.kind == "turn"]
    times = [turn.ended_ms for turn in turns]
    answered = sorted(turn.total_ms for turn in turns if turn.outcome == "answered")
    slow = sorted(turns, key=lambda turn: -turn.total_ms)[:_SLOWEST]
    return TurnFigures(
        len(turns),
        whole,
        min(times, default=None),
        max(times, default=None),
        dict(Counter(turn.outcome for turn in turns)),
        quantile(answered, 0.5),
        quantile(answered, 0.95),
        _errors(turns),
        tuple(SlowTurn(t.ended_ms, t.session, t.outcome, t.error, t.total_ms, t.times_ms) for t in slow),
    )


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Give the smallest of some values that at least a share of them doesn't exceed (the nearest rank).

    Args:
        ordered: The values, the smallest first.
        share: In (0, 1].

    Returns:
        The value; None of no values.
    """
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


def _errors(turns: Sequence[TurnRecord]) -> tuple[ErrorSeen, ...]:
    seen: dict[tuple[str, Outcome], list[int]] = {}
    for turn in turns:
        if turn.error:
            seen.setdefault((turn.error, turn.outcome), []).append(turn.ended_ms)
    found = [
        ErrorSeen(error, outcome, len(times), max(times), mend_named(error)) for (error, outcome), times in seen.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, -each.newest_ms, each.error)))
