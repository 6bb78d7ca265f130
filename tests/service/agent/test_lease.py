"""Holding a lease: it is renewed in time, for itself and for the session."""

import pytest
from tests.contracts.sessions import until

from riffler.errors import SessionBusy
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
