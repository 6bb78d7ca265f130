"""How well the guard tells faithful rewrites from damaged ones: `python -m riffler.service.evaluation.guard`.

The sets are written by language models that hadn't seen the guard. `final` and `blind` are for figures only; the others
were read while the guard was built, so that their figures say what it was fitted to. `FIRST_SIGHT` says how it did on a
set before anybody had read it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from riffler.bandits.guard import Verdict, check
from riffler.bandits.pipeline import load_pipeline, parse
from riffler.service.evaluation.rows import wilson

SETS = {
    "dev": "labelled/rewrites.jsonl",
    "second": "labelled/rewrites_second.jsonl",
    "third": "labelled/rewrites_third.jsonl",
    "fourth": "labelled/rewrites_fourth.jsonl",
    "final": "labelled/rewrites_final.jsonl",
    "blind": "labelled/rewrites_blind.jsonl",
}
"""The sets of pairs and their files."""


FIRST_SIGHT = {
    "second": "first sight: 140 of 150 caught, 29 of 150 refused",
    "third": "first sight: 134 of 150 caught, 29 of 150 refused",
    "fourth": "first sight, after the third was read: of one half 78 of 83 caught, 17 of 67 refused; of the other,"
    " after the first was read, 62 of 67 caught, 15 of 83 refused",
}
"""How the guard did on a set of pairs before it was read."""


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


@cache
def judged(which: str) -> tuple[Judged, ...]:
    """Let the guard judge all pairs of a set.

    Args:
        which: The set, of `SETS`.

    Returns:
        Them, in the order of the file.
    """
    pipeline = load_pipeline(None)
    lines = files(__package__).joinpath(SETS[which]).read_text("utf-8").splitlines()
    return tuple(
        Judged(
            row["id"],
            row["query"],
            row["rewrite"],
            row["faithful"],
            row["how"] or row["damage"],
            check(
                row["query"], row["rewrite"], known=row.get("known", ()), parse=lambda text: parse(pipeline, text).doc
            ),
        )
        for row in map(json.loads, lines)
    )


def share(pairs: Iterable[Judged], *, faithful: bool) -> tuple[int, int]:
    """Count the pairs that the guard refuses.

    Args:
        pairs: The pairs.
        faithful: Count faithful ones, which it should not refuse, or damaged ones, which it should.

    Returns:
        How many it refuses, of how many.
    """
    those = [pair for pair in pairs if pair.faithful == faithful]
    return sum(not pair.verdict.kept for pair in those), len(those)


def show(pairs: Sequence[Judged], console: Console) -> None:
    """Print a table of the figures.

    Args:
        pairs: The pairs.
        console: Where to.
    """
    for faithful, title in ((False, "damaged: caught"), (True, "faithful: refused")):
        table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
        table.add_column("kind")
        table.add_column("pairs", justify="right")
        kinds: dict[str, list[Judged]] = defaultdict(list)
        for pair in pairs:
            if pair.faithful == faithful:
                kinds[pair.kind].append(pair)
        for kind, those in sorted(kinds.items()):
            refused, total = share(those, faithful=faithful)
            table.add_row(kind, f"{refused}/{total}")
        table.add_row("together", _together(*share(pairs, faithful=faithful)))
        console.print(table)
        console.print()


def show_misses(pairs: Sequence[Judged], console: Console) -> None:
    """Print the pairs that the guard judges wrongly, each with its word.

    Args:
        pairs: The pairs.
        console: Where to.
    """
    for pair in pairs:
        if not pair.right:
            said = pair.verdict.reason or "kept"
            console.print(f"{pair.id} {pair.kind}: {said}\n  {pair.query}\n  {pair.rewrite}", markup=False)


def _together(refused: int, total: int) -> str:
    low, high = wilson(refused, total)
    return f"{refused}/{total} {refused / total:.1%} ({low:.1%} to {high:.1%})"


def main(
    which: Annotated[
        str, typer.Option("--set", help="Which pairs: dev, second, third, fourth, final or blind.")
    ] = "dev",
    figures: Annotated[bool, typer.Option("--figures", help="Show no misses.")] = False,
) -> None:
    """Judge all pairs; print the shares with Wilson's intervals (95 %), then each miss with the guard's word."""
    if which not in SETS:
        raise typer.BadParameter(f"one of {', '.join(SETS)}", param_hint="--set")
    console = Console(highlight=False)
    pairs = judged(which)
    show(pairs, console)
    if which in FIRST_SIGHT:
        console.print(f"These pairs were read since; {FIRST_SIGHT[which]}.")
    if not figures:
        show_misses(pairs, console)


if __name__ == "__main__":
    typer.run(main)
