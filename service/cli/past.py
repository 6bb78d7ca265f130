"""The commands on a session's past: `history`, `diff` and `fork`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from riffler.service.cli.options import DataFolder, command_settings, tell_estimate

if TYPE_CHECKING:
    from riffler.tools.diff import Difference

past = typer.Typer()

Session = Annotated[str, typer.Argument(help="The session.")]


@past.command()
def history(
    session: Session,
    limit: Annotated[int, typer.Option(min=1, help="Most versions to show.")] = 20,
    data_folder: DataFolder = None,
) -> None:
    """Print what made each version of a session, the newest first."""

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415 - takes a second
        from riffler.tools.carve.show_history import line  # noqa: PLC0415
        from riffler.tools.history import origin_words  # noqa: PLC0415

        async with Riffler(command_settings(data_folder=data_folder, rewriting=False)) as riffler:
            found = await riffler.history(session, limit)
        for version in found.versions:
            typer.echo(line(version, found.memory))
        if found.more:
            typer.echo(f"older ones: riffler history {session} --limit {limit * 10}")
        else:
            typer.echo(f"the history goes back to version {found.oldest}{origin_words(found.memory)}")

    asyncio.run(run())


@past.command()
def diff(
    session: Session,
    before: Annotated[int, typer.Argument(help="The earlier version.")],
    after: Annotated[int | None, typer.Argument(help="The later version; without it the present.")] = None,
    data_folder: DataFolder = None,
) -> None:
    """Print what differs between two versions of a session."""

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415

        async with Riffler(command_settings(data_folder=data_folder, rewriting=False)) as riffler:
            measure = riffler.measure()
            found = await riffler.diff(session, before, after, measure)
        tell_estimate(measure)
        for text in _lines(found):
            typer.echo(text)

    asyncio.run(run())


@past.command()
def fork(
    session: Session,
    version: Annotated[int | None, typer.Option(help="As of which version; without it the present.")] = None,
    name: Annotated[str | None, typer.Option(help="The new session's name; without it, it gets one.")] = None,
    data_folder: DataFolder = None,
) -> None:
    """Make a session that begins as another one was, and print its name."""

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415

        async with Riffler(command_settings(data_folder=data_folder, rewriting=False)) as riffler:
            typer.echo(await riffler.fork(session, version, name))

    asyncio.run(run())


def _lines(found: Difference) -> list[str]:
    """Write a difference: totals, then fragments by how they changed."""
    from riffler.tools.runs import in_few_words  # noqa: PLC0415

    lines = [f"version {found.before} to {found.after}"]
    lines.append(f"tokens    {found.tokens_before} seen before, {found.tokens_after} after")
    if found.messages:
        lines.append(f"messages  {found.messages} came, from index {found.first}")
    if found.rewrite_before != found.rewrite_after:
        lines.append(f"question  shown as {_quoted(found.rewrite_after)}, before as {_quoted(found.rewrite_before)}")
    places = {changed.id: changed.place for changed in found.fragments}
    changes: dict[str, list[str]] = {}
    for changed in sorted(found.fragments, key=lambda changed: changed.place):
        change = f"cut, {changed.after}" if changed.before is None else f"{changed.before} to {changed.after}"
        changes.setdefault(change, []).append(changed.id)
    for change, ids in changes.items():
        words = in_few_words(ids, lambda one, other: places[other] == places[one] + 1)
        lines.append(f"fragments {change}: {words}")
    return lines


def _quoted(rewrite: str | None) -> str:
    return "it came" if rewrite is None else ascii(rewrite)
