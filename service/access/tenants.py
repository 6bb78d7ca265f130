"""All of a tenant, deleted: its API keys first, so that nobody writes any more, then whatever has its name in Redis.

Each key of Redis that holds a tenant's data begins with its name (`riffler.service.ports.keys`), so one look over all
names finds everything, also of parts that this file doesn't know.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from riffler.service.access.ring import KNOWN_S
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import access_keys, tenant_pattern

_AT_ONCE: Final = 500
"""Names that one step looks at or deletes: the server answers others in between."""


class RedisTenants:
    """Deletes tenants.

    Args:
        connection: Where the server is.
    """

    def __init__(self, connection: ScriptRunner) -> None:
        self._connection = connection

    async def lock_out(self, tenant: str) -> int:
        """End all API keys of a tenant. Processes refuse them within two seconds.

        Args:
            tenant: Whose.

        Returns:
            How many there were.
        """
        ended: int = await self._connection.script(__package__, "lua/lock_out.lua", access_keys(tenant)[:2], [])
        return ended

    async def delete(self, tenant: str) -> tuple[int, int]:
        """Delete all that a tenant has: its API keys first, so that nobody writes any more.

        Takes `KNOWN_S` and more where there was a key: services that run may take requests that long by what they know.

        Args:
            tenant: Whose.

        Returns:
            How many API keys were ended, and how many keys of Redis were deleted.
        """
        ended = await self.lock_out(tenant)
        gone = await self.sweep(tenant)
        if ended:
            await asyncio.sleep(KNOWN_S + 0.5)
            gone += await self.sweep(tenant)
        return ended, gone

    async def sweep(self, tenant: str) -> int:
        """Delete all data of a tenant.

        A turn that still runs may leave its record behind: call it again when none does.

        Args:
            tenant: Whose.

        Returns:
            How many keys of Redis were deleted.
        """
        gone, cursor = 0, 0
        pattern = tenant_pattern(tenant)

        async def step(client: Any) -> Any:  # noqa: ANN401 - redis-py's client
            return await client.scan(cursor, match=pattern, count=_AT_ONCE)

        while True:
            cursor, names = await self._connection.run(step)
            for name in names:  # one by one: on a cluster they live apart
                gone += await self._connection.run(lambda client, name=name: client.unlink(name))  # type: ignore[misc]
            if not cursor:
                return gone
