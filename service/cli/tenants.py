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
    """Delete a tenant: its keys first, and then all that it has. Turns that run meanwhile fail."""
    if not yes:
        raise InvalidInput(f"this deletes all that tenant {tenant[:100]!a} has, for good: say --yes if you mean it")

    async def run() -> tuple[int, int]:
        from riffler.service.access.ring import KNOWN_S  # noqa: PLC0415 - Redis' client takes 0.2 s
        from riffler.service.access.tenants import RedisTenants  # noqa: PLC0415
        from riffler.service.store_settings import connection_of  # noqa: PLC0415

        connection = connection_of(command_settings(data_folder=data_folder))
        try:
            found = RedisTenants(connection)
            ended = await found.lock_out(tenant)
            gone = await found.sweep(tenant)
            if ended:  # services that run may have taken requests by what they knew
                await asyncio.sleep(KNOWN_S + 0.5)
                gone += await found.sweep(tenant)
            return ended, gone
        finally:
            await connection.aclose()

    ended, gone = asyncio.run(run())
    typer.echo(f"tenant {tenant}: {ended} API keys ended, {gone} keys of Redis deleted")
