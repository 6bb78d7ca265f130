"""What commands share: an option, how they read the settings, and a word on figures that are estimates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from riffler.service.agent.room import Measure

DataFolder = Annotated[
    Path | None, typer.Option(help="Where the embedded server keeps its data.", envvar="RIFFLER_DATA_FOLDER")
]


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
