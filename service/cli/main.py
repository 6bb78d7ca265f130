"""The commands; those on a session's past stand in `past.py`.

Heavy parts are imported where they are used, so that `riffler --help` is quick.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from riffler.errors import RifflerError
from riffler.service.cli.bandit import bandit
from riffler.service.cli.evaluate import evaluations
from riffler.service.cli.explain import explaining
from riffler.service.cli.files import files
from riffler.service.cli.keys import keys
from riffler.service.cli.mcp import mcp
from riffler.service.cli.options import (
    AsJson,
    BaseUrl,
    DataFolder,
    Engine,
    Model,
    Seed,
    command_settings,
    read_text,
    tell_estimate,
)
from riffler.service.cli.past import past
from riffler.service.cli.rewarding import rewarding
from riffler.service.cli.tenants import tenants

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Riffler: the model carves its own context, and queries learn how to be asked.",
)

app.add_typer(evaluations, name="eval")
app.add_typer(bandit, name="bandit")
app.add_typer(keys, name="keys")
app.add_typer(tenants, name="tenants")


@app.command()
def ask(  # noqa: PLR0917 - typer calls it by name
    question: Annotated[str, typer.Argument(help="What to ask.")],
    context: Annotated[
        list[Path] | None, typer.Option(help="A text to put into the working memory; - is standard input. Repeatable.")
    ] = None,
    session: Annotated[str | None, typer.Option(help="Go on with a session.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="An arm not to be used for it. Repeatable.")] = None,
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    data_folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question about texts of any length."""
    texts = [read_text(path) for path in context or []]

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415 - takes a second
        from riffler.service.cli.show import Printer  # noqa: PLC0415

        printer = Printer(as_json=as_json)
        async with Riffler(
            command_settings(engine=engine, model=model, base_url=base_url, data_folder=data_folder)
        ) as riffler:
            async for item in riffler.stream(question, texts, session, deltas=False, without=without or ()):
                printer.show(item)

    _run(run())


@app.command()
def view(
    session: Annotated[str, typer.Argument(help="The session.")],
    original: Annotated[bool, typer.Option(help="Show the originals in place of what the model sees.")] = False,
    version: Annotated[int | None, typer.Option(help="As of which version; without it the present.")] = None,
    data_folder: DataFolder = None,
) -> None:
    """Print what the model sees of a session, a message a line, as JSON."""

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415
        from riffler.tools.view import view as view_of  # noqa: PLC0415

        async with Riffler(command_settings(data_folder=data_folder, rewriting=False)) as riffler:
            memory = await riffler.memory(session, version)
            measure = None if original else riffler.measure()
        if measure is not None:
            tell_estimate(measure)
        for message in memory.messages if measure is None else view_of(memory, measure.sight).messages:
            typer.echo(message.json)

    _run(run())


@app.command()
def call(
    session: Annotated[str, typer.Argument(help="The session.")],
    tool: Annotated[str, typer.Argument(help="The context tool, such as fold_fragment.")],
    arguments: Annotated[str, typer.Argument(help="Its arguments, as a JSON object.")] = "{}",
    summary: Annotated[str, typer.Option(help="The summary, for summarize_fragment.")] = "",
    data_folder: DataFolder = None,
) -> None:
    """Call a context tool on a session by hand."""

    async def run() -> None:
        from riffler.service.app import Riffler  # noqa: PLC0415

        async with Riffler(command_settings(data_folder=data_folder, rewriting=False)) as riffler:
            typer.echo(await riffler.call(session, tool, arguments, summary))

    _run(run())


@app.command()
def serve(  # noqa: PLR0917 - typer calls it by name
    host: Annotated[str | None, typer.Option(help="Address to listen on.", envvar="RIFFLER_HOST")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", envvar="RIFFLER_PORT")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.", envvar="RIFFLER_WORKERS")] = None,
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    data_folder: DataFolder = None,
) -> None:
    """Serve the REST API."""
    given = {"host": host, "port": port, "workers": workers, "engine": engine, "model": model, "base_url": base_url}
    for name, value in {**given, "data_folder": data_folder}.items():
        if value is not None:  # workers are processes of their own: they read the environment
            os.environ[f"RIFFLER_{name.upper()}"] = str(value)
    settings = command_settings(quiet=False)
    from riffler.service.door_check import require_keys  # noqa: PLC0415 - Redis' client takes 0.2 s

    word = asyncio.run(require_keys(settings))
    typer.echo(f"Riffler comes up on http://{settings.host}:{settings.port} (description: /openapi.json)", err=True)
    typer.echo(word, err=True)
    from riffler.service.serving import serve as serve_with  # noqa: PLC0415 - takes two seconds

    serve_with(settings)


@app.command()
def demo(
    seed: Seed = 1,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the learning run is kept until the next demo; else `demo` in the data folder."),
    ] = None,
    questions: Annotated[int, typer.Option(min=5, max=160, help="How many questions the policy learns from.")] = 120,
) -> None:
    """Show the main job on generated texts whose answers are known, and then the page of its learning run."""
    from riffler.service.cli.demo import run_demo  # noqa: PLC0415 - takes two seconds
    from riffler.service.cli.demo_folder import make_room  # noqa: PLC0415
    from riffler.service.cli.demo_page import show_page  # noqa: PLC0415
    from riffler.service.settings import read_settings  # noqa: PLC0415

    kept = folder or read_settings().data_folder / "demo"
    make_room(kept)
    shown = asyncio.run(run_demo(kept, seed, questions))
    show_page(kept, shown.digest)
    if not shown.right:
        raise typer.Exit(1)


@app.command()
def doctor(  # noqa: PLR0917 - typer calls it by name
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    data_folder: DataFolder = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what takes long: tool calls and speed.")] = False,
    device: Annotated[
        bool, typer.Option("--device", help="Look at the device although the engine needs none.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at all that Riffler stands on, and say how to mend it. Exit code 1 when something fails."""

    async def run() -> bool:
        from riffler.service.cli.doctor import run_doctor  # noqa: PLC0415 - takes a second
        from riffler.service.logs import configure_logs  # noqa: PLC0415

        configure_logs("error")  # what matters is in the findings
        overrides = {"engine": engine, "model": model, "base_url": base_url, "data_folder": data_folder}
        return await run_doctor(overrides, quick=quick, device=device, as_json=as_json)

    if not asyncio.run(run()):
        raise typer.Exit(1)


app.add_typer(explaining)
app.add_typer(past)
app.add_typer(files)
app.add_typer(mcp)
app.add_typer(rewarding)


def main() -> None:
    """Run the command line. A failure is one line on standard error and exit code 1; 2 is a wrong call."""
    try:
        app()
    except RifflerError as exc:
        typer.echo(f"riffler: {exc}", err=True)
        raise SystemExit(1) from exc


def _run(command: Coroutine[Any, Any, None]) -> None:
    asyncio.run(command)
