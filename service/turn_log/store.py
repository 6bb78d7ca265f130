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
from riffler.service.logs import get_logger
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import turn_addition, turn_life, turn_log
from riffler.service.ports.observer import Observer
from riffler.service.ports.turn_log import EditMade, Tail, TurnRecord

_LOG = get_logger("turn_log")
KEPT: Final = 20_000
"""About how many records a tenant's log keeps: some 20 MB."""
_REMEMBERED_MS: Final = 600_000
"""How long an addition is remembered: one whose answer was lost is made again when the server is back."""
_LIFE_REMEMBERED_MS: Final = 86_400_000
"""How long it is known that a life's records were deleted: as long as which life of a session ended last."""
_AT_ONCE: Final = 1000
"""Records that one command reads."""
_PARSED: Final = 200
"""Records that are read back without a pause for others: some 3 ms."""
_FIGURES: Final = frozenset(each.name for each in fields(TurnRecord)) - {"id", "at_ms"}
_OF_EDITS: Final = frozenset(each.name for each in fields(EditMade)) - {"ids"}
_FORGOTTEN: Final = 500
"""Records that one script looks through: some 3 ms, in which the server answers nobody."""
_MOST_TOLD: Final = 20_000
"""What can't be read is told once, as long as no more than this can't be."""


class RedisTurnLog:
    """A `TurnLog` on Redis or Valkey, core commands only.

    Args:
        connection: Where the server is.
        observer: Is told how many records can't be read.
        kept: About how many records a tenant's log keeps.
        adding_s: The deadline of an addition: nobody should wait long for a record that may be left out.
    """

    def __init__(self, connection: ScriptRunner, observer: Observer, kept: int = KEPT, adding_s: float = 2.0) -> None:
        self._connection, self._observer = connection, observer
        self._kept = kept
        self._adding_s = adding_s
        self._told = set[tuple[str, str]]()

    async def add(self, tenant: str, record: TurnRecord, name: str = "") -> str:
        """See the port."""
        kept = asdict(record)
        del kept["id"], kept["at_ms"]
        life = turn_life(tenant, record.session, record.life)
        keys = [turn_log(tenant), turn_addition(tenant, name or secrets.token_hex(8)), life]
        arguments = [json.dumps(kept, separators=(",", ":")), str(self._kept), str(_REMEMBERED_MS)]
        return str(await self._connection.script(__package__, "lua/add.lua", keys, arguments, within_s=self._adding_s))

    async def newest(
        self, tenant: str, limit: int, before: str | None = None, since_ms: int = 0
    ) -> Sequence[TurnRecord]:
        """See the port."""
        key, found, unreadable = turn_log(tenant), list[TurnRecord](), list[str]()
        while len(found) < limit:
            # Behind what can't be read there may be much more of it: then as much as can be is read at once.
            most = _AT_ONCE if unreadable else min(_AT_ONCE, limit - len(found))
            rows = await self._rows("xrevrange", key, "+" if before is None else f"({before}", str(since_ms), most)
            records, wrong = await _parsed(rows)
            found += records
            unreadable += wrong
            if len(rows) < most:
                break
            before = rows[-1][0]
        self._tell(tenant, unreadable)
        return found[:limit]

    async def last(self, tenant: str) -> str | None:
        """See the port."""
        rows = await self._rows("xrevrange", turn_log(tenant), "+", "-", 1)
        return rows[0][0] if rows else None

    async def after(self, tenant: str, id_: str | None, limit: int) -> Tail:
        """See the port."""
        oldest = "-" if id_ is None else f"({id_}"
        rows = await self._rows("xrange", turn_log(tenant), oldest, "+", limit)
        found, unreadable = await _parsed(rows)
        self._tell(tenant, unreadable)
        return Tail(tuple(found), rows[-1][0] if rows else None, tuple(unreadable))

    async def forget(self, tenant: str, session: str, life: str = "") -> int:
        """See the port."""
        first, gone, keys = "-", 0, [turn_log(tenant), turn_life(tenant, session, life)]
        while True:
            arguments = [first, str(_FORGOTTEN), session, life, str(_LIFE_REMEMBERED_MS)]
            last, deleted = await self._connection.script(__package__, "lua/forget.lua", keys, arguments)
            gone += int(deleted)
            if not last:
                return gone
            first = f"({last}"

    async def aclose(self) -> None:
        """See the port. Nothing waits here."""

    def _tell(self, tenant: str, unreadable: Sequence[str]) -> None:
        """Tell of what can't be read, of each once: pages read the same records again and again."""
        new = [id_ for id_ in unreadable if (tenant, id_) not in self._told]
        if new:
            if len(self._told) + len(new) > _MOST_TOLD:
                self._told.clear()
            self._told.update((tenant, id_) for id_ in new)
            _LOG.error("records can't be read", error=MemoryCorrupt.__name__, count=len(new), one=new[0])
            self._observer.unreadable(len(new))

    async def _rows(self, command: str, key: str, first: str, last: str, most: int) -> list[tuple[str, dict[str, str]]]:
        """Read entries of a stream, either way."""
        found: list[Any] = await self._connection.run(
            lambda client: getattr(client, command)(key, first, last, count=most)
        )
        return [(id_, entry) for id_, entry in found]


async def _parsed(rows: Sequence[tuple[str, dict[str, str]]]) -> tuple[list[TurnRecord], list[str]]:
    """Read rows as they are kept, with a pause for others now and then; give the ids of those that can't be read."""
    found, unreadable = list[TurnRecord](), list[str]()
    for number, (id_, entry) in enumerate(rows, 1):
        record = _record(id_, entry)
        if record is None:
            unreadable.append(id_)
        else:
            found.append(record)
        if number % _PARSED == 0:
            await asyncio.sleep(0)
    return found, unreadable


def _record(id_: str, entry: dict[str, str]) -> TurnRecord | None:
    try:
        kept = json.loads(entry["record"])
        # A later version may know more figures: what isn't known here is left out.
        known = {name: value for name, value in kept.items() if name in _FIGURES}
        known["edits"] = tuple(map(_edit, kept["edits"]))
        return TurnRecord(**known, id=id_, at_ms=int(id_.partition("-")[0]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _edit(kept: dict[str, Any]) -> EditMade:
    known = {name: value for name, value in kept.items() if name in _OF_EDITS}
    return EditMade(**known, ids=tuple(kept.get("ids", ())))
