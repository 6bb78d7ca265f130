"""Where conversations have come to, in Redis: one string a place, and one set a session of what leads to it.

The contract is `riffler.service.ports.conversations.Conversations`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.conversations import Place
from riffler.service.ports.keys import place_key, places_key
from riffler.service.ports.memory import SessionKey

_AT_ONCE: Final = 200
"""Places that are read or deleted together. A client goes on where it was, so the first look mostly finds it."""


class RedisConversations:
    """`Conversations` on Redis or Valkey, core commands only.

    Args:
        connection: Where the server is.
        ttl_s: How long a session is kept that nobody uses; 0 is for ever.
    """

    def __init__(self, connection: RedisConnection, ttl_s: float = 0.0) -> None:
        self._connection = connection
        self._ttl_s = ttl_s

    async def find(self, tenant: str, digests: Sequence[str]) -> tuple[int, Place] | None:
        """See the port."""
        for start in range(0, len(digests), _AT_ONCE):
            keys = [place_key(tenant, digest) for digest in digests[start : start + _AT_ONCE]]
            rows: Any = await self._connection.run(lambda client, keys=keys: client.mget(keys))  # type: ignore[misc]
            found = next((number for number, row in enumerate(rows) if row is not None), None)
            if found is not None:
                return start + found, Place(**json.loads(rows[found]))
        return None

    async def note(self, tenant: str, places: Mapping[str, Place], idle_s: float = 0.0) -> None:
        """See the port."""
        first = next(iter(places.values()))
        keys = [places_key(SessionKey(tenant, first.session), first.life)]
        ttl_s = min(self._ttl_s or idle_s, idle_s or self._ttl_s)  # 0 is for ever
        arguments = [str(math.ceil(ttl_s * 1000))]
        for digest, place in places.items():
            keys.append(place_key(tenant, digest))
            arguments += [digest, json.dumps(asdict(place))]
        await self._connection.script(__package__, "lua/note_places.lua", keys, arguments)

    async def forget(self, key: SessionKey, life: str) -> None:
        """See the port."""
        own = places_key(key, life)
        while True:
            digests: Any = await self._connection.run(lambda client: client.srandmember(own, _AT_ONCE))
            if not digests:
                return
            keys = [own, *(place_key(key.tenant, digest) for digest in digests)]
            await self._connection.script(__package__, "lua/forget_places.lua", keys, [key.session, life, *digests])
