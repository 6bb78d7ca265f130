"""How long sessions stay in a `MemoryStore`, and what it says of one that lost a part, shown on a real server."""

import asyncio

import pytest
from tests.contracts.sessions import rich, said, until

from riffler.errors import MemoryCorrupt, UnknownSession
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory

TTL_S = 60.0
TOUCHES = ("load", "commit", "acquire", "renew")
LEASE, GONE = 6, 8
"""Places of the two keys that have a time to live of their own, see `session_keys`."""


async def times_left_ms(connection: RedisConnection, key: SessionKey) -> list[int]:
    """What Redis says of each key that a whole session has: milliseconds left, -1 for ever, -2 gone."""
    names = [name for part, name in enumerate(session_keys(key), 1) if part not in {LEASE, GONE}]
    return [await connection.run(lambda client, name=name: client.pttl(name)) for name in names]  # type: ignore[misc]  # mypy can't infer a lambda's default


async def touched(store: RedisMemoryStore, key: SessionKey, memory: WorkingMemory, how: str) -> None:
    """Use a session in one of the ways that keep it alive."""
    match how:
        case "load":
            await store.load(key)
        case "commit":
            await store.commit(key, memory, [said(memory, "again")], "app")
        case "acquire":
            await store.acquire(key, 30.0)
        case "renew":
            # Acquired by a store of the old time, so that the renewal is what gives the new one.
            lease = await RedisMemoryStore(store._connection, ttl_s=TTL_S).acquire(key, 30.0)
            await store.renew(key, lease, 30.0)


@pytest.mark.parametrize("touch", TOUCHES)
async def test_time_to_live_slides(memory_connection: RedisConnection, session_key: SessionKey, touch: str) -> None:
    """Whatever uses a session gives each of its keys its whole time again, that of the receipts too."""
    memory = await rich(RedisMemoryStore(memory_connection, ttl_s=TTL_S), session_key)
    assert all(0 < left <= TTL_S * 1000 for left in await times_left_ms(memory_connection, session_key))
    await touched(RedisMemoryStore(memory_connection, ttl_s=TTL_S * 10), session_key, memory, touch)
    left_ms = await times_left_ms(memory_connection, session_key)
    assert all(TTL_S * 9_000 < left <= TTL_S * 10_000 for left in left_ms), left_ms


@pytest.mark.parametrize("touch", TOUCHES)
async def test_sessions_stay_when_the_time_to_live_is_taken_away(
    memory_connection: RedisConnection, session_key: SessionKey, touch: str
) -> None:
    """Whatever uses a session of a store that keeps them for ever frees each of its keys from its old time."""
    memory = await rich(RedisMemoryStore(memory_connection, ttl_s=TTL_S), session_key)
    await touched(RedisMemoryStore(memory_connection), session_key, memory, touch)
    assert await times_left_ms(memory_connection, session_key) == [-1] * 6


@pytest.mark.parametrize("touch", ["load", "acquire", "renew"])
async def test_a_session_that_waits_for_its_first_commit_keeps_that_time(
    memory_connection: RedisConnection, session_key: SessionKey, touch: str
) -> None:
    """A store that keeps sessions for ever frees an empty one of an older time, but not one that may end unused."""
    state = session_keys(session_key)[0]
    store = RedisMemoryStore(memory_connection)
    memory = await store.create(session_key, unused_s=TTL_S)
    await touched(store, session_key, memory, "load")
    assert 0 < await memory_connection.run(lambda client: client.pttl(state)) <= TTL_S * 1000
    await store.commit(session_key, memory, [said(memory, "first")], "app")
    assert await memory_connection.run(lambda client: client.pttl(state)) == -1
    await store.delete(session_key)
    memory = await RedisMemoryStore(memory_connection, ttl_s=TTL_S).create(session_key)
    await touched(store, session_key, memory, touch)
    assert await memory_connection.run(lambda client: client.pttl(state)) == -1


@pytest.mark.parametrize("touch", TOUCHES)
@pytest.mark.parametrize("store_s", [0.0, TTL_S / 10, TTL_S * 10])
async def test_a_time_of_its_own_slides(
    memory_connection: RedisConnection, session_key: SessionKey, touch: str, store_s: float
) -> None:
    """A session made with a time to live of its own gets it again with each use, or the store's if it is shorter."""
    store = RedisMemoryStore(memory_connection, ttl_s=store_s)
    memory = await store.create(session_key, unused_s=TTL_S * 20, idle_s=TTL_S)
    memory = await store.commit(session_key, memory, [said(memory, "first")], "app")
    for name in session_keys(session_key):
        await memory_connection.run(lambda client, name=name: client.pexpire(name, 5_000))  # type: ignore[misc]
    await touched(store, session_key, memory, touch)
    state, *_ = await times_left_ms(memory_connection, session_key)
    expected = min(TTL_S, store_s or TTL_S) * 1000
    assert expected * 0.9 < state <= expected


async def test_a_turn_outlives_a_time_of_its_own(memory_connection: RedisConnection, session_key: SessionKey) -> None:
    """A lease is renewed well before the session that it keeps alive would end."""
    store = RedisMemoryStore(memory_connection)
    await store.create(session_key, idle_s=0.9)
    assert (await store.acquire(session_key, 30.0)).renew_s == pytest.approx(0.3)


@pytest.mark.parametrize("part", [2, 3, 4, 5])
@pytest.mark.parametrize("cached", [True, False])
async def test_a_session_that_lost_a_part_is_not_a_shorter_one(
    memory_connection: RedisConnection, session_key: SessionKey, part: int, cached: bool
) -> None:
    """When a key is gone by itself nobody reads or goes on with what is left; the session can be deleted."""
    store = RedisMemoryStore(memory_connection, cache_characters=1_000_000 if cached else 0)
    memory = await rich(store, session_key)
    keys = session_keys(session_key)
    await memory_connection.run(lambda client: client.delete(keys[part - 1]))
    with pytest.raises(MemoryCorrupt, match="lost a part"):
        await store.load(session_key)
    with pytest.raises(MemoryCorrupt, match="lost a part"):
        await store.commit(session_key, memory, [said(memory, "more")], "app")
    await store.delete(session_key)
    assert await store.create(session_key) == await store.load(session_key) == WorkingMemory()


async def test_a_session_that_lost_its_state_leaves_nothing_to_the_next(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """A new session of the name begins empty, whatever keys of the old one are left."""
    await rich(memory_store, session_key)
    await memory_connection.run(lambda client: client.delete(session_keys(session_key)[0]))
    made = await memory_store.create(session_key)
    assert made == await RedisMemoryStore(memory_connection).load(session_key) == WorkingMemory()
    assert await memory_store.events(session_key) == []
    assert await memory_store.receipt(session_key, "search") is None


async def test_a_session_expires(memory_connection: RedisConnection, session_key: SessionKey) -> None:
    """A session that nobody touches for its time to live is unknown, and all of it is gone."""
    store = RedisMemoryStore(memory_connection, ttl_s=0.3)
    await rich(store, session_key)

    async def gone() -> bool:
        return await memory_connection.run(lambda client: client.exists(*session_keys(session_key))) == 0

    await until(gone)
    with pytest.raises(UnknownSession):
        await store.load(session_key)


async def test_zero_keeps_a_session_for_ever(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """Without a time to live no key has one."""
    await rich(memory_store, session_key)
    await memory_store.load(session_key)
    assert await times_left_ms(memory_connection, session_key) == [-1] * 6


async def test_a_session_made_for_a_while_stays_with_its_first_commit(
    memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """A session that may be unused for so long ends by itself, unless something was committed."""
    store = RedisMemoryStore(memory_connection)
    memory = await store.create(session_key, unused_s=0.2)
    other = SessionKey(session_key.tenant, "other")
    await store.create(other, unused_s=0.2)
    await store.commit(session_key, memory, [said(memory, "Hello.")], "app")
    await asyncio.sleep(0.3)
    assert (await store.load(session_key)).messages[0].text == "Hello."
    with pytest.raises(UnknownSession):
        await store.load(other)


async def test_a_turn_longer_than_the_time_to_live_keeps_its_session(
    memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """A session doesn't end while a turn renews its lease; a time under a millisecond doesn't mean for ever."""
    store = RedisMemoryStore(memory_connection, ttl_s=0.4)
    await store.create(session_key)
    lease = await store.acquire(session_key, 5.0)
    for _ in range(4):
        await asyncio.sleep(0.2)
        await store.renew(session_key, lease, 5.0)
    assert (await store.load(session_key)).version == 0
    short = SessionKey(session_key.tenant, "short")
    await RedisMemoryStore(memory_connection, ttl_s=0.0001).create(short)
    await asyncio.sleep(0.05)
    with pytest.raises(UnknownSession):
        await store.load(short)
