"""What turns took, added up: over all, over stretches of time, by session, and their time by part.

Each figure is a sum over turns. Tokens that went in and came out are the engine's own counts, where it tells them; what
views left out is by the counter of the turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from riffler.service.ports.turn_log import TurnRecord
from riffler.tools.price import CachePrices

By = Literal["turn", "hundred", "day"]

_TURNS_APART: Final = 150
"""Up to so many turns, each is a stretch of its own."""
_HUNDRED: Final = 100
_DAY_MS: Final = 86_400_000
_LONG_MS: Final = 14 * _DAY_MS
"""What is longer is added up by day."""
_SESSIONS: Final = 20


@dataclass(frozen=True, slots=True)
class CostSums:
    """What some turns took together.

    Attributes:
        turns: How many turns.
        calls: Calls of the model for steps and answers.
        prompt_tokens: Tokens read by all calls, those for rewrites and summaries included.
        cached_tokens: How many of these came from the engine's cache, as it tells.
        completion_tokens: Tokens written.
        saved_tokens: What views left out of the conversation, summed over these calls. A view says what is hidden:
            where that is longer than what it hides, this is negative.
        billed_tokens: What was read, in tokens at full price: those from the cache at the price of reading it, the
            others at that of writing it, each turn at the prices of its time. None where no turn had any.
        ms: Time, in milliseconds.
        estimated: In how many of the turns tokens read and written are our estimate, as the engine told none.
        counts_estimated: In how many of the turns saved tokens are counted by an estimate.
    """

    turns: int
    calls: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    saved_tokens: int
    billed_tokens: float | None
    ms: float
    estimated: int
    counts_estimated: int


@dataclass(frozen=True, slots=True)
class CostStretch:
    """What the turns of a stretch of time took.

    Attributes:
        from_ms: When the first of them was logged, in milliseconds since 1970.
        to_ms: When the last one was.
        sums: What they took.
    """

    from_ms: int
    to_ms: int
    sums: CostSums


@dataclass(frozen=True, slots=True)
class CostPart:
    """How long a part of turns took.

    Attributes:
        part: Its name; `other` is what lies between the parts.
        ms: Its time in all turns, in milliseconds.
        share: Of the time of all parts.
    """

    part: str
    ms: float
    share: float


@dataclass(frozen=True, slots=True)
class CostEngine:
    """What the turns of one engine and model took. Tokens of others aren't quite the same: tokenizers differ.

    Attributes:
        engine: The engine.
        model: The model that it ran.
        last_ms: When the last of its turns was logged, in milliseconds since 1970.
        sums: What they took.
    """

    engine: str
    model: str
    last_ms: int
    sums: CostSums


@dataclass(frozen=True, slots=True)
class CostSession:
    """What the turns of a session took.

    Attributes:
        session: Its name; empty for turns that failed before they had one.
        last_ms: When the last of them was logged, in milliseconds since 1970.
        sums: What they took.
    """

    session: str
    last_ms: int
    sums: CostSums


def prices_of(turn: TurnRecord) -> CachePrices:
    """Give the prices of a turn's time."""
    return CachePrices(turn.read_price, turn.write_price)


def billed(turn: TurnRecord) -> float:
    """Give what a turn's prompts are billed at, in tokens at full price.

    Whatever isn't read from the cache is put into it, as `tools/price.py` has it.

    Args:
        turn: The turn.

    Returns:
        `read_price * cached + write_price * (prompt - cached)`.
    """
    return turn.read_price * turn.cached_tokens + turn.write_price * (turn.prompt_tokens - turn.cached_tokens)


def sums_of(turns: Sequence[TurnRecord]) -> CostSums:
    """Add up what turns took.

    Args:
        turns: The turns, in any order.

    Returns:
        The sums.
    """
    priced = any(prices_of(each) != CachePrices() for each in turns)
    return CostSums(
        turns=len(turns),
        calls=sum(each.calls for each in turns),
        prompt_tokens=sum(each.prompt_tokens for each in turns),
        cached_tokens=sum(each.cached_tokens for each in turns),
        completion_tokens=sum(each.completion_tokens for each in turns),
        saved_tokens=sum(each.saved_tokens for each in turns),
        billed_tokens=sum(map(billed, turns)) if priced else None,
        ms=sum(each.total_ms for each in turns),
        estimated=sum(each.estimated for each in turns),
        counts_estimated=sum(each.counts_estimated for each in turns),
    )


def stretches_of(turns: Sequence[TurnRecord]) -> tuple[By, tuple[CostStretch, ...]]:
    """Add up turns by stretches: each turn while they are few, a day (UTC) where they are of weeks, else a hundred.

    Args:
        turns: The turns, the oldest first.

    Returns:
        What a stretch is, and the stretches.
    """
    by: By = "turn"
    if len(turns) > _TURNS_APART:
        by = "day" if turns[-1].at_ms - turns[0].at_ms > _LONG_MS else "hundred"
    found = (CostStretch(some[0].at_ms, some[-1].at_ms, sums_of(some)) for some in _groups(turns, by))
    return by, tuple(found)


def _groups(turns: Sequence[TurnRecord], by: By) -> Iterator[Sequence[TurnRecord]]:
    if by == "day":
        yield from (list(some) for _, some in groupby(turns, lambda each: each.at_ms // _DAY_MS))
        return
    size = 1 if by == "turn" else _HUNDRED
    yield from (turns[start : start + size] for start in range(0, len(turns), size))


def parts_of(turns: Sequence[TurnRecord]) -> tuple[CostPart, ...]:
    """Add up the time of parts.

    Args:
        turns: The turns.

    Returns:
        The parts in the order in which turns come to them, and what lies between them.
    """
    spent: dict[str, float] = {}
    for turn in turns:
        for part, ms in turn.times_ms.items():
            spent[part] = spent.get(part, 0.0) + ms
    other = sum(each.total_ms for each in turns) - sum(spent.values())
    if other > 0:
        spent["other"] = spent.get("other", 0.0) + other
    whole = sum(spent.values())
    return tuple(CostPart(part, ms, ms / whole if whole else 0.0) for part, ms in spent.items())


def sessions_of(turns: Sequence[TurnRecord]) -> tuple[CostSession, ...]:
    """Add up turns by session.

    Args:
        turns: The turns, the oldest first.

    Returns:
        The sessions that took the most tokens, the first of them first.
    """
    mine: dict[str, list[TurnRecord]] = {}
    for turn in turns:
        mine.setdefault(turn.session, []).append(turn)
    found = [CostSession(session, some[-1].at_ms, sums_of(some)) for session, some in mine.items()]
    return tuple(sorted(found, key=_tokens, reverse=True)[:_SESSIONS])


def engines_of(turns: Sequence[TurnRecord]) -> tuple[CostEngine, ...]:
    """Add up turns by engine and model.

    Args:
        turns: The turns, the oldest first.

    Returns:
        The engines, that of the most tokens first.
    """
    mine: dict[tuple[str, str], list[TurnRecord]] = {}
    for turn in turns:
        mine.setdefault((turn.engine, turn.model), []).append(turn)
    found = [CostEngine(*name, some[-1].at_ms, sums_of(some)) for name, some in mine.items()]
    return tuple(sorted(found, key=lambda each: each.sums.prompt_tokens + each.sums.completion_tokens, reverse=True))


def _tokens(session: CostSession) -> tuple[int, str]:
    return session.sums.prompt_tokens + session.sums.completion_tokens, session.session
