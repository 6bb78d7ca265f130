"""Whether questions can be answered now: the store answers, and the engine is loaded or can be reached."""

from __future__ import annotations

import asyncio
import time

from riffler.errors import RifflerError
from riffler.service.agent.health.mending import mend
from riffler.service.logs import get_logger
from riffler.service.ports.engine import Engine
from riffler.service.ports.memory import MemoryStore

_LOG = get_logger("http")
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
        self._checking: asyncio.Task[RifflerError | None] | None = None
        self._checked_at = 0.0

    async def failures(self) -> dict[str, str]:
        """Give what isn't ready, by part, with the reason; empty when all is."""
        return {part: why for part, (_, why) in (await self._failed()).items()}

    async def kinds(self) -> dict[str, str]:
        """Give the same for who may not know more: reasons name addresses and folders, kinds don't."""
        return {part: kind for part, (kind, _) in (await self._failed()).items()}

    async def _failed(self) -> dict[str, tuple[str, str]]:
        """Give kind and reason of what isn't ready, by part."""
        store, (kind, why, _) = await asyncio.gather(self._store_failure(), self._engine_failure())
        return {part: failed for part, failed in (("redis", store), ("engine", (kind, why))) if failed[1]}

    async def aclose(self) -> None:
        """Stop looking."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)

    async def ping_s(self) -> float | None:
        """Give the time of a round trip to the store, in seconds; None when it doesn't answer soon."""
        began = time.perf_counter()
        return None if (await self._store_failure())[1] else time.perf_counter() - began

    async def _store_failure(self) -> tuple[str, str]:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._store.ping()
        except TimeoutError:
            return 2 * (f"no answer within {_PATIENCE_S:g} s",)
        except RifflerError as exc:
            return type(exc).__name__, str(exc)
        return "", ""

    async def engine_failure(self) -> tuple[str, str]:
        """Ask the engine.

        Returns:
            Why it isn't ready, and what to do; both empty when it is.
        """
        _, why, what_to_do = await self._engine_failure()
        return why, what_to_do

    async def _engine_failure(self) -> tuple[str, str, str]:
        """Ask the engine, in a task of its own: loading a model goes on when the probe has gone."""
        old = self._checking is not None and time.monotonic() - self._checked_at > _FRESH_S
        if self._checking is None or (old and self._checking.done()):
            self._checking, self._checked_at = asyncio.create_task(self._ask_engine()), time.monotonic()
            self._checking.add_done_callback(_log_bug)
        done, _ = await asyncio.wait({self._checking}, timeout=_PATIENCE_S)
        if not done:
            return "getting ready", "getting ready", "Wait: a large model takes minutes to load."
        if (bug := self._checking.exception()) is not None:  # what tells that something is wrong can't fail by it
            said = f"{type(bug).__name__}, unforeseen"
            return said, said, "A bug: Riffler's log has a line `engine can't be asked`."
        failed = self._checking.result()
        return ("", "", "") if failed is None else (type(failed).__name__, str(failed), mend(failed))

    async def _ask_engine(self) -> RifflerError | None:
        try:
            await self._engine.ready()
        except RifflerError as exc:
            return exc
        return None


def _log_bug(checking: asyncio.Task[RifflerError | None]) -> None:
    if not checking.cancelled() and (bug := checking.exception()) is not None:
        _LOG.error("engine can't be asked", error=type(bug).__name__)
