"""A policy's decisions, the newest first, and only those that are wanted: read by pages, never the whole log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from riffler.errors import InvalidInput
from riffler.service.ports.decisions import LoggedDecision, PolicyName
from riffler.service.ports.policy import PolicyStore

State = Literal["open", "rewarded", "void"]

_AT_ONCE: Final = 500
_MOST: Final = 2000
"""Decisions that one call looks at: some 400 ms, most of which others get their turns in."""
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class NewestDecisions:
    """A stretch of a log.

    Attributes:
        rows: Decisions that are wanted, the newest first.
        before: Where to go on: those before this place; None at the log's beginning.
        looked_at: How many decisions were looked at for them.
    """

    rows: tuple[LoggedDecision, ...]
    before: int | None
    looked_at: int


async def newest_decisions(
    store: PolicyStore,
    name: PolicyName,
    limit: int,
    before: int | None = None,
    *,
    arm: str | None = None,
    state: State | None = None,
) -> NewestDecisions:
    """Read decisions, the newest first.

    The work of one call is bounded: where few are wanted it gives fewer than the limit, also none, and where to go on.

    Args:
        store: Where decisions live.
        name: Whose log.
        limit: Most decisions to give.
        before: `before` of the stretch before; None begins with the newest.
        arm: Only those that drew this arm; None takes any.
        state: Only those of this state; None takes any.

    Returns:
        Decisions, and where the next ones are.

    Raises:
        InvalidInput: There is no such arm, now or in what was looked at.
    """
    at_once = limit + 1 if arm is None and state is None else _AT_ONCE
    found, allowed, looked_at, place = list[LoggedDecision](), set[str](), 0, before
    while looked_at < _MOST and (rows := await store.newest(name, at_once, place)):
        for row in reversed(rows):
            if arm in {None, row.decision.arm} and state in {None, row.state}:
                if len(found) == limit:
                    return NewestDecisions(tuple(found), found[-1].place, looked_at)
                found.append(row)
            looked_at += 1
            allowed.update(row.decision.allowed)
        place = rows[0].place
    if arm is not None and before is None and looked_at:
        _check_arm(arm, allowed)
    return NewestDecisions(tuple(found), place if looked_at >= _MOST and place else None, looked_at)


def _check_arm(arm: str, allowed: Collection[str]) -> None:
    from riffler.bandits.arms import ARMS  # noqa: PLC0415 - half a second

    names = sorted({*ARMS, *allowed})
    if arm not in names:
        raise InvalidInput(f"query.arm: expected one of {', '.join(names)}, got {arm[:_SHOWN]!a}")
