"""Many rewards in one request: each row has an outcome of its own, and counts in the order of the rows.

What takes long, judging, is done for several rows at once, before the first of them is stored; but a later row for the
same decision, which a reward before it would refuse, waits for its turn: mostly nobody need be asked for it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal, TypeVar

from pydantic import TypeAdapter

from riffler.bandits.given import Given, Source
from riffler.errors import InvalidInput, JudgeFailed, MemoryCorrupt, NotFound
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.rewarding import Form, Rewarding, Rewards, ToJudge

T = TypeVar("T")

MOST_ROWS: Final = 1000
MOST_JUDGED: Final = 50
"""Rows of a batch that a judge may be asked for: it takes seconds for each."""
_AT_ONCE: Final = 4

RowOutcome = Literal["counted", "repeated", "corrected", "refused", "unknown", "invalid", "failed"]
"""As of one reward; `unknown`: there is no such decision; `invalid`: it isn't as described; `failed`: the judge did."""


@dataclass(frozen=True, slots=True)
class Row:
    """A reward of a batch.

    Attributes:
        decision: The decision's id.
        form: The reward as it is given; a text says what is wrong with it, where something is.
        correct: Whether it takes the place of one that counted before.
    """

    decision: str
    form: Form | str
    correct: bool = False


@dataclass(frozen=True, slots=True)
class RowDone:
    """What became of a row.

    Attributes:
        decision: The decision's id.
        outcome: What became of it.
        source: Where the row's reward comes from; None where it isn't one.
        learned: The reward that the decision has now; None where it has none, or isn't known.
        problem: Why it isn't learned, and what would work; empty where it is, or where another one stands.
    """

    decision: str
    outcome: RowOutcome
    source: Source | None = None
    learned: Given | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch.

    Attributes:
        rows: Of each row, in order.
        again: Whether it is the answer to an earlier request of this name, given again.
    """

    rows: Sequence[RowDone]
    again: bool = field(default=False, compare=False)


async def reward_all(rewards: Rewards, tenant: str, rows: Sequence[Row], request: NamedRequest | None = None) -> Batch:
    """Reward decisions. A row that is wrong spoils none of the others; a store that fails ends it where it is.

    Args:
        rewards: Turns rows into rewards, and stores them.
        tenant: Whose decisions; from the credential.
        rows: The rows, at most 1,000, of these 50 for the judge. Of several for one decision the first one counts, and
            later ones that correct it.
        request: What the client may make again: it gets the same answer for a day, and goes on where it stopped.

    Returns:
        What became of each row. Raises `RequestKeyReused` when the request's name was given to another one.

    Raises:
        InvalidInput: There are too many rows.
    """
    if len(rows) > MOST_ROWS:
        raise InvalidInput(f"rewards: expected at most {MOST_ROWS}, got {len(rows)}: send them in several batches")
    judged = sum(isinstance(row.form, ToJudge) for row in rows)
    if judged > MOST_JUDGED:
        raise InvalidInput(f"rewards: expected at most {MOST_JUDGED} for the judge, got {judged}: send them in several")
    kept = await rewards.answered(tenant, request)
    if kept:
        return _again(kept)
    gate = asyncio.Semaphore(_AT_ONCE)
    tokens = [_token(request, place) for place in range(len(rows))]
    weighed = await asyncio.gather(
        *(
            _weighed(rewards, tenant, row, token, gate, late=late)
            for row, token, late in zip(rows, tokens, _late(rows), strict=True)
        ),
        return_exceptions=True,  # so that none goes on unheard when another one fails
    )
    done = []
    for row, token, each in zip(rows, tokens, weighed, strict=True):
        if isinstance(each, BaseException):
            raise each
        done.append(await _put(rewards, tenant, row, each, token))
    batch = Batch(done)
    kept = await rewards.answered(tenant, request, _adapter().dump_json(batch).decode())
    return _again(kept) if kept else batch


def _late(rows: Sequence[Row]) -> Sequence[bool]:
    """Tell of each row whether it is for the judge, and an earlier row's reward of its decision would refuse it."""
    seen, late = set[str](), []
    for row in rows:
        late.append(isinstance(row.form, ToJudge) and not row.correct and row.decision in seen)
        if not isinstance(row.form, str):
            seen.add(row.decision)
    return late


async def _weighed(
    rewards: Rewards, tenant: str, row: Row, token: str | None, gate: asyncio.Semaphore, *, late: bool
) -> Given | Rewarding | RowDone | Form:
    """Weigh a row's reward; a late one's not yet."""
    if isinstance(row.form, str):
        return RowDone(row.decision, "invalid", problem=row.form)
    if late:
        return row.form
    async with gate:
        return await _caught(row, rewards.weigh(tenant, row.decision, row.form, token, correct=row.correct))


async def _put(
    rewards: Rewards, tenant: str, row: Row, weighed: Given | Rewarding | RowDone | Form, token: str | None
) -> RowDone:
    if isinstance(weighed, RowDone):
        return weighed
    if isinstance(weighed, Given | Rewarding):
        said = await _caught(row, rewards.put(tenant, row.decision, weighed, token, correct=row.correct))
    else:
        said = await _caught(row, rewards.reward(tenant, row.decision, weighed, token, correct=row.correct))
    if isinstance(said, RowDone):
        return said
    return RowDone(row.decision, said.name, _source(row), said.learned)


async def _caught(row: Row, work: Awaitable[T]) -> T | RowDone:
    """Make a row's own failure its outcome."""
    try:
        return await work
    except NotFound as exc:
        return RowDone(row.decision, "unknown", _source(row), problem=str(exc))
    except InvalidInput as exc:
        return RowDone(row.decision, "invalid", _source(row), problem=str(exc))
    except JudgeFailed as exc:
        return RowDone(row.decision, "failed", _source(row), problem=exc.loggable)


def _source(row: Row) -> Source | None:
    return None if isinstance(row.form, str) else row.form.source


def _token(request: NamedRequest | None, place: int) -> str | None:
    """Name a row's reward: rows of one decision are requests of their own to the store."""
    if request is None:
        return None
    row = f"{place} {request.name}"
    return NamedRequest(hashlib.sha256(row.encode()).hexdigest(), request.fingerprint).token


def _again(kept: str) -> Batch:
    try:
        return Batch(_adapter().validate_json(kept).rows, again=True)
    except ValueError as exc:
        raise MemoryCorrupt("what became of rewards can't be read back from the store") from exc


@cache
def _adapter() -> TypeAdapter[Batch]:
    return TypeAdapter(Batch)
