"""The command `explain`: a query's parse, its features, and each arm's rewrite, side by side."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riffler.service.cli.arcs import arcs
from riffler.service.cli.options import AsJson, BaseUrl, DataFolder, Engine, Model, command_settings, read_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from riffler.service.agent.explaining import ArmTried, Explanation, FeatureFound

explaining = typer.Typer()

_MOST_WORDS = 80
"""A longer query's parse is no small picture any more: its first words are shown."""
_MOST_CHARACTERS = 60
"""Of the words that made a feature fire."""
_WIDTH = 110
"""Where the output isn't a terminal, which knows its own."""


@explaining.command()
def explain(  # noqa: PLR0917 - typer calls it by name
    query: Annotated[str, typer.Argument(help="What is to be asked.")],
    context: Annotated[
        list[Path] | None, typer.Option(help="A text that was said before it; - is standard input. Repeatable.")
    ] = None,
    session: Annotated[str | None, typer.Option(help="A session that it would be asked in.")] = None,
    by: Annotated[str | None, typer.Option(help="Who words rewrites: engine, rule or auto.")] = None,
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    data_folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show how a query is read, and what each arm would make of it. Nothing is drawn or logged."""
    texts = [read_text(path) for path in context or []]

    async def run() -> Explanation:
        from riffler.service.app import Riffler  # noqa: PLC0415 - takes a second

        settings = command_settings(
            engine=engine, model=model, base_url=base_url, data_folder=data_folder, rewrites_by=by
        )
        async with Riffler(settings) as riffler:
            return await riffler.explain(query, texts, session)

    explanation = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(asdict(explanation), ensure_ascii=False))
        return
    from rich.console import Console  # noqa: PLC0415 - takes a moment

    show(explanation, Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False, markup=False))


def show(explanation: Explanation, out: Console) -> None:
    """Print an explanation.

    Args:
        explanation: What to print.
        out: Where to.
    """
    for line in picture(explanation):
        out.print(line, soft_wrap=True)
    out.print()
    out.print(_features(explanation.features))
    out.print(" ".join(_number(each) for each in explanation.features if _is_number(each)))
    out.print()
    out.print(_arms(explanation))
    whose = "the policy, as it has learned" if explanation.learned else "a policy that has seen nothing"
    out.print(f"How often an arm is drawn is that of {whose}.")


def picture(explanation: Explanation) -> list[str]:
    """Draw the parse.

    Args:
        explanation: A query with its words.

    Returns:
        A line a word: the arcs to it, the word, its part of speech, its relation to its head.
    """
    words = explanation.words[:_MOST_WORDS]
    heads = [word.head if word.head < len(words) else number for number, word in enumerate(words)]
    width = max((len(word.text) for word in words), default=0)
    lines = [
        f"{drawn} {word.text:<{width}}  {word.pos:<5}  {word.dep}".rstrip()
        for drawn, word in zip(arcs(heads), words, strict=True)
    ]
    left = len(explanation.words) - len(words)
    return [*lines, f"and {left} words more"] if left else lines


def _features(features: tuple[FeatureFound, ...]) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table("group", "feature", "", "the words that made it fire", box=None, pad_edge=False)
    for each in features:
        if not _is_number(each):
            said = {None: "unknown", 0.0: "-"}.get(each.value, "yes")
            table.add_row(each.group, each.name, said, _cut(" | ".join(each.words)))
    return table


def _is_number(feature: FeatureFound) -> bool:
    return feature.group == "reading"


def _number(feature: FeatureFound) -> str:
    return f"{feature.name} {'unknown' if feature.value is None else f'{feature.value:.1f}'} ({feature.x:+.2f})"


def _arms(explanation: Explanation) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table("arm", "drawn", f"rewrite by {explanation.making}", "the guard", box=None, pad_edge=False)
    for each in explanation.arms:
        drawn = f"{each.propensity:.0%}" if each.offered else "-"
        table.add_row(each.arm, drawn, each.text if each.text != explanation.query else "(as it came)", _verdict(each))
    return table


def _verdict(arm: ArmTried) -> str:
    if not arm.offered:
        return f"not offered: {arm.idle}"
    return "keeps the meaning" if arm.kept else f"refused: {arm.reason}"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}..."
