"""What turns cost, and what edits saved: the report over the turn log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from riffler.errors import InvalidInput
from riffler.service.agent.offload import with_log
from riffler.service.agent.watch.edits_made import EditsReport, edits_report
from riffler.service.agent.watch.shared import SharedReports
from riffler.service.agent.watch.sums import (
    By,
    CostEngine,
    CostPart,
    CostSession,
    CostStretch,
    CostSums,
    engines_of,
    parts_of,
    sessions_of,
    stretches_of,
    sums_of,
)
from riffler.service.ports.turn_log import TurnLog, TurnRecord

LOOKED_AT: Final = 5000
"""Records that a report looks at, the newest, unless it is told how many."""
MOST_LOOKED_AT: Final = 20_000
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class CostPrices:
    """The prices that turns were billed at, as multiples of that of a token without a cache.

    Attributes:
        read: Of a token from the prompt cache.
        write: Of a token that is put into it.
        turns: How many turns had these.
    """

    read: float
    write: float
    turns: int


@dataclass(frozen=True, slots=True)
class CostReport:
    """What turns cost, and what edits saved. Audits aren't in it: they are no turns.

    Attributes:
        looked_at: How many records of turns, and of edits by hand, all below is of: the newest.
        whole: Whether these are all that the log has of what was asked for; it keeps some 20,000, whatever they are of.
        from_ms: When the oldest of them was logged, in milliseconds since 1970; None without one.
        to_ms: When the newest was.
        outcomes: How many turns by how they ended.
        prices: The prices that turns were billed at, those of the most turns first.
        total: What all turns took.
        by: What a stretch is: a turn, a hundred of them, or a day (UTC).
        stretches: What turns took over time, the oldest first.
        parts: Time by part.
        edits: Which edits have paid back.
        engines: What the turns of each engine and model took.
        sessions: Those that took the most tokens.
    """

    looked_at: int
    whole: bool
    from_ms: int | None
    to_ms: int | None
    outcomes: dict[str, int]
    prices: tuple[CostPrices, ...]
    total: CostSums
    by: By
    stretches: tuple[CostStretch, ...]
    parts: tuple[CostPart, ...]
    edits: EditsReport
    engines: tuple[CostEngine, ...]
    sessions: tuple[CostSession, ...]


def cost_report(records: Sequence[TurnRecord], *, whole: bool = True) -> CostReport:
    """Report on records.

    Args:
        records: Turns and edits by hand, the oldest first.
        whole: Whether there are no others of what was asked for.

    Returns:
        The report.
    """
    turns = [each for each in records if each.kind == "turn"]
    by, stretches = stretches_of(turns)
    prices = Counter((each.read_price, each.write_price) for each in turns)
    return CostReport(
        looked_at=len(records),
        whole=whole,
        from_ms=records[0].at_ms if records else None,
        to_ms=records[-1].at_ms if records else None,
        outcomes=dict(Counter(each.outcome for each in turns).most_common()),
        prices=tuple(CostPrices(read, write, count) for (read, write), count in prices.most_common()),
        total=sums_of(turns),
        by=by,
        stretches=stretches,
        parts=parts_of(turns),
        edits=edits_report(records),
        engines=engines_of(turns),
        sessions=sessions_of(turns),
    )


class Costs:
    """Reports on what a tenant's turns cost.

    Args:
        log: Where their records live.
    """

    def __init__(self, log: TurnLog) -> None:
        self._log = log
        self._shared = SharedReports()

    async def report(
        self,
        tenant: str,
        since_ms: int = 0,
        until_ms: int | None = None,
        session: str | None = None,
        limit: int = LOOKED_AT,
        *,
        engine: str | None = None,
        model: str | None = None,
    ) -> CostReport:
        """Report on what turns cost.

        Args:
            tenant: Whose.
            since_ms: Only what was logged at this time or later, in milliseconds since 1970.
            until_ms: Only what was logged before this time; None is no end.
            session: Only of this session; None takes all.
            limit: Most records to look at, the newest.
            engine: Only of this engine; None takes all.
            model: Only of this model; None takes all.

        Returns:
            The report; with no record it is of nothing. Raises `ReportsBusy` like all reports on logs.

        Raises:
            InvalidInput: The time ends before it begins.
        """
        if until_ms is not None and until_ms < since_ms:
            raise InvalidInput(f"query.until_ms: expected at least since_ms, {since_ms}, got {until_ms}")

        def wanted(each: TurnRecord) -> bool:
            asked = ((session, each.session), (engine, each.engine), (model, each.model))
            in_time = until_ms is None or each.at_ms < until_ms
            return in_time and all(one in {None, other} for one, other in asked)

        async def make() -> CostReport:
            records, whole = await self._records(tenant, since_ms, limit, wanted)
            return await with_log(lambda: cost_report(records, whole=whole))

        return await self._shared.get(tenant, (since_ms, until_ms, session, limit, engine, model), make)

    async def _records(
        self, tenant: str, since_ms: int, limit: int, wanted: Callable[[TurnRecord], bool]
    ) -> tuple[Sequence[TurnRecord], bool]:
        """Read the newest records that are asked for, the oldest of them first; tell whether there are no others."""
        found: list[TurnRecord] = []
        before: str | None = None
        while True:
            page = await self._log.newest(tenant, _PAGE, before, since_ms)
            for each in page:
                if wanted(each):
                    if len(found) == limit:
                        return found[::-1], False
                    found.append(each)
            if len(page) < _PAGE:
                return found[::-1], True
            before = page[-1].id
