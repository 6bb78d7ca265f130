"""What commands share: options, how they read settings and texts, and a word on figures that are estimates."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riffler.errors import InvalidInput

if TYPE_CHECKING:
    from riffler.service.agent.room import Measure

Engine = Annotated[
    str | None,
    typer.Option(help="Which engine answers: reader, nano, openai or transformers.", envvar="RIFFLER_ENGINE"),
]
Model = Annotated[
    str | None, typer.Option(help="The model's name, as its server knows it; or its folder.", envvar="RIFFLER_MODEL")
]
BaseUrl = Annotated[
    str | None, typer.Option(help="An OpenAI-compatible server, with its /v1.", envvar="RIFFLER_BASE_URL")
]
DataFolder = Annotated[
    Path | None, typer.Option(help="Where the embedded server keeps its data.", envvar="RIFFLER_DATA_FOLDER")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Seed = Annotated[int, typer.Option(help="For the generated texts.")]


def command_settings(*, quiet: bool = True, **overrides: Any) -> Any:  # noqa: ANN401 - values of many types; imported late
    """Read the settings for a command, and set up its logs.

    Args:
        quiet: Whether it tells on its own what its user should know; logs are then for who asks for them.
        **overrides: See `read_settings`.

    Returns:
        The settings.
    """
    from riffler.service.logs import configure_logs  # noqa: PLC0415 - imported with the rest, when something runs
    from riffler.service.settings import read_settings  # noqa: PLC0415 - pydantic-settings takes 0.2 s

    settings = read_settings(**overrides)
    configure_logs("error" if quiet and "log_level" not in settings.model_fields_set else settings.log_level)
    return settings


def tell_estimate(measure: Measure) -> None:
    """Say on standard error, beside the output, that tokens are an estimate, where they are one."""
    if measure.note:
        typer.echo(f"riffler: {measure.note}", err=True)


def read_text(path: Path, what: str = "context") -> str:
    """Read a text file, or standard input.

    Args:
        path: The file; `-` is standard input.
        what: What the text is, for complaints.

    Returns:
        The text, exactly as it stands there, but for a byte-order mark.

    Raises:
        InvalidInput: It can't be read, is empty, or isn't UTF-8 text.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as exc:
        raise InvalidInput(f"{what} {name}: {exc.strerror}") from exc
    if not data.strip():
        raise InvalidInput(f"{what} {name}: expected a text, got an empty one")
    if b"\0" in data:
        raise InvalidInput(f"{what} {name}: expected a text, got binary data (a null byte at {data.index(0)})")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as exc:
        raise InvalidInput(f"{what} {name}: expected UTF-8, got byte {data[exc.start]:#04x} at {exc.start}") from exc


def tenant_name(name: str) -> str:
    """Check the name of a tenant that is to have something.

    Args:
        name: What was given.

    Returns:
        The name.

    Raises:
        InvalidInput: No tenant of an API key may be called so.
    """
    from riffler.service.ports.access import TENANT_NAME, TENANT_NAME_WORDS  # noqa: PLC0415 - takes time to import

    if not re.fullmatch(TENANT_NAME, name):
        raise InvalidInput(f"tenant: expected {TENANT_NAME_WORDS}, got {name[:40]!a}")
    return name
