"""`riffler demo`: the main job on generated texts whose answers are known."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress as RichProgress

from riffler.bandits.arms import ARMS
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.bandits.policies.fixed import Fixed
from riffler.service.agent.progress import Answer
from riffler.service.app import Riffler
from riffler.service.cli.picture import show_trial
from riffler.service.cli.show import Printer
from riffler.service.evaluation.kinship import make_chain
from riffler.service.evaluation.questions import WORDINGS, QuestionSet, make_questions
from riffler.service.evaluation.streams import make_stream
from riffler.service.evaluation.trial import Ask, run_trial
from riffler.service.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Shown:
    """What a demo leaves.

    Attributes:
        right: Whether every answer of the first two scenes was right. (The third asks badly on purpose.)
        digest: The policy that learned.
    """

    right: bool
    digest: str


async def run_demo(folder: Path, seed: int = 1, questions: int = 120) -> Shown:
    """Run the scenes.

    Args:
        folder: Where the learning run is kept: see `demo_folder`.
        seed: For the texts.
        questions: How many the policy learns from.

    Returns:
        What it leaves.
    """
    async with Riffler(_settings(folder), seed=seed) as riffler:
        stream = make_stream(seed)
        asked = list(stream.current)[:5]
        question = f"What are the current values of {', '.join(asked[:-1])} and {asked[-1]}?"
        typer.secho("\nScene 1: a register of 46 keys with 100 updates each; five current values", bold=True)
        first = await _scene(riffler, stream.text, question, [stream.current[name] for name in asked])
        chain = make_chain(seed)
        question = f"Who is the eldest relative that {chain.youngest} can trace back to?"
        typer.secho("\nScene 2: a chain of four kinship sentences in a text of 32K tokens", bold=True)
        second = await _scene(riffler, chain.text, question, [chain.eldest])
        typer.secho(f"\nScene 3: {questions} questions, worded well and badly; the policy learns", bold=True)
        await _learning(riffler, make_questions(seed, questions))
        return Shown(first and second, "" if riffler.rewriter is None else riffler.rewriter.key.digest())


def _settings(folder: Path) -> Settings:
    """Read the settings, for a server of the demo's own: what it asks belongs into nobody's Redis."""
    return read_settings(data_folder=folder).model_copy(update={"redis_url": None})


async def _learning(riffler: Riffler, asked: QuestionSet) -> None:
    async with AsyncExitStack() as stack:
        # Other arms are asked elsewhere, so that the log that is kept is of the learning alone.
        settings = _settings(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="riffler-demo-"))))

        def asking(one: Riffler) -> Ask:
            return lambda question: one.ask(question.text, [asked.text])

        async def keep(decision: str, found: KeptAudit) -> None:
            await riffler.decisions.audit(riffler.tenant, decision, found)

        arms = list(ARMS)
        fixed = [await stack.enter_async_context(Riffler(settings, policy=Fixed(arm))) for arm in arms]
        ask_with = {arm: asking(one) for arm, one in zip(arms, fixed, strict=True)}
        trial = run_trial(asked.questions, asking(riffler), ask_with, riffler.reward, keep)
        with RichProgress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(f"{len(asked.questions)} questions, {len(arms)} arms each", total=len(asked.questions))
            rounds = []
            async for each in trial:
                rounds.append(each)
                bar.advance(task)
    for wording in WORDINGS:
        example = next(question.text for question in asked.questions if question.wording == wording)
        typer.echo(f"{wording:<14} {example}")
    typer.echo()
    show_trial(rounds, Console(width=110))


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
