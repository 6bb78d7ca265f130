"""The turn log in Redis: one capped stream a tenant, one record an entry, as JSON.

The contract is `riffler.service.ports.turn_log.TurnLog`.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from riffler.errors import MemoryCorrupt
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import turn_addition, turn_log
from riffler.service.ports.turn_log import EditMade, Tail, TurnRecord

KEPT: Final = 20_000
"""About how many records a tenant's log keeps: some 20 MB."""
_REMEMBERED_MS: Final = 600_000
"""How long an addition is remembered: one whose answer was lost is made again when the server is back."""
_AT_ONCE: Final = 1000
"""Records that one command reads."""
_PARSED: Final = 200
"""Records that are read back without a pause for others: some 3 ms."""
_FIGURES: Final = frozenset(each.name for each in fields(TurnRecord)) - {"id", "at_ms"}
_OF_EDITS: Final = frozenset(each.name for each in fields(EditMade)) - {"ids"}
_FORGOTTEN: Final = 500
"""Records that one script looks through: some 3 ms, in which the server answers nobody."""


class RedisTurnLog:
    """A `TurnLog` on Redis or Valkey, core commands only.

    Args:
        connection: Where the server is.
        kept: About how many records a tenant's log keeps.
        adding_s: The deadline of an addition: nobody should wait long for a record that may be left out.
    """

    def __init__(self, connection: ScriptRunner, kept: int = KEPT, adding_s: float = 2.0) -> None:
        self._connection = connection
        self._kept = kept
        self._adding_s = adding_s

    async def add(self, tenant: str, record: TurnRecord, name: str = "") -> str:
        """See the port."""
        kept = asdict(record)
        del kept["id"], kept["at_ms"]
        keys = [turn_log(tenant), turn_addition(tenant, name or secrets.token_hex(8))]
        arguments = [json.dumps(kept, separators=(",", ":")), str(self._kept), str(_REMEMBERED_MS)]
        return str(await self._connection.script(__package__, "lua/add.lua", keys, arguments, within_s=self._adding_s))

    async def newest(
        self, tenant: str, limit: int, before: str | None = None, since_ms: int = 0
    ) -> Sequence[TurnRecord]:
        """See the port."""
        key, found = turn_log(tenant), list[TurnRecord]()
        while len(found) < limit:
            most, newest = min(_AT_ONCE, limit - len(found)), "+" if before is None else f"({before}"
            rows = await self._rows("xrevrange", key, newest, str(since_ms), most)
            found += await _parsed(rows)
            if len(rows) < most:
                break
            before = rows[-1][0]
        return found

    async def last(self, tenant: str) -> str | None:
        """See the port."""
        rows = await self._rows("xrevrange", turn_log(tenant), "+", "-", 1)
        return rows[0][0] if rows else None

    async def after(self, tenant: str, id_: str | None, limit: int) -> Tail:
        """See the port."""
        oldest = "-" if id_ is None else f"({id_}"
        found, unreadable = list[TurnRecord](), list[str]()
        rows = await self._rows("xrange", turn_log(tenant), oldest, "+", limit)
        for row in rows:
            try:
                found.append(_record(*row))
            except MemoryCorrupt:
                unreadable.append(row[0])
        return Tail(tuple(found), rows[-1][0] if rows else None, tuple(unreadable))

    async def forget(self, tenant: str, session: str, life: str = "") -> int:
        """See the port."""
        first, gone = "-", 0
        while True:
            arguments = [first, str(_FORGOTTEN), session, life]
            last, deleted = await self._connection.script(__package__, "lua/forget.lua", [turn_log(tenant)], arguments)
            gone += int(deleted)
            if not last:
                return gone
            first = f"({last}"

    async def aclose(self) -> None:
        """See the port. Nothing waits here."""

    async def _rows(self, command: str, key: str, first: str, last: str, most: int) -> list[tuple[str, dict[str, str]]]:
        """Read entries of a stream, either way."""
        found: list[Any] = await self._connection.run(
            lambda client: getattr(client, command)(key, first, last, count=most)
        )
        return [(id_, entry) for id_, entry in found]


async def _parsed(rows: Sequence[tuple[str, dict[str, str]]]) -> list[TurnRecord]:
    """Read rows as they are kept, with a pause for others now and then."""
    found: list[TurnRecord] = []
    for first in range(0, len(rows), _PARSED):
        if first:
            await asyncio.sleep(0)
        found += [_record(id_, entry) for id_, entry in rows[first : first + _PARSED]]
    return found


def _record(id_: str, entry: dict[str, str]) -> TurnRecord:
    try:
        kept = json.loads(entry["record"])
        # A later version may know more figures: what isn't known here is left out.
        known = {name: value for name, value in kept.items() if name in _FIGURES}
        known["edits"] = tuple(map(_edit, kept["edits"]))
        return TurnRecord(**known, id=id_, at_ms=int(id_.partition("-")[0]))
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise MemoryCorrupt(f"record {id_} of the turn log can't be read back from the store") from exc


def _edit(kept: dict[str, Any]) -> EditMade:
    known = {name: value for name, value in kept.items() if name in _OF_EDITS}
    return EditMade(**known, ids=tuple(kept.get("ids", ())))
