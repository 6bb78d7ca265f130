"""What stores hold for requests that are made again: receipts, tokens, lists of sessions."""

import asyncio

import pytest
from tests.contracts.sessions import said

from riffler.errors import MemoryCorrupt, SessionBusy, SessionExists, UnknownSession, VersionConflict
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_index, session_keys
from riffler.service.ports.memory import Receipt, SessionKey
from riffler.tools.memory import Stamp, WorkingMemory


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
    assert len((await memory_store.sessions(session_key.tenant)).sessions) == 1


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
    assert (await memory_store.sessions(session_key.tenant)).sessions == []
    left = [*session_keys(session_key), session_index(session_key.tenant)]
    assert await memory_connection.run(lambda client: client.exists(*left)) == 1
    assert await memory_connection.run(lambda client: client.exists(held)) == 1
    await memory_store.release(session_key, lease)
    made = await memory_store.create(session_key)
    assert await memory_store.load(session_key) == made


async def test_a_ping_takes_time(memory_store: RedisMemoryStore) -> None:
    """A ping tells the time of a round trip in seconds."""
    assert 0 < await memory_store.ping() < 60
