"""What the rounds say: medians, what each proxy adds to the upstream called straight, and its ratio to a peer's.

What is added is worked out within a round, from cells that were measured within a minute of each other, and then the
median of the rounds is taken; so is a ratio.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.proxy.load import Load

STRAIGHT = "straight"
Cell = tuple[str, int]
"""A target's name, and how many clients."""


@dataclass(frozen=True)
class Row:
    """One target at one number of clients; medians of all rounds.

    Attributes:
        target: Its name.
        clients: How many clients.
        median_ms: Median time of a request.
        p95_ms: Its 95th percentile.
        per_s: Requests a second.
        added_ms: What the median is over the upstream's, called straight.
        added_p95_ms: What the 95th percentile is over the upstream's.
        ratio: What it adds to the median, over what the peer adds; None without a peer.
    """

    target: str
    clients: int
    median_ms: float
    p95_ms: float
    per_s: float
    added_ms: float
    added_p95_ms: float
    ratio: float | None


def rows(rounds: Sequence[Mapping[Cell, Load]], peer: str) -> list[Row]:
    """Sum up.

    Args:
        rounds: What each round measured, with the same cells in each.
        peer: The peer's name.

    Returns:
        A row for each cell, in order.
    """
    return [_row(rounds, cell, peer) for cell in rounds[0]]


def _row(rounds: Sequence[Mapping[Cell, Load]], cell: Cell, peer: str) -> Row:
    target, clients = cell
    loads = [each[cell] for each in rounds]
    straight = [each[STRAIGHT, clients] for each in rounds]
    added = [load.median_ms - floor.median_ms for load, floor in zip(loads, straight, strict=True)]
    ratio = None
    if (peer, clients) in rounds[0] and target != STRAIGHT:
        peers = [each[peer, clients].median_ms - floor.median_ms for each, floor in zip(rounds, straight, strict=True)]
        ratio = statistics.median(ours / theirs for ours, theirs in zip(added, peers, strict=True))
    return Row(
        target,
        clients,
        median_ms=statistics.median(load.median_ms for load in loads),
        p95_ms=statistics.median(load.p95_ms for load in loads),
        per_s=statistics.median(load.per_s for load in loads),
        added_ms=statistics.median(added),
        added_p95_ms=statistics.median(load.p95_ms - floor.p95_ms for load, floor in zip(loads, straight, strict=True)),
        ratio=ratio,
    )


def table(summed: Sequence[Row]) -> str:
    """Write rows as a table in Markdown.

    Args:
        summed: The rows.

    Returns:
        The table.
    """
    lines = [
        "| through | clients | median | p95 | requests/s | added, median | added, p95 | of the peer's |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in summed:
        through = f"| {row.target} | {row.clients} | {row.median_ms:.2f} ms | {row.p95_ms:.2f} ms | {row.per_s:.0f} "
        straight = row.target == STRAIGHT
        added = "| | " if straight else f"| {row.added_ms:.2f} ms | {row.added_p95_ms:.2f} ms "
        lines.append(f"{through}{added}| {'' if row.ratio is None else f'{row.ratio:.2f}'} |")
    return "\n".join(lines)


def plain(rounds: Sequence[Mapping[Cell, Load]]) -> list[list[dict[str, object]]]:
    """Give all that was measured, for JSON: for each round its cells."""
    return [
        [{"target": target, "clients": clients, **asdict(load)} for (target, clients), load in each.items()]
        for each in rounds
    ]
