"""`riffler demo`: the main job on generated texts whose answers are known."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typer

from riffler.service.agent.progress import Answer
from riffler.service.app import Riffler
from riffler.service.cli.show import Printer
from riffler.service.evaluation.kinship import make_chain
from riffler.service.evaluation.streams import make_stream
from riffler.service.settings import read_settings


async def run_demo(seed: int = 1) -> bool:
    """Run the scenes on a data folder of their own, which is removed afterwards.

    Args:
        seed: For the texts.

    Returns:
        Whether every answer was right.
    """
    with tempfile.TemporaryDirectory(prefix="riffler-demo-") as folder:
        async with Riffler(read_settings(data_folder=Path(folder)), seed=seed) as riffler:
            stream = make_stream(seed)
            asked = list(stream.current)[:5]
            question = f"What are the current values of {', '.join(asked[:-1])} and {asked[-1]}?"
            typer.secho("\nScene 1: a register of 46 keys with 100 updates each; five current values", bold=True)
            first = await _scene(riffler, stream.text, question, [stream.current[name] for name in asked])
            chain = make_chain(seed)
            question = f"Who is the eldest relative that {chain.youngest} can trace back to?"
            typer.secho("\nScene 2: a chain of four kinship sentences in a text of 32K tokens", bold=True)
            second = await _scene(riffler, chain.text, question, [chain.eldest])
    return first and second


async def _scene(riffler: Riffler, text: str, question: str, expected: list[str]) -> bool:
    typer.echo(f"question  {question}")
    printer = Printer()
    answer = ""
    async for item in riffler.stream(question, [text], deltas=False):
        printer.show(item)
        if isinstance(item, Answer):
            answer = item.text
    right = sum(value.lower() in answer.lower() for value in expected)
    typer.secho(f"right     {right} of {len(expected)}", bold=True)
    return right == len(expected)
