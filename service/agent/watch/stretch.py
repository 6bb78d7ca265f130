"""The stretch of a log that a report looks at: a million decisions are never in memory at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riffler.service.agent.watch.selection import EVERYTHING, Selection
from riffler.service.ports.decisions import LoggedDecision, PolicyName
from riffler.service.ports.policy import PolicyStore


@dataclass(frozen=True, slots=True)
class Stretch:
    """Decisions that follow each other in a log.

    Attributes:
        rows: They, the oldest first.
        older: How many decisions of the time that was asked for are older than these.
    """

    rows: Sequence[LoggedDecision]
    older: int

    @property
    def from_ms(self) -> int | None:
        """When the oldest was made, in milliseconds since 1970; None where there is none."""
        return self.rows[0].at_ms if self.rows else None


async def stretch_of(store: PolicyStore, name: PolicyName, most: int, selection: Selection = EVERYTHING) -> Stretch:
    """Read the newest stretch that has all decisions of a time, or the newest of them where they are too many.

    It is filled up with what lies around them, as a posterior is learned from all that there is room for.

    Args:
        store: Where decisions live.
        name: Whose log.
        most: Most decisions to read.
        selection: Whose time it is. Its features are left to who looks at the rows.

    Returns:
        The stretch.
    """
    first = 0 if selection.since_ms is None else await store.place_at(name, selection.since_ms)
    before = None
    if selection.until_ms is not None:
        before = max(await store.place_at(name, selection.until_ms), first + most)
    rows = await store.newest(name, most, before)
    return Stretch(rows, await store.count(name, first, rows[0].place) if rows else 0)
