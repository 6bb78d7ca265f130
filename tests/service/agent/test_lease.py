"""Holding a lease: it is renewed in time, for itself and for the session."""

import asyncio
import gc

import pytest
from tests.contracts.sessions import until

from riffler.errors import MemoryUnavailable, SessionBusy
from riffler.service.agent.lease import held
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import Lease, SessionKey


class Counting(RedisMemoryStore):
    """A store that counts renewals."""

    renewals = 0

    async def renew(self, key: SessionKey, lease: Lease, ttl_s: float) -> None:
        """Renew, and count it."""
        await super().renew(key, lease, ttl_s)
        self.renewals += 1


@pytest.mark.parametrize(("session_s", "lease_s"), [(1.0, 60.0), (60.0, 1.0), (0.0, 1.0)])
async def test_a_turn_outlives_both_times(
    memory_connection: RedisConnection, session_key: SessionKey, session_s: float, lease_s: float
) -> None:
    """However short the lease's or the session's time is, after more than that the turn has both."""
    store = Counting(memory_connection, ttl_s=session_s)
    await store.create(session_key)

    async def renewed() -> bool:
        return store.renewals >= 4

    async with held(store, session_key, lease_s) as lease:
        assert lease.renew_s == pytest.approx(1 / 3)
        await until(renewed)
        assert (await store.load(session_key)).version == 0
        with pytest.raises(SessionBusy):
            await store.acquire(session_key, lease_s)


async def test_a_cancellation_at_the_end_is_not_swallowed(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """A turn that is cancelled as it ends is cancelled, and its lease is free."""
    await memory_store.create(session_key)

    async def turn() -> None:
        async with held(memory_store, session_key, 60.0):
            asyncio.current_task().cancel()  # type: ignore[union-attr] # a task runs this

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(turn())

    async def free() -> bool:
        try:
            await memory_store.acquire(session_key, 1.0)
        except SessionBusy:
            return False
        return True

    await until(free)


async def test_a_failure_to_release_after_a_cancellation_is_no_news(
    memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """The lease of a turn that was cancelled runs out by itself: nobody hears of a store that is away by then."""
    began, away = asyncio.Event(), asyncio.Event()

    class Away(RedisMemoryStore):
        async def release(self, key: SessionKey, lease: Lease) -> None:
            began.set()
            await away.wait()
            raise MemoryUnavailable("it is being stopped")

    store = Away(memory_connection, ttl_s=60.0)
    await store.create(session_key)

    async def turn() -> None:
        async with held(store, session_key, 60.0):
            pass

    heard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: heard.append(context))
    task = asyncio.create_task(turn())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    away.set()
    del task
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()
    assert heard == []
