"""`python -m riffler.service.training.words`: make the word lists from their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riffler.service.training.words.build import build as write
from riffler.service.training.words.frequencies import WordfreqMissing, zipf_values
from riffler.service.training.words.wordnet import WordNet

command = typer.Typer(no_args_is_help=True, add_completion=False)


@command.callback()
def words() -> None:
    """Make the word lists that the lexical features read."""


@command.command()
def build(
    wordnet: Annotated[
        Path, typer.Option(help="WordNet's database files: usr/share/wordnet of Debian's wordnet-base.")
    ],
    subjectivity: Annotated[Path, typer.Option(help="pattern's en-sentiment.xml; textblob has it in textblob/en.")],
    out: Annotated[Path, typer.Option(help="Where to put the lists.")],
) -> None:
    """Write the lists that are made from WordNet, wordfreq and pattern's lexicon."""
    try:
        sizes = write(WordNet.read(wordnet), zipf_values(), subjectivity, out)
    except (WordfreqMissing, FileNotFoundError, ValueError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    for name, size in sizes.items():
        typer.echo(f"{size:>8} bytes  {name}")


if __name__ == "__main__":
    command()
