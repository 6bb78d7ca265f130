"""`riffler keys`: who may use a service that stands on this store. Whoever reaches the store may make any key."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from riffler.errors import InvalidInput
from riffler.service.cli.options import AsJson, DataFolder, command_settings, tenant_name

if TYPE_CHECKING:
    from riffler.service.ports.access import KeyRecord, KeyStore

T = TypeVar("T")
_DAY_S = 86_400
_DEFAULT = ["read", "write", "text"]
Tenant = Annotated[str, typer.Option(help="Whose. A tenant needs no making: it is there once something is its own.")]
Id = Annotated[str, typer.Argument(help="The key's id, as the list has it.")]

keys = typer.Typer(no_args_is_help=True, help="API keys: make, list, replace and end them.")


@keys.command()
def create(  # noqa: PLR0917 - typer calls it by name
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do: read, write, text, admin (README). Repeatable; else the first three."),
    ] = None,
    label: Annotated[str, typer.Option(help="What you call it.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="Days that it is valid; else until revoked.")
    ] = None,
    tenant: Tenant = "local",
    as_json: AsJson = False,
    data_folder: DataFolder = None,
) -> None:
    """Make a key, and print it: this once. From the first key on, a service takes no request without one."""
    from riffler.service.access.making import make_key  # noqa: PLC0415 - as all that a command stands on
    from riffler.service.ports.access import KeyRecord  # noqa: PLC0415

    made = make_key()
    record = KeyRecord(made.id, tenant_name(tenant), _scopes(scope or _DEFAULT), _label(label))
    lifetime_s = None if days is None else days * _DAY_S
    kept = _with_store(data_folder, lambda store: store.add(made.digest, record, lifetime_s))
    _show_made(kept, made.text, as_json=as_json)


@keys.command("list")
def list_(tenant: Tenant = "local", as_json: AsJson = False, data_folder: DataFolder = None) -> None:
    """List a tenant's keys, the newest first. Their texts aren't kept."""
    found = _with_store(data_folder, lambda store: store.listed(tenant_name(tenant)))
    if as_json:
        typer.echo(json.dumps([_fields(record) for record in found]))
        return
    for record in found:
        typer.echo(
            f"{record.id}  {','.join(record.scopes):<22} {_day(record.created_ms)} {_end(record):<20} {record.label}"
        )
    if not found:
        typer.echo(f"tenant {tenant} has no keys")


@keys.command()
def rotate(
    id_: Id,
    grace_s: Annotated[int, typer.Option(min=0, help="Seconds that the old one stays valid.")] = 3600,
    tenant: Tenant = "local",
    as_json: AsJson = False,
    data_folder: DataFolder = None,
) -> None:
    """Make a key in the place of one, good for the same, and print it: this once."""
    from riffler.service.access.making import make_key  # noqa: PLC0415

    made = make_key()
    new = (made.digest, made.id)
    kept = _with_store(data_folder, lambda store: store.rotate(tenant_name(tenant), id_, new, grace_s))
    _show_made(kept, made.text, as_json=as_json)


@keys.command()
def revoke(id_: Id, tenant: Tenant = "local", data_folder: DataFolder = None) -> None:
    """End a key. A service that runs refuses it within two seconds."""
    _with_store(data_folder, lambda store: store.revoke(tenant_name(tenant), id_))
    typer.echo(f"{id_} is revoked")


@keys.command("make")
def make_() -> None:
    """Make a key that a service gets by its settings, as a container does: nothing is kept of it here."""
    from riffler.service.access.making import make_key  # noqa: PLC0415

    made = make_key()
    typer.echo(made.text)
    typer.echo("for the service, which needs its hash alone; the key itself is told this once:", err=True)
    typer.echo(f"RIFFLER_ADMIN_KEYS={made.digest}", err=True)


def _with_store(data_folder: Any, work: Callable[[KeyStore], Awaitable[T]]) -> T:  # noqa: ANN401 - typer's value
    async def run() -> T:
        from riffler.service.access.store import RedisKeyStore  # noqa: PLC0415 - Redis' client takes 0.2 s
        from riffler.service.store_settings import connection_of  # noqa: PLC0415

        connection = connection_of(command_settings(data_folder=data_folder))
        try:
            return await work(RedisKeyStore(connection))
        finally:
            await connection.aclose()

    return asyncio.run(run())


def _scopes(given: list[str]) -> Any:  # noqa: ANN401 - a tuple of scopes, whose type is imported late
    from riffler.service.ports.access import SCOPES  # noqa: PLC0415

    unknown = sorted(set(given) - set(SCOPES))
    if unknown:
        raise InvalidInput(f"scope: expected some of {', '.join(SCOPES)}, got {unknown[0][:40]!a}")
    return tuple(scope for scope in SCOPES if scope in given)


def _label(text: str) -> str:
    from riffler.service.ports.access import LABEL, LABEL_WORDS  # noqa: PLC0415

    if not re.fullmatch(LABEL, text):
        raise InvalidInput(f"label: expected {LABEL_WORDS}")
    return text


def _show_made(record: KeyRecord, text: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**_fields(record), "key": text}))
        return
    typer.echo(text)
    typer.echo(
        f"key {record.id} of tenant {record.tenant}, for {', '.join(record.scopes)}, {_end(record)}; told this once",
        err=True,
    )


def _fields(record: KeyRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "tenant": record.tenant,
        "scopes": list(record.scopes),
        "label": record.label,
        "created_ms": record.created_ms,
        "expires_ms": record.expires_ms,
        "expired": record.expired,
    }


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def _end(record: KeyRecord) -> str:
    if record.expires_ms is None:
        return "until revoked"
    return f"{'expired' if record.expired else 'until'} {_day(record.expires_ms)}"
