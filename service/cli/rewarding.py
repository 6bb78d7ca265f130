"""`riffler reward`: one decision, or many from a file."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riffler.errors import InvalidInput
from riffler.service.cli.options import BaseUrl, DataFolder, Engine, Model, command_settings, read_text

if TYPE_CHECKING:
    from riffler.service.agent.reward_batch import Row, RowDone
    from riffler.service.agent.rewarding import Form, Rewarding
    from riffler.service.app import Riffler

rewarding = typer.Typer()

_FORMS = (
    "reward: expected DECISION with one of VALUE, --feedback, --answer with --reference, or --answer with --query; or "
    "--batch alone"
)
_WRONG = frozenset({"unknown", "invalid", "failed"})


@rewarding.command(context_settings={"ignore_unknown_options": True})  # so that -1 is a value, and refused as one
def reward(  # noqa: PLR0917 - typer calls it by name
    decision: Annotated[str | None, typer.Argument(help="The decision's id, as `ask` printed it.")] = None,
    value: Annotated[float | None, typer.Argument(help="How good the answer was, from 0 to 1.")] = None,
    feedback: Annotated[str | None, typer.Option(help="In place of a value: good, bad, or 1 to 5 stars.")] = None,
    answer: Annotated[
        str | None, typer.Option(help="The answer itself; @FILE is a file's text, - is standard input.")
    ] = None,
    reference: Annotated[
        list[str] | None, typer.Option(help="What was to be answered, to compare; @FILE is a file's. Repeatable.")
    ] = None,
    query: Annotated[str | None, typer.Option(help="What was asked, for the engine to judge the answer by.")] = None,
    criterion: Annotated[str, typer.Option(help="What to judge by; without it the judge chooses.")] = "",
    correct: Annotated[bool, typer.Option("--correct", help="Take the place of a reward that counted before.")] = False,
    batch: Annotated[
        Path | None, typer.Option(help="Rewards from a file, one JSON object a line; - is standard input.")
    ] = None,
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    data_folder: DataFolder = None,
) -> None:
    """Reward a decision: once, and as late as you like. Or many, from a file."""
    single = (value, feedback, answer, reference, query)
    if (batch is None) == (decision is None) or (batch is not None and any(each is not None for each in single)):
        raise InvalidInput(_FORMS)
    settings = command_settings(engine=engine, model=model, base_url=base_url, data_folder=data_folder, rewriting=False)

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415 - takes a second

        async with Riffler(settings) as riffler:
            if batch is not None:
                await _reward_batch(riffler, batch)
            else:
                form = _form(value, feedback, answer, reference, query, criterion)
                done = await riffler.rewards.reward(riffler.tenant, decision or "", form, correct=correct)
                typer.echo(f"{decision}: {_said(done)}")

    asyncio.run(run())


def _form(  # noqa: PLR0917 - as the options come
    value: float | None,
    feedback: str | None,
    answer: str | None,
    references: list[str] | None,
    query: str | None,
    criterion: str,
) -> Form:
    """Make the form that the options give."""
    from riffler.service.agent.rewarding import Against, Feedback, Number, ToJudge  # noqa: PLC0415

    if criterion and query is None:
        raise InvalidInput("--criterion: expected only with --query")
    match value, feedback, answer, references or None, query:
        case float(), None, None, None, None:
            return Number(value)
        case None, str(), None, None, None:
            return Feedback(int(feedback) if feedback in {"1", "2", "3", "4", "5"} else feedback)  # type: ignore[arg-type] # it checks
        case None, None, str(), list(), None:
            return Against(_text(answer), [_text(each) for each in references or ()])
        case None, None, str(), None, str():
            return ToJudge(query, _text(answer), criterion=criterion)
        case _:
            raise InvalidInput(_FORMS)


def _text(given: str) -> str:
    """Give a text as it stands, or that of the file which it names."""
    if given == "-" or given.startswith("@"):
        return read_text(Path(given.removeprefix("@")), "text")
    return given


def _said(done: Rewarding) -> str:
    learned = done.learned
    if learned is None:
        return "is void, as its call failed; nothing changed"
    if done.name == "refused":
        return f"has its reward, {learned.reward:g}; nothing changed (--correct takes its place)"
    parts = ", ".join(f"{name} {part:g}" for name, part in learned.parts.items())
    by = f", by {learned.criterion}" if learned.criterion else ""
    return f"rewarded with {learned.reward:g}{f' ({parts})' if parts else ''}{by}"


async def _reward_batch(riffler: Riffler, path: Path) -> None:
    from riffler.service.agent.reward_batch import MOST_JUDGED, MOST_ROWS, reward_all  # noqa: PLC0415
    from riffler.service.agent.rewarding import ToJudge  # noqa: PLC0415

    lines = [(number, line) for number, line in enumerate(read_text(path, "rewards").split("\n"), 1) if line.strip()]
    rows = _rows([line for _, line in lines])
    most = MOST_JUDGED if any(isinstance(row.form, ToJudge) for row in rows) else MOST_ROWS
    done: list[RowDone] = []
    for first in range(0, len(rows), most):
        done += (await reward_all(riffler.rewards, riffler.tenant, rows[first : first + most])).rows
    for (number, _), row in zip(lines, done, strict=True):
        if row.problem:
            typer.echo(f"line {number}: {row.outcome}: {row.problem}")
    counts = Counter(row.outcome for row in done)
    typer.echo(f"{len(done)} rewards: {', '.join(f'{count} {outcome}' for outcome, count in counts.items())}")
    wrong = sum(count for outcome, count in counts.items() if outcome in _WRONG)
    if wrong:
        raise InvalidInput(f"{wrong} of {len(done)} rewards weren't taken")


def _rows(lines: list[str]) -> list[Row]:
    from riffler.service.http.reward_schemas import read_rows  # noqa: PLC0415 - the framework takes half a second

    def value(line: str) -> object:
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            return None  # no object either: the row says so

    return read_rows([value(line) for line in lines])
