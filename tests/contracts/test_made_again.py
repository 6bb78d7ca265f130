"""What stores hold for requests that are made again: receipts, tokens, lists of sessions."""

import asyncio
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.sessions import said

from riffler.errors import MemoryCorrupt, SessionBusy, SessionExists, UnknownSession, VersionConflict
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_index, session_keys
from riffler.service.ports.memory import Receipt, SessionKey, SessionSummary
from riffler.tools.memory import Stamp, WorkingMemory


def key_of(tenant: str, number: int) -> SessionKey:
    """Name a session of a tenant."""
    return SessionKey(tenant, f"s-{number}")


async def test_a_receipt_stands_with_its_commit(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """A receipt is there if and only if its commit happened, and a later one of its request takes its place."""
    memory = await memory_store.create(session_key)
    assert await memory_store.receipt(session_key, "ask") is None
    begun = Receipt("ask", "f", False, '{"first": 0}')
    after = await memory_store.commit(session_key, memory, [said(memory, "one")], "app", receipt=begun)
    assert await memory_store.receipt(session_key, "ask") == begun
    lost = Receipt("ask", "f", True, "lost")
    with pytest.raises(VersionConflict):
        await memory_store.commit(session_key, memory, [said(memory, "two")], "app", receipt=lost)
    assert await memory_store.receipt(session_key, "ask") == begun
    done = Receipt("ask", "f", True, "{}")
    await memory_store.commit(session_key, after, [said(after, "two")], "app", receipt=done)
    assert await memory_store.receipt(session_key, "ask") == done
    assert await memory_store.receipt(session_key, "other") is None


async def test_receipts_live_as_long_as_their_session(
    memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """The receipts' time to live is the session's, and a deleted session leaves none."""
    store = RedisMemoryStore(memory_connection, ttl_s=100.0)
    memory = await store.create(session_key)
    await store.commit(session_key, memory, [said(memory, "one")], "app", receipt=Receipt("r", "f", True, "{}"))
    receipts = session_keys(session_key)[6]
    assert 90 < await memory_connection.run(lambda client: client.ttl(receipts)) <= 100
    await store.delete(session_key)
    assert await memory_connection.run(lambda client: client.exists(receipts)) == 0


async def test_a_receipt_that_can_t_be_read_says_so(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """Garbage in a receipt's place is an error, not a request that was never made."""
    await memory_store.create(session_key)
    await memory_connection.run(lambda client: client.hset(session_keys(session_key)[6], "ask", "no JSON"))
    with pytest.raises(MemoryCorrupt):
        await memory_store.receipt(session_key, "ask")


async def test_a_creation_made_again_finds_its_session(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """With its token a creation gives the session as it stands; another one is refused, also after changes."""
    memory = await memory_store.create(session_key, token="mine")
    after = await memory_store.commit(session_key, memory, [said(memory, "one")], "app")
    assert await memory_store.create(session_key, token="mine") == after
    for token in ("other", None):
        with pytest.raises(SessionExists):
            await memory_store.create(session_key, token=token)


async def test_a_deletion_made_again_deletes_nothing_else(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """A repeated deletion is no error, and a session that was made since under the same name stays."""
    await memory_store.create(session_key)
    await memory_store.delete(session_key, token="mine")
    await memory_store.delete(session_key, token="mine")
    with pytest.raises(UnknownSession):
        await memory_store.delete(session_key, token="other")
    await memory_store.create(session_key)
    await memory_store.delete(session_key, token="mine")
    assert await memory_store.load(session_key) == WorkingMemory()


async def test_a_deletion_of_another_version_is_refused(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """A session that changed isn't deleted by who hasn't seen that; a running turn comes first."""
    memory = await memory_store.create(session_key)
    after = await memory_store.commit(session_key, memory, [said(memory, "one")], "app")
    with pytest.raises(VersionConflict, match="has version 1, this change was made for version 0"):
        await memory_store.delete(session_key, seen=Stamp(0))
    lease = await memory_store.acquire(session_key, 30.0)
    with pytest.raises(SessionBusy):
        await memory_store.delete(session_key, seen=Stamp(1))
    await memory_store.release(session_key, lease)
    assert await memory_store.load(session_key) == after
    await memory_store.delete(session_key, seen=Stamp(1))


async def listed(store: RedisMemoryStore, tenant: str, limit: int) -> list[SessionSummary]:
    """Read a tenant's list page by page."""
    found: list[SessionSummary] = []
    before = None
    while page := await store.sessions(tenant, before, limit):
        assert len(page) <= limit
        found += page
        before = (page[-1].created_us, page[-1].session)
    return found


async def test_sessions_are_listed_newest_first(memory_store: RedisMemoryStore) -> None:
    """The list has each session that exists once, with its version and messages, and nothing of another tenant."""
    tenant, other = (f"tenant-{secrets.token_hex(8)}" for _ in range(2))
    for number in range(7):
        memory = await memory_store.create(key_of(tenant, number))
        for _ in range(number):
            memory = await memory_store.commit(key_of(tenant, number), memory, [said(memory, "more")], "app")
    await memory_store.create(key_of(other, 99))
    await memory_store.delete(key_of(tenant, 3))
    for limit in (1, 2, 3, 100):
        found = await listed(memory_store, tenant, limit)
        assert [summary.session for summary in found] == ["s-6", "s-5", "s-4", "s-2", "s-1", "s-0"]
        assert [(summary.version, summary.messages) for summary in found] == [(n, n) for n in (6, 5, 4, 2, 1, 0)]
        assert [summary.created_us for summary in found] == sorted((s.created_us for s in found), reverse=True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.integers(0, 3), min_size=1, max_size=12), limit=st.integers(1, 5))
async def test_sessions_of_one_moment_are_each_listed_once(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, moments: list[int], limit: int
) -> None:
    """Pages join to the whole list, whatever sessions share a microsecond."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    for number in range(len(moments)):
        await memory_store.create(key_of(tenant, number))
    scores = {f"s-{number}": 1000 + moment for number, moment in enumerate(moments)}
    await memory_connection.run(lambda client: client.zadd(session_index(tenant), scores))
    found = await listed(memory_store, tenant, limit)
    expected = sorted(((moment, name) for name, moment in scores.items()), reverse=True)
    assert [(summary.created_us, summary.session) for summary in found] == expected


async def test_a_session_made_again_is_listed_again(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection
) -> None:
    """Names that are gone leave the list when it is read, unless a session was made under them since."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    for number in range(3):
        await memory_store.create(key_of(tenant, number))
    first = (await listed(memory_store, tenant, 10))[-1].created_us
    await memory_store.delete(key_of(tenant, 0))
    await memory_store.delete(key_of(tenant, 1))
    await memory_store.create(key_of(tenant, 0))
    found = await listed(memory_store, tenant, 10)
    assert [summary.session for summary in found] == ["s-0", "s-2"]
    assert found[0].created_us > first
    assert await memory_connection.run(lambda client: client.zcard(session_index(tenant))) == 2


async def test_racing_creations_of_one_name_have_one_winner(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """Of twenty creations one wins, those with its token find its session, and it is listed once."""
    tokens = ["mine", *(f"other-{number}" for number in range(19))]
    made = await asyncio.gather(
        *(memory_store.create(session_key, token=token) for token in tokens), return_exceptions=True
    )
    assert sum(isinstance(each, WorkingMemory) for each in made) == 1
    assert sum(isinstance(each, SessionExists) for each in made) == 19
    assert len(await listed(memory_store, session_key.tenant, 10)) == 1


async def test_a_creation_that_is_refused_leaves_nothing(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """While a turn holds the lease of a session that is gone, its name is busy: no key is made, nothing is listed."""
    await memory_store.create(session_key)
    lease = await memory_store.acquire(session_key, 30.0)
    state, *_, held, _, _ = session_keys(session_key)
    await memory_connection.run(lambda client: client.delete(state, session_index(session_key.tenant)))
    with pytest.raises(SessionBusy):
        await memory_store.create(session_key, events=[said(WorkingMemory(), "one")])
    left = [*session_keys(session_key), session_index(session_key.tenant)]
    assert await memory_connection.run(lambda client: client.exists(*left)) == 1
    assert await memory_connection.run(lambda client: client.exists(held)) == 1
    await memory_store.release(session_key, lease)
    made = await memory_store.create(session_key)
    assert await memory_store.load(session_key) == made


async def test_a_ping_takes_time(memory_store: RedisMemoryStore) -> None:
    """A ping tells the time of a round trip in seconds."""
    assert 0 < await memory_store.ping() < 60
