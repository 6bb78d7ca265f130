"""The page that shows a demo's learning run: served in a terminal, and told elsewhere."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import sys
from pathlib import Path

import typer

from riffler.service.settings import Settings, read_settings

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what somebody listens on, and how it is reached
_REDIS = ("REDIS_URL", "RIFFLER_REDIS_URL")
"""The demo keeps its run in its own folder, whatever store is set."""


def show_page(folder: Path, digest: str) -> None:
    """Tell the page's address, at the demo's end. In a terminal it is served until it is interrupted.

    Args:
        folder: Where the run is kept.
        digest: The policy that learned.
    """
    settings = read_settings(data_folder=folder)
    port = settings.port if _is_free(settings) else _free_port(settings)
    host = _EVERYWHERE.get(settings.host, settings.host)
    name = f"[{host}]" if ":" in host else host
    typer.echo(f"\nthe learning run: http://{name}:{port}/dashboard/#/regret/{digest}/against=all")
    if port != settings.port != 0:
        typer.echo(f"port {settings.port} is taken: {port} is free")
    command = [_riffler(), "serve", "--data-folder", str(folder)]
    command += [] if port == settings.port else ["--port", str(port)]
    unset = [part for each in _REDIS if os.environ.get(each) for part in ("-u", each)]
    told = shlex.join([*(["env", *unset] if unset else []), *command])
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo(f"it is served by:  {told}")
        return
    typer.echo(f"it is served now, until Ctrl-C; then by: {told}")
    from riffler.service.serving import serve  # noqa: PLC0415 - takes two seconds

    for each in _REDIS:
        os.environ.pop(each, None)
    os.environ |= {"RIFFLER_DATA_FOLDER": str(folder), "RIFFLER_PORT": str(port), "RIFFLER_WORKERS": "1"}
    serve(read_settings())


def _riffler() -> str:
    """Give the command that is running, as a shell in this folder finds it: its environment may not be on the path."""
    script = Path(sys.argv[0]).absolute()
    if script.name != "riffler" or not script.is_file():
        script = Path(sys.executable).absolute().with_name("riffler")
    found = shutil.which("riffler")
    if not script.is_file() or (found is not None and Path(found).resolve() == script.resolve()):
        return "riffler"
    here = Path.cwd()
    return str(script.relative_to(here) if script.is_relative_to(here) else script)


def _is_free(settings: Settings) -> bool:
    try:
        _bound(settings.host, settings.port)
    except OSError:
        return False
    return settings.port != 0


def _free_port(settings: Settings) -> int:
    return _bound(settings.host, 0)


def _bound(host: str, port: int) -> int:
    """Bind to a port for a moment, as the server will, and give it."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
        found: int = trial.getsockname()[1]
        return found
