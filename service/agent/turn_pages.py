"""Pages of the turn log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from riffler.service.ports.turn_log import TurnLog, TurnRecord

_AT_ONCE: Final = 500
_LOOKED_AT: Final = 5000
"""Most records that are looked at for a page: reading so many takes some 50 ms of a processor."""


@dataclass(frozen=True, slots=True)
class TurnPage:
    """A page of the turn log.

    Attributes:
        items: Records, the newest first.
        next: Cursor of the next page; null on the last one.
    """

    items: tuple[TurnRecord, ...]
    next: str | None


async def page_of(
    log: TurnLog,
    tenant: str,
    limit: int,
    before: str | None = None,
    *,
    since_ms: int = 0,
    wanted: Callable[[TurnRecord], bool] = lambda _: True,
) -> TurnPage:
    """Read a page.

    Args:
        log: The log.
        tenant: Whose.
        limit: Most records to give.
        before: Id of the record that the page before ended with; None begins with the newest.
        since_ms: Only those not older than this, in milliseconds since 1970.
        wanted: Which records are wanted.

    Returns:
        The page; its `next` is the id of the last record that was looked at. Where few are wanted it may have few or
        none, while its `next` leads on.
    """
    found: list[TurnRecord] = []
    looked = 0
    while looked < _LOOKED_AT:
        rows = await log.newest(tenant, _AT_ONCE, before, since_ms)
        for row in rows:
            if wanted(row):
                if len(found) == limit:
                    return TurnPage(tuple(found), before)
                found.append(row)
            before = row.id
        looked += len(rows)
        if len(rows) < _AT_ONCE:
            return TurnPage(tuple(found), None)
    return TurnPage(tuple(found), before)
