"""How well the guard tells faithful rewrites from damaged ones: `python -m riffler.service.evaluation.guard`.

The pairs are `labelled/rewrites.jsonl`, written by people who hadn't seen the guard. While it was built, only pairs
with an odd number were read; of the others, only figures were.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from riffler.bandits.guard import Verdict, check
from riffler.service.evaluation.rows import wilson

HALVES = ("odd", "even", "all")


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with what the guard says of it.

    Attributes:
        id: The pair's name.
        query: The query.
        rewrite: Its rewrite.
        faithful: Whether it keeps the meaning.
        kind: What is damaged; of a faithful one, which arm it could be of.
        verdict: What the guard says.
    """

    id: str
    query: str
    rewrite: str
    faithful: bool
    kind: str
    verdict: Verdict

    @property
    def right(self) -> bool:
        """Whether the guard is right."""
        return self.verdict.kept == self.faithful

    def in_half(self, half: str) -> bool:
        """Tell whether the pair belongs to `odd`, `even` or `all`."""
        return half == "all" or (int(self.id[1:]) % 2 == 1) == (half == "odd")


def judged() -> tuple[Judged, ...]:
    """Let the guard judge all pairs.

    Returns:
        Them, in the order of the file.
    """
    lines = files(__package__).joinpath("labelled/rewrites.jsonl").read_text("utf-8").splitlines()
    return tuple(
        Judged(
            row["id"],
            row["query"],
            row["rewrite"],
            row["faithful"],
            row["how"] or row["damage"],
            check(row["query"], row["rewrite"]),
        )
        for row in map(json.loads, lines)
    )


def share(pairs: Iterable[Judged], half: str, *, faithful: bool) -> tuple[int, int]:
    """Count the pairs of one half that the guard refuses.

    Args:
        pairs: The pairs.
        half: `odd`, `even` or `all`.
        faithful: Count faithful ones, which it should not refuse, or damaged ones, which it should.

    Returns:
        How many it refuses, of how many.
    """
    those = [pair for pair in pairs if pair.faithful == faithful and pair.in_half(half)]
    return sum(not pair.verdict.kept for pair in those), len(those)


def show(pairs: Sequence[Judged], halves: Sequence[str], console: Console) -> None:
    """Print a table of the figures.

    Args:
        pairs: The pairs.
        halves: Which halves get a column.
        console: Where to.
    """
    for faithful, title in ((False, "damaged: caught"), (True, "faithful: refused")):
        table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
        table.add_column("kind")
        for half in halves:
            table.add_column(half, justify="right")
        kinds: dict[str, list[Judged]] = defaultdict(list)
        for pair in pairs:
            if pair.faithful == faithful:
                kinds[pair.kind].append(pair)
        for kind, those in sorted(kinds.items()):
            counts = (share(those, half, faithful=faithful) for half in halves)
            table.add_row(kind, *(f"{refused}/{total}" for refused, total in counts))
        table.add_row("together", *(_together(*share(pairs, half, faithful=faithful)) for half in halves))
        console.print(table)
        console.print()


def _together(refused: int, total: int) -> str:
    low, high = wilson(refused, total)
    return f"{refused}/{total} {refused / total:.1%} ({low:.1%} to {high:.1%})"


def main(
    half: Annotated[str, typer.Option(help="Of which pairs misses are shown: odd, even or all.")] = "all",
    figures: Annotated[bool, typer.Option("--figures", help="Show no misses.")] = False,
) -> None:
    """Judge all pairs; print the shares with Wilson's intervals (95 %), then each miss with the guard's word."""
    if half not in HALVES:
        raise typer.BadParameter(f"one of {', '.join(HALVES)}", param_hint="--half")
    console = Console(highlight=False)
    pairs = judged()
    show(pairs, HALVES, console)
    for pair in pairs:
        if not figures and not pair.right and pair.in_half(half):
            said = pair.verdict.reason or "kept"
            console.print(f"{pair.id} {pair.kind}: {said}\n  {pair.query}\n  {pair.rewrite}", markup=False)


if __name__ == "__main__":
    typer.run(main)
