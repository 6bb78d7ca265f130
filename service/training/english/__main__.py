"""`python -m riffler.service.training.english`: train the English pipeline, or measure one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riffler.service.training.english.evaluate import evaluate as measure
from riffler.service.training.english.evaluate import table
from riffler.service.training.english.train import Recipe
from riffler.service.training.english.train import train as run

command = typer.Typer(no_args_is_help=True, add_completion=False)
Data = Annotated[Path, typer.Option(help="The folder with train.conllu and dev.conllu.")]


@command.command()
def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="Where to put everything.")],
    recipe: Annotated[Recipe, typer.Option(help="english ships; plain is the baseline.")] = "english",
    steps: Annotated[int | None, typer.Option(help="Fewer steps, to try something out.")] = None,
) -> None:
    """Train a pipeline."""
    typer.echo(run(data, out, recipe, steps=steps))


@command.command()
def evaluate(
    pipelines: Annotated[list[str], typer.Argument(help="Folders or names of installed pipelines.")], data: Data
) -> None:
    """Measure pipelines on the dev part, on its questions and orders, and on generated ones."""
    import spacy  # noqa: PLC0415 - takes a second to import

    for name in pipelines:
        typer.echo(f"{name}\n{table(measure(spacy.load(name), data))}")


if __name__ == "__main__":
    command()
