"""Most sessions that a tenant may have: told where one is made, and counted by its list of sessions.

The list may name sessions that are gone (`listing.py`). So before one is refused for them, some of the names are looked
at, from the oldest on, and those that are gone leave it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final
from weakref import WeakValueDictionary

from riffler.errors import LimitReached
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.listing import enter, existing
from riffler.service.ports.keys import session_index
from riffler.service.ports.memory import SessionKey

_STEP: Final = 500
"""Names to look at together."""
_MOST_NAMES: Final = 5000
"""Names that are looked at before one refusal, at most: half a second's work. The next one goes on from there."""
_REST_S: Final = 5.0
"""How long a tenant is refused without another look, once nothing was found: who asks all the time costs no more."""
_MAKING_US: Final = 60_000_000
"""A name that is younger may be of a session that is just being made."""
_MOST_TENANTS: Final = 1000
"""Tenants of which a process remembers how far it has looked."""


class SessionCap:
    """Puts sessions that are to be made on their tenant's list, as long as there is room.

    Args:
        connection: Where the server is.
        most: Most sessions of a tenant; 0 is no limit.
    """

    def __init__(self, connection: RedisConnection, most: int) -> None:
        self._connection, self._most = connection, most
        self._looking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._looked: dict[str, tuple[int, float]] = {}  # by tenant: the rank to go on from, and when

    async def enter(self, key: SessionKey) -> None:
        """Put a session on its tenant's list that is to be made. One whose name stands there takes no more room.

        Args:
            key: The session.

        Raises:
            LimitReached: There are as many as there may be.
        """
        if await self._entered(key):
            return
        lock = self._looking.setdefault(key.tenant, asyncio.Lock())
        async with lock:  # one looks for all
            if await self._entered(key):
                return
            if await self._found_gone(key.tenant) and await self._entered(key):
                return
        raise LimitReached(
            f"limit: this tenant has as many sessions as it may ({self._most}, RIFFLER_TENANT_SESSIONS): delete some, "
            f"or go on in one that there is"
        )

    async def _entered(self, key: SessionKey) -> bool:
        return await enter(self._connection, key, anew=False, most=self._most)

    async def _found_gone(self, tenant: str) -> bool:
        """Look for sessions that are gone, and take them off the list; tell whether there were any."""
        at, again = self._looked.get(tenant, (0, 0.0))
        if time.monotonic() < again:
            return False
        index = session_index(tenant)

        async def read(client: Any) -> Any:  # noqa: ANN401 - redis-py's client
            pipe = client.pipeline(transaction=False)
            pipe.zrange(index, at, at + _STEP - 1, withscores=True)
            pipe.time()
            return await pipe.execute()

        gone = looked = 0
        while not gone and looked < _MOST_NAMES:
            rows, (seconds, micros) = await self._connection.run(read)
            youngest_us = seconds * 1_000_000 + micros - _MAKING_US
            made = [(name, int(score)) for name, score in rows if score <= youngest_us]
            gone = len(made) - len(await existing(self._connection, tenant, made))
            looked += len(rows)
            at += len(rows) - gone
            if len(rows) < _STEP:
                at = 0
                break
        if len(self._looked) >= _MOST_TENANTS:
            self._looked.clear()
        self._looked[tenant] = at, 0.0 if gone else time.monotonic() + _REST_S
        return gone > 0
