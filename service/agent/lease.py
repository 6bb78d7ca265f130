"""Holding a session's lease for as long as a turn runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from riffler.errors import LeaseLost, MemoryFailed
from riffler.service.ports.memory import Lease, MemoryStore, SessionKey


@asynccontextmanager
async def held(store: MemoryStore, key: SessionKey, ttl_s: float) -> AsyncIterator[Lease]:
    """Hold the lease, renew it as often as it says, and release it in any case.

    A renewal that comes too late ends quietly: the turn's next commit raises `LeaseLost`, and nothing was written
    after the lease was gone. So does a store that is away for a moment: the next renewal tries again. A lease that
    can't be released runs out by itself, so a turn that has its answer doesn't fail for it.

    Args:
        store: Where the session lives.
        key: The session.
        ttl_s: How long the lease outlives a crash of this process.

    Yields:
        The lease.
    """
    lease = await store.acquire(key, ttl_s)
    keeper = asyncio.create_task(_keep(store, key, lease, ttl_s))
    try:
        yield lease
    finally:
        keeper.cancel()
        try:
            # Not `await keeper` with its cancellation suppressed: that would swallow a cancellation of the turn, too.
            await asyncio.wait({keeper})
            if not keeper.cancelled():
                keeper.result()
        finally:
            await asyncio.shield(_release(store, key, lease))


async def _keep(store: MemoryStore, key: SessionKey, lease: Lease, ttl_s: float) -> None:
    with suppress(LeaseLost):
        while True:
            await asyncio.sleep(lease.renew_s)
            with suppress(MemoryFailed):
                await store.renew(key, lease, ttl_s)


async def _release(store: MemoryStore, key: SessionKey, lease: Lease) -> None:
    """Release the lease; by itself, as the turn that is cancelled meanwhile doesn't hear of a failure any more."""
    with suppress(MemoryFailed):
        await store.release(key, lease)
