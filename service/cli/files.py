"""`riffler export` and `riffler import`: sessions as files of JSON lines, byte for byte."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from riffler.errors import InvalidInput, UnknownSession
from riffler.service.cli.options import DataFolder, command_settings, tenant_name

if TYPE_CHECKING:
    from riffler.service.agent.tenant_files import Restored

files = typer.Typer()
Tenant = Annotated[str, typer.Option(help="Whose.")]


@files.command("export")
def export_(
    session: Annotated[str | None, typer.Argument(help="The session; without it all of the tenant.")] = None,
    to: Annotated[Path | None, typer.Option(help="The file; else standard output.")] = None,
    tenant: Tenant = "local",
    data_folder: DataFolder = None,
) -> None:
    """Write a session, or all that a tenant has, as JSON lines. It holds texts of users."""

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415 - takes a second
        from riffler.service.ports.memory import SessionKey  # noqa: PLC0415

        settings = command_settings(data_folder=data_folder, rewriting=False)
        async with Riffler(settings, tenant) as riffler:
            with nullcontext(sys.stdout) if to is None else _new_file(to) as file:
                if session is None:
                    async for line in riffler.files.export(tenant):
                        print(line, file=file)
                    return
                lines = await riffler.files.sessions.export(SessionKey(tenant, session))
                if lines is None:
                    raise UnknownSession(f"no session {session!r}")
                print(*lines, sep="\n", file=file)

    try:
        asyncio.run(run())
    except OSError as exc:
        raise InvalidInput(f"file {to}: {exc.strerror}") from exc


@files.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="The file; - is standard input.")],
    name: Annotated[str | None, typer.Option(help="Another name for the session, where it is one.")] = None,
    tenant: Tenant = "local",
    data_folder: DataFolder = None,
) -> None:
    """Make the sessions of a file, and print their names; policies learn their logs. One that exists is an error."""

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415

        owner, read = tenant_name(tenant), 0
        async with Riffler(command_settings(data_folder=data_folder, rewriting=False), owner) as riffler:
            with _opened(path) as lines:
                async for part in riffler.files.restore(owner, _each(lines), name):
                    read += 1
                    if part.kind == "session":
                        typer.echo(part.name)  # at once: those that were made stay, should a later one fail
                    else:
                        typer.echo(f"riffler: {_words(part)}", err=True)
        if not read:
            raise InvalidInput(f"export {path}: expected a session, got an empty file")

    try:
        asyncio.run(run())
    except OSError as exc:
        raise InvalidInput(f"export {path}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise InvalidInput(f"export {path}: expected UTF-8, got byte {exc.object[exc.start]:#04x}") from exc


def _words(part: Restored) -> str:
    if part.kind == "policy":
        return f"policy {part.name}: {part.rows:,} decisions read, {part.learned:,} rewards learned"
    return f"{part.rows:,} {'records of turns' if part.kind == 'turns' else 'API keys'} passed over: none is made"


async def _each(lines: Iterable[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line


def _opened(path: Path) -> AbstractContextManager[Iterable[str]]:
    """Open a file to be read line by line, as no more than a session of it has to be held at once."""
    if str(path) == "-":
        return nullcontext(TextIOWrapper(sys.stdin.buffer, "utf-8-sig", newline="\n"))
    return path.open(encoding="utf-8-sig", newline="\n")


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """Make a file that its owner alone can read, as it holds texts of users; on failure nothing of it stays."""
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(made, "w", encoding="utf-8", newline="\n") as file:
            yield file
    except BaseException:  # also a Ctrl-C: half a file can't be imported, and would be in a second try's way
        path.unlink(missing_ok=True)
        raise
