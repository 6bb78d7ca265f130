"""API keys in Redis: one table of records by hash, and one a tenant of its ids.

The contract is `riffler.service.ports.access.KeyStore`. All keys of Redis that it uses share one hash tag, since a
tenant is only known once its API key is found.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from riffler.errors import MemoryCorrupt, UnknownKey
from riffler.service.access.making import id_in
from riffler.service.ports.access import SCOPES, Found, KeyRecord
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import access_keys

_NO_SECRET = len("rk-") + 12
"""So many characters of a key's text end before its secret begins."""


class RedisKeyStore:
    """A `KeyStore` on Redis or Valkey, core commands only.

    Args:
        connection: Where the server is.
    """

    def __init__(self, connection: ScriptRunner) -> None:
        self._connection = connection

    async def add(self, digest: str, record: KeyRecord, lifetime_s: float | None) -> KeyRecord:
        """See the port."""
        kept = {"id": record.id, "tenant": record.tenant, "scopes": list(record.scopes), "label": record.label}
        arguments = [digest, record.id, json.dumps(kept), "" if lifetime_s is None else _ms(lifetime_s)]
        return _record(await self._script("add", access_keys(record.tenant), arguments))

    async def find(self, digest: str) -> Found | None:
        """See the port."""
        found = await self._script("find", access_keys("")[:1], [digest])
        return None if found is None else Found(_record(found[0]), None if found[1] < 0 else found[1] / 1000)

    async def listed(self, tenant: str) -> Sequence[KeyRecord]:
        """See the port."""
        now_ms, *rows = await self._script("list", access_keys(tenant)[:2], [])
        records = [_record(row, now_ms) for row in rows]
        return sorted(records, key=lambda each: (each.created_ms, each.id), reverse=True)

    async def rotate(self, tenant: str, id_: str, new: tuple[str, str], grace_s: float) -> KeyRecord:
        """See the port."""
        made = await self._script("rotate", access_keys(tenant)[:2], [id_, *new, _ms(grace_s)])
        if made is None:
            raise _unknown(id_)
        return _record(made)

    async def revoke(self, tenant: str, id_: str) -> None:
        """See the port."""
        if not await self._script("revoke", access_keys(tenant)[:2], [id_]):
            raise _unknown(id_)

    async def locked(self) -> bool:
        """See the port."""
        mark = access_keys("")[2]
        return bool(await self._connection.run(lambda client: client.exists(mark)))

    async def _script(self, name: str, keys: Sequence[str], arguments: Sequence[str]) -> Any:  # noqa: ANN401 - replies have many types
        return await self._connection.script(__package__, f"lua/{name}.lua", keys, arguments)


def _record(text: str, now_ms: float = 0) -> KeyRecord:
    """Read a record. One that can't be read opens nothing."""
    try:
        kept: Mapping[str, Any] = json.loads(text)
        ends = kept.get("expires_ms")
        return KeyRecord(
            str(kept["id"]),
            str(kept["tenant"]),
            tuple(scope for scope in SCOPES if scope in kept["scopes"]),
            str(kept["label"]),
            int(kept["created_ms"]),
            None if ends is None else int(ends),
            ends is not None and ends <= now_ms,
            str(kept.get("account", "")),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise MemoryCorrupt("a record of an API key can't be read: revoke it by its id, and make another") from exc


def _unknown(id_: str) -> UnknownKey:
    """Say that there is no such key, and repeat nothing of a secret that was given in place of an id."""
    if (id_within := id_in(id_)) is not None:
        return UnknownKey(f"no key by that id: it is a key's whole text, whose id is {id_within!r}")
    return UnknownKey(f"no key {id_[:_NO_SECRET]!r}")


def _ms(seconds: float) -> str:
    return str(math.ceil(seconds * 1000))
