"""`riffler tenants`: what is done to a tenant as a whole."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from riffler.errors import InvalidInput
from riffler.service.cli.options import DataFolder, command_settings

tenants = typer.Typer(no_args_is_help=True, help="Tenants: delete one with all that it has.")


@tenants.callback()
def _group() -> None:
    """Be a group, also with one command."""


@tenants.command()
def delete(
    tenant: Annotated[str, typer.Argument(help="Whose keys, sessions, decisions and records go, for good.")],
    yes: Annotated[bool, typer.Option("--yes", help="Say that you mean it.")] = False,
    data_folder: DataFolder = None,
) -> None:
    """Delete a tenant: its keys (not those of RIFFLER_ADMIN_KEYS), then all that it has. Turns that run fail."""
    if not yes:
        raise InvalidInput(f"this deletes all that tenant {tenant[:100]!a} has, for good: say --yes if you mean it")

    async def run() -> tuple[int, int]:
        from riffler.service.access.tenants import RedisTenants  # noqa: PLC0415 - Redis' client takes 0.2 s
        from riffler.service.store_settings import connection_of  # noqa: PLC0415

        connection = connection_of(command_settings(data_folder=data_folder))
        try:
            return await RedisTenants(connection).delete(tenant)
        finally:
            await connection.aclose()

    ended, gone = asyncio.run(run())
    if not ended and not gone:  # said aloud: a misspelt name would look like a deletion that was done
        raise InvalidInput(f"tenant {tenant[:100]!a} has nothing here: no API key, no session, no record")
    typer.echo(f"tenant {tenant!a}: {ended} API keys ended, {gone} keys of Redis deleted")
