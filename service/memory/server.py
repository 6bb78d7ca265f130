"""How the Redis behind the stores is, by its own commands. The contract is `riffler.service.ports.server.Server`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from riffler.errors import MemoryFailed, MemoryUnavailable
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.server import ServerState

_PINGS: Final = 5
"""The shortest counts: the others may have waited for this process, which does other things meanwhile."""


class RedisServer:
    """A `Server`.

    Args:
        connection: Where it is.
    """

    def __init__(self, connection: ScriptRunner) -> None:
        self._connection = connection

    async def look(self, within_s: float) -> ServerState:
        """See the port."""
        info: dict[str, Any] = await self._connection.run(lambda client: client.info(), within_s=within_s)
        ping_ms = min([await self._ping_ms(within_s) for _ in range(_PINGS)])
        return ServerState(ping_ms, info, await self._shown(within_s))

    async def _ping_ms(self, within_s: float) -> float:
        began = time.perf_counter()
        await self._connection.run(lambda client: client.ping(), within_s=within_s)
        return (time.perf_counter() - began) * 1000

    async def _shown(self, within_s: float) -> Mapping[str, str]:
        """Read what only CONFIG shows; hosted servers often forbid it, and then nothing is known."""
        try:
            found: Any = await self._connection.run(
                lambda client: client.config_get("appendfsync", "save"), within_s=within_s
            )
        except MemoryUnavailable:
            raise
        except MemoryFailed:
            return {}
        return dict(found)
