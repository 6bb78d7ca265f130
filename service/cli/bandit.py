"""The commands below `riffler bandit`: for who watches a policy, and takes its log out and in."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, TypeVar

import typer

from riffler.errors import InvalidInput
from riffler.service.cli.options import AsJson, DataFolder, command_settings

if TYPE_CHECKING:
    from rich.console import Console

    from riffler.service.agent.watch.policies import Policies
    from riffler.service.agent.watch.taking_in import TakenIn
    from riffler.service.agent.watch.value import ValueReport

bandit = typer.Typer(no_args_is_help=True, help="Watch the policy: what it draws, what it learned, what that is worth.")
T = TypeVar("T")

Digest = Annotated[
    str | None, typer.Option("--policy-digest", help="Which policy, as `status` names it; else the newest.")
]
Newest = Annotated[
    int | None, typer.Option("--limit", min=1, help="Most decisions to look at, the newest; else 5,000.")
]
_WIDTH = 110
"""Where the output isn't a terminal, which knows its own."""


@bandit.command()
def status(
    digest: Digest = None, limit: Newest = None, data_folder: DataFolder = None, as_json: AsJson = False
) -> None:
    """Show what the policy drew, what that earned and cost, and whether its log can be trusted."""

    async def ask(policies: Policies, tenant: str) -> Any:  # noqa: ANN401
        return await policies.listed(tenant), await policies.status(tenant, digest, limit)

    known, found = asyncio.run(_asked(ask, data_folder))
    if as_json:
        typer.echo(_json(found))
        return
    from riffler.service.cli.bandit_tables import show_policies, show_status  # noqa: PLC0415 - takes a moment

    out = _console()
    if len(known) > 1:
        show_policies(known, out)
        out.print()
    show_status(found, out)


@bandit.command()
def arms(
    digest: Digest = None,
    limit: Newest = None,
    most: Annotated[int, typer.Option(min=0, help="Most effects of features to show.")] = 12,
    data_folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show what was learned of arms and features, with intervals."""
    report = asyncio.run(_asked(lambda policies, tenant: policies.arms(tenant, digest, limit), data_folder))
    if as_json:
        typer.echo(_json(report))
        return
    from riffler.service.cli.bandit_tables import show_arms  # noqa: PLC0415

    show_arms(report, most, _console())


@bandit.command()
def explain(
    decision: Annotated[str, typer.Argument(help="The decision's id, as `ask` printed it.")],
    data_folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Explain one decision: its draw, what each arm's score is made of, and what became of it."""
    found = asyncio.run(_asked(lambda policies, tenant: policies.explain(tenant, decision), data_folder))
    if as_json:
        typer.echo(_json(found))
        return
    from riffler.service.cli.bandit_tables import show_draw  # noqa: PLC0415

    show_draw(found, _console())


@bandit.command()
def regret(  # noqa: PLR0917 - typer calls it by name
    digest: Digest = None,
    limit: Newest = None,
    since_ms: Annotated[
        int | None, typer.Option(min=0, help="Only decisions made at this time or later, in ms since 1970.")
    ] = None,
    until_ms: Annotated[int | None, typer.Option(min=0, help="Only decisions made before this time.")] = None,
    feature: Annotated[str | None, typer.Option(help="Only decisions whose query has this feature.")] = None,
    lacking: Annotated[bool, typer.Option("--lacking", help="Only those whose query lacks it.")] = False,
    data_folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show what the draws have lost: estimated, and audited or true where queries were run on all arms."""
    if lacking and feature is None:
        raise InvalidInput("lacking: expected a feature with it, got none")

    async def ask(policies: Policies, tenant: str) -> Any:  # noqa: ANN401
        from riffler.service.agent.watch.selection import Selection  # noqa: PLC0415 - as below

        return await policies.regret(tenant, digest, limit, Selection(since_ms, until_ms, feature, not lacking))

    report = asyncio.run(_asked(ask, data_folder))
    if as_json:
        typer.echo(_json(report))
        return
    from riffler.service.cli.bandit_tables import show_regret  # noqa: PLC0415

    show_regret(report, _console())


@bandit.command()
def ope(
    policy: Annotated[list[str], typer.Option(help="Another policy: its name, or fixed: and an arm. Repeatable.")],
    digest: Digest = None,
    limit: Newest = None,
    data_folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Estimate what other policies would have earned on the same queries (off-policy evaluation)."""

    async def ask(policies: Policies, tenant: str) -> list[ValueReport]:
        return [await policies.value(tenant, other, digest, limit) for other in policy]

    reports = asyncio.run(_asked(ask, data_folder))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in reports], ensure_ascii=False))
        return
    from riffler.service.cli.bandit_tables import show_values  # noqa: PLC0415

    show_values(reports, _console())


@bandit.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to; - is standard output.")] = Path("-"),
    digest: Digest = None,
    data_folder: DataFolder = None,
) -> None:
    """Write the policy's log as JSON lines: no text of a user, and no session's name."""

    async def write(policies: Policies, tenant: str) -> None:
        lines = await policies.export(tenant, digest)
        try:
            with _written(file) as out:
                async for line in lines:
                    out.write(line.encode() + b"\n")
                out.flush()
        except OSError as exc:  # such as a full disk, or a reader that has gone
            raise InvalidInput(f"file {file}: {exc.strerror}") from exc

    asyncio.run(_asked(write, data_folder))


@bandit.command("import")
def import_log(
    file: Annotated[Path, typer.Argument(help="An exported log; - is standard input.")],
    into: Annotated[str | None, typer.Option(help="The policy that learns it; else the one that draws now.")] = None,
    data_folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Let the policy learn a log that was exported elsewhere. Repeating it changes nothing."""

    async def read(policies: Policies, tenant: str) -> TakenIn:
        with ExitStack() as stack:
            lines = _lines(_opened(file, stack))
            return await policies.take_in(tenant, lines, into, told=lambda rows: _tell(f"{rows:,} rows"))

    done = asyncio.run(_asked(read, data_folder, rewriting=into is None))
    if as_json:
        typer.echo(_json(done))
        return
    typer.echo(f"{done.rows:,} decisions read: policy {done.digest} learned {done.rewards:,} rewards")
    if done.corrected:
        typer.echo(f"{done.corrected:,} rewards took the place of those of an earlier import")
    if done.void:
        typer.echo(f"{done.void:,} rewards left out: their decisions were given up here")
    if done.repeated:
        typer.echo(f"{done.repeated:,} had their reward already; nothing changed")
    for arm, count in done.left_out.items():
        typer.echo(f"{count:,} left out: there is no arm {arm!r} here")
    if not done.whole:
        _tell(f"file {file}: it is cut off, or a part of an export: its last line doesn't count these decisions")


async def _asked(
    ask: Callable[[Policies, str], Awaitable[T]], data_folder: Path | None, *, rewriting: bool = False
) -> T:
    """Ask a tenant's policies. Only who needs to know which one draws now waits for a pipeline to load."""
    from riffler.service.app import Riffler  # noqa: PLC0415 - takes a second

    settings = command_settings(data_folder=data_folder, **({} if rewriting else {"rewriting": False}))
    async with Riffler(settings) as riffler:
        return await ask(riffler.policies, riffler.tenant)


def _opened(file: Path, stack: ExitStack) -> BinaryIO:
    if str(file) == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(file.open("rb"))
    except OSError as exc:
        raise InvalidInput(f"file {file}: {exc.strerror}") from exc


@contextmanager
def _written(file: Path) -> Iterator[BinaryIO]:
    """Write a file as a whole: what stood there stays until all is written."""
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    target = file.resolve()  # a link stays one
    if target.exists() and not target.is_file():  # such as a pipe, which nothing may take the place of
        with target.open("wb") as out:
            yield out
        return
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as out:
            if target.exists():
                shutil.copymode(target, beside)
            yield out
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


async def _lines(file: BinaryIO) -> AsyncIterator[bytes]:
    from riffler.service.agent.watch.log_file import MOST_LINE  # noqa: PLC0415

    while line := file.readline(MOST_LINE + 1):  # a longer one is refused as soon as it is known to be so
        yield line


def _tell(text: str) -> None:
    typer.echo(f"riffler: {text}", err=True)


def _json(report: Any) -> str:  # noqa: ANN401 - a dataclass of `service.agent.watch`
    return json.dumps(asdict(report), ensure_ascii=False)


def _console() -> Console:
    from rich.console import Console  # noqa: PLC0415

    return Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False, markup=False)
