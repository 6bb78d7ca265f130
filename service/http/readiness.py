"""Whether questions can be answered now: the store answers, and the engine is loaded or can be reached."""

from __future__ import annotations

import asyncio
import time

from riffler.errors import RifflerError
from riffler.service.ports.engine import Engine
from riffler.service.ports.memory import MemoryStore

_PATIENCE_S = 2.0
_FRESH_S = 2.0
"""Probes come often and from many; the engine is asked at most this often."""


class Readiness:
    """Looks at the parts that a question needs.

    Args:
        store: Sessions.
        engine: Runs the model.
    """

    def __init__(self, store: MemoryStore, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self._checking: asyncio.Task[str] | None = None
        self._checked_at = 0.0

    async def failures(self) -> dict[str, str]:
        """Give what isn't ready, by part, with the reason; empty when all is."""
        store, engine = await asyncio.gather(self._store_failure(), self._engine_failure())
        return {part: why for part, why in (("redis", store), ("engine", engine)) if why}

    async def aclose(self) -> None:
        """Stop looking."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)

    async def ping_s(self) -> float | None:
        """Give the time of a round trip to the store, in seconds; None when it doesn't answer soon."""
        began = time.perf_counter()
        return None if await self._store_failure() else time.perf_counter() - began

    async def _store_failure(self) -> str:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._store.ping()
        except TimeoutError:
            return f"no answer within {_PATIENCE_S:g} s"
        except RifflerError as exc:
            return str(exc)
        return ""

    async def _engine_failure(self) -> str:
        """Ask the engine in a task of its own: loading a model goes on when the probe has gone."""
        old = self._checking is not None and time.monotonic() - self._checked_at > _FRESH_S
        if self._checking is None or (old and self._checking.done()):
            self._checking, self._checked_at = asyncio.create_task(self._ask_engine()), time.monotonic()
        done, _ = await asyncio.wait({self._checking}, timeout=_PATIENCE_S)
        return self._checking.result() if done else "getting ready"

    async def _ask_engine(self) -> str:
        try:
            await self._engine.ready()
        except RifflerError as exc:
            return str(exc)
        return ""
