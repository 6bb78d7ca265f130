"""The command `mcp`: context tools, rewriter and views for hosts of the Model Context Protocol."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from riffler.errors import InvalidInput, InvalidSetting
from riffler.service.cli.options import BaseUrl, DataFolder, Engine, Model, command_settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from riffler.service.agent.rewriter import Rewriter
    from riffler.service.app import Riffler
    from riffler.service.integrations.mcp_server.parts import Parts
    from riffler.service.integrations.mcp_server.server import RifflerMcp
    from riffler.service.settings import Settings

mcp = typer.Typer()

_CLOSING_S = 5
"""How long requests may take to end when the service over HTTP stops."""


@mcp.command("mcp")
def serve_mcp(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    session: Annotated[
        str,
        typer.Option(
            help="Work on this session, and keep it. Without it each client has one of its own, which ends with it."
        ),
    ] = "",
    http: Annotated[bool, typer.Option("--http", help="Serve streamable HTTP at /mcp in place of stdio.")] = False,
    host: Annotated[str | None, typer.Option(help="With --http: address to listen on.", envvar="RIFFLER_HOST")] = None,
    port: Annotated[int | None, typer.Option(help="With --http: port to listen on.", envvar="RIFFLER_PORT")] = None,
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    data_folder: DataFolder = None,
) -> None:
    """Serve context tools, rewriter and views of a session to MCP hosts (extra `mcp`).

    Over stdio, for hosts that start it: {"mcpServers": {"riffler": {"command": "riffler", "args": ["mcp"]}}}.
    Over HTTP a client may name its session in the header X-Riffler-Session. Sessions that nobody named are deleted when
    their client ends, or after RIFFLER_UNNAMED_TTL_S without use.
    """
    if not http:
        _require_no_address(context)
    settings = command_settings(
        host=host, port=port, engine=engine, model=model, base_url=base_url, data_folder=data_folder
    )
    sys.exit(asyncio.run(_served(settings, session, http=http)))


def _require_no_address(context: typer.Context) -> None:
    """Refuse an address that nobody would listen on. One in the environment is of other commands, too.

    Args:
        context: The command's.

    Raises:
        InvalidInput: The command line has one.
    """
    for name in ("host", "port"):
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise InvalidInput(f"--{name}: expected --http beside it, as nothing listens over stdio")


async def _served(settings: Settings, session: str, *, http: bool) -> int:
    from riffler.service.app import Riffler  # noqa: PLC0415 - takes a second

    try:
        from riffler.service.integrations.mcp_server.server import RifflerMcp  # noqa: PLC0415 - an extra
    except ImportError as exc:
        if exc.name is None or exc.name.partition(".")[0] not in {"mcp", "mcp_types"}:
            raise
        raise InvalidSetting(f"the command mcp needs {exc.name}: pip install 'riffler[mcp]'") from exc
    async with Riffler(settings) as riffler:
        server = RifflerMcp(parts_of(riffler), session)
        code = await (_over_http(server, settings, riffler) if http else _over_stdio(server))
    if code and not http:
        # All is closed. Past the loop and the interpreter, which would wait for a thread that reads standard input.
        os._exit(code)
    return code


def parts_of(riffler: Riffler) -> Parts:
    """Wire what the MCP server stands on.

    Args:
        riffler: The library's face.

    Returns:
        The `Parts`.
    """
    from riffler.service.integrations.mcp_server.parts import Parts  # noqa: PLC0415
    from riffler.tools.carve.show_history import SHOW_HISTORY  # noqa: PLC0415
    from riffler.tools.carve.undo_edits import UNDO_EDITS  # noqa: PLC0415

    loading = asyncio.Lock()

    async def rewriter() -> Rewriter | None:
        async with loading:  # once, however many ask at first
            return await asyncio.to_thread(lambda: riffler.rewriter)

    offered = riffler.room.offered.tools
    # A host has no other way back, so these come with the tools of any profile.
    beside = [tool for tool in (UNDO_EDITS, SHOW_HISTORY) if offered and tool not in offered]
    return Parts(
        tenant=riffler.tenant,
        sessions=riffler.sessions,
        edits=riffler.edits,
        tools=(*offered, *beside),
        room=riffler.room,
        rewriter=rewriter,
        rewards=riffler.rewards,
        idle_s=riffler.unnamed_ttl_s,
    )


async def _over_stdio(server: RifflerMcp) -> int:
    """Serve until the host closes standard input or a signal comes; give the exit code."""
    from riffler.service.integrations.mcp_server.stdio import serve_stdio  # noqa: PLC0415

    loop = asyncio.get_running_loop()
    heard: asyncio.Future[signal.Signals] = loop.create_future()

    def stop(ending: signal.Signals) -> None:
        if not heard.done():
            heard.set_result(ending)

    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(ending, stop, ending)
    if await serve_stdio(server, asyncio.shield(heard)):
        return 0
    return 128 + (await heard)


async def _over_http(server: RifflerMcp, settings: Settings, riffler: Riffler) -> int:
    """Serve, to who has a key where there are keys, until a signal comes; give the exit code."""
    import uvicorn  # noqa: PLC0415

    from riffler.service.door_check import require_keys  # noqa: PLC0415
    from riffler.service.integrations.mcp_server.http import PATH  # noqa: PLC0415
    from riffler.service.listening import server_config  # noqa: PLC0415

    word = await require_keys(settings)
    app = guarded_app(server, settings, riffler)
    typer.echo(f"Riffler's MCP server comes up on http://{settings.host}:{settings.port}{PATH}", err=True)
    typer.echo(word, err=True)
    serving = uvicorn.Server(server_config(app, settings, closing_s=_CLOSING_S))
    await serving.serve()
    return 0 if serving.started else 1


def guarded_app(server: RifflerMcp, settings: Settings, riffler: Riffler) -> ASGIApp:
    """Put the service over HTTP together, behind the door and the limits that the API has, too.

    Args:
        server: The server.
        settings: Who may ask it by which name, and the limits.
        riffler: Knows the keys.

    Returns:
        An ASGI app.
    """
    from riffler.service.http.door.gate import Gate  # noqa: PLC0415
    from riffler.service.http.door.needs import MCP  # noqa: PLC0415
    from riffler.service.http.head_limits import HeadLimits  # noqa: PLC0415
    from riffler.service.http.request_ids import RequestIds  # noqa: PLC0415
    from riffler.service.integrations.mcp_server.http import http_app  # noqa: PLC0415

    app = http_app(
        server, hosts=settings.host_names, idle_s=settings.unnamed_ttl_s, max_body_bytes=settings.max_body_bytes
    )
    access = riffler.access
    gate = Gate(app, access.ring, access.limits, MCP, riffler.tenant)
    return RequestIds(HeadLimits(gate, most_bytes=settings.max_header_bytes))
