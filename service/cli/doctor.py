"""How the doctor's findings are shown: a table for people, or one JSON object for machines."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from riffler.errors import InvalidSetting
from riffler.service.agent.health.finding import Level, Result, worst
from riffler.service.doctor.examine import examine, unreadable
from riffler.service.doctor.subject import Subject
from riffler.service.settings import read_settings

_SIGNS: dict[Level, tuple[str, str]] = {
    "ok": ("+ ok", "green"),
    "warn": ("! warn", "yellow"),
    "fail": ("x FAIL", "bold red"),
    "skip": ("- skip", "dim"),
}
"""A level in a sign and a word; the colour only repeats it."""
_VERDICTS: dict[Level, str] = {
    "ok": "Everything that was looked at is right.",
    "warn": "Riffler works; see the warnings.",
    "fail": "Something needs mending.",
}


async def run_doctor(
    overrides: dict[str, Any], *, quick: bool = False, device: bool = False, as_json: bool = False
) -> bool:
    """Run all checks and print what they found.

    It starts the embedded server where that is what the settings say, which makes its data folder; and it leaves
    nothing behind in a server of the operator's own.

    Args:
        overrides: Settings of the command line.
        quick: Whether to leave out what takes long.
        device: Whether to look at the device although the engine needs none.
        as_json: Whether to print one JSON object.

    Returns:
        Whether nothing failed.
    """
    console = Console(highlight=False)
    results = await _results(overrides, quick=quick, device=device, console=None if as_json else console)
    if as_json:
        typer.echo(json.dumps(_as_dict(results), ensure_ascii=False))
    else:
        console.print(_table(results))
        console.print(_VERDICTS[worst(results)])
    return worst(results) != "fail"


async def _results(
    overrides: dict[str, Any], *, quick: bool, device: bool, console: Console | None
) -> Sequence[Result]:
    try:
        settings = read_settings(**overrides)
    except InvalidSetting as exc:
        return unreadable(exc)
    subject = Subject(settings, os.environ, quick=quick, device=device)
    results: list[Result] = []
    try:
        async with aclosing(examine(subject)) as examined:
            async for result in examined:
                results.append(result)
                if console is not None and console.is_terminal:  # a large model takes minutes: show that it goes on
                    console.print(Text(f"looked at {result.check}", style="dim"))
    finally:
        await subject.aclose()
    return results


def _as_dict(results: Sequence[Result]) -> dict[str, Any]:
    return {
        "level": worst(results),
        "checks": [
            {
                "check": result.check,
                "spent_ms": round(result.spent_ms, 3),
                "findings": [asdict(finding) for finding in result.findings],
            }
            for result in results
        ],
    }


def _table(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("level", no_wrap=True)
    table.add_column("check", no_wrap=True)
    table.add_column("found, and how to mend it", overflow="fold")
    for result in results:
        for finding in result.findings:
            sign, style = _SIGNS[finding.level]
            told = _plain(finding.found) + (f"\n-> {_plain(finding.mend)}" if finding.mend else "")
            table.add_row(Text(sign, style=style), result.check, Text(told))
    return table


def _plain(text: str) -> str:
    """Keep a terminal from obeying what a server wrote: no control character goes through."""
    return "".join(character if character.isprintable() else " " for character in text)
