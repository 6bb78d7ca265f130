"""How a turn is shown in the terminal."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from riffler.service.agent.progress import Answer, Arrived, Progress, Rewriting, ToolStep

_LINE_CHARACTERS = 110


class Printer:
    """Prints progress as it happens, or one JSON object at the end.

    Args:
        as_json: Whether only the JSON object is wanted.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json

    def show(self, item: Progress) -> None:
        """Print one item.

        Args:
            item: What happened.
        """
        if self._as_json:
            if isinstance(item, Answer):
                typer.echo(json.dumps(asdict(item), ensure_ascii=False))
            return
        match item:
            case Arrived(conversation_tokens, folded):
                note = f", {folded} fragments folded to fit" if folded else ""
                typer.echo(f"arrived   {conversation_tokens} tokens{note}")
            case Rewriting():
                _rewriting(item)
            case ToolStep(number, tool, arguments, reply, _):
                typer.echo(f"step {number:<4} {_cut(f'{tool} {_one_line(arguments)}')}")
                typer.echo(f"          -> {_cut(reply.split(chr(10))[0])}")
            case Answer():
                _answer(item)
            case _:
                pass


def _rewriting(item: Rewriting) -> None:
    typer.echo(f"arm       {item.arm} (propensity {item.propensity:.4f})")
    if item.note:
        typer.echo(f"          {item.note}")
    if item.rewritten != item.query:
        typer.echo(f"rewritten {_cut(_one_line(item.rewritten))}")


def _answer(item: Answer) -> None:
    times = ", ".join(f"{name} {spent:.0f}" for name, spent in item.times_ms.items())
    typer.echo(f"tokens    conversation {item.conversation_tokens}, seen by the model {item.seen_tokens}")
    typer.echo(f"time (ms) {times}")
    if item.capped:
        typer.echo("note      the step cap forced this answer")
    if item.finish_reason != "stop":
        typer.echo(f"note      the answer isn't whole: the engine ended it with {item.finish_reason!r}")
    typer.echo("")
    typer.echo(item.text)
    if item.notice:
        typer.echo(f"({item.notice})")
    typer.echo("")
    if item.rewriting.decision:
        typer.echo(f"reward it with: riffler reward {item.rewriting.decision} 0.8")
    typer.echo(f"session   {item.session}")


def _one_line(text: str) -> str:
    return " / ".join(text.splitlines())


def _cut(text: str) -> str:
    return text if len(text) <= _LINE_CHARACTERS else f"{text[:_LINE_CHARACTERS]}..."
