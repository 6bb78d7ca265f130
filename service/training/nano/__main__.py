"""`python -m riffler.service.training.nano`: the commands that make nano. So far: its episodes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from riffler.service.training.nano.samples_file import Counts, write_samples
from riffler.tools.tokens import EstimatedTokens

command = typer.Typer(no_args_is_help=True, add_completion=False)


@command.callback()
def _nano() -> None:
    """Make nano, the small model that works its own context."""


@command.command()
def episodes(
    out: Annotated[Path, typer.Option(help="The folder for the samples. What is there already isn't made again.")],
    count: Annotated[int, typer.Option(min=1, help="How many episodes.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Of the episodes.")] = 1,
) -> None:
    """Play episodes on a real Riffler and write down each move with what a model would see."""
    console = Console()
    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("episodes", total=count)
        counts = asyncio.run(
            write_samples(out, seed, count, EstimatedTokens(), lambda done: bar.update(task, completed=done))
        )
    console.print(table(counts))
    for fault, times in counts.faults.most_common(10):
        console.print(f"left out, {times} times: {fault}")


def table(counts: Counts) -> Table:
    """Lay out what was written.

    Args:
        counts: What a run wrote.

    Returns:
        A row a skill.
    """
    made = Table("skill", "episodes", "samples", "longest, in tokens by estimate")
    for skill, number in sorted(counts.episodes.items()):
        made.add_row(skill, f"{number:,}", f"{counts.samples[skill]:,}", f"{counts.longest_tokens[skill]:,}")
    return made


if __name__ == "__main__":
    command()
