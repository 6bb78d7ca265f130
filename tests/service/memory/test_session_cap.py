"""The most sessions of a tenant: exact under a rush, and of those that there are, not of those that there were."""

import asyncio
import secrets
from typing import Any

import pytest

from riffler.errors import LimitReached, SessionExists
from riffler.service.memory import session_cap
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_index, session_keys
from riffler.service.ports.memory import SessionKey


@pytest.fixture
def tenant() -> str:
    """A tenant of one test."""
    return f"capped-{secrets.token_hex(8)}"


async def make(store: RedisMemoryStore, tenant: str, *names: str) -> list[BaseException | None]:
    """Make sessions, all at once, and give what each said."""
    made = await asyncio.gather(*(store.create(SessionKey(tenant, name)) for name in names), return_exceptions=True)
    return [each if isinstance(each, BaseException) else None for each in made]


async def expire(connection: RedisConnection, tenant: str, *names: str) -> None:
    """Let sessions be gone, and what was said of them on the list be older, as their time to live does."""

    async def forget(client: Any) -> None:
        for name in names:
            await client.delete(*session_keys(SessionKey(tenant, name)))
            await client.zincrby(session_index(tenant), -session_cap._MAKING_US, name)

    await connection.run(forget)


async def test_a_rush_makes_exactly_as_many_as_there_is_room_for(
    memory_connection: RedisConnection, tenant: str
) -> None:
    """Of sixty at once, from two processes, three are made; another tenant has room of its own."""
    stores = [RedisMemoryStore(memory_connection, most_sessions=3) for _ in range(2)]
    rushed = await asyncio.gather(
        *(make(store, tenant, *(f"s{at}-{number}" for number in range(30))) for at, store in enumerate(stores))
    )
    outcomes = [each for some in rushed for each in some]
    assert sum(each is None for each in outcomes) == 3
    assert sum(isinstance(each, LimitReached) for each in outcomes) == 57
    assert len((await stores[0].sessions(tenant)).sessions) == 3
    assert await make(stores[0], f"{tenant}-b", "s") == [None]


async def test_sessions_that_are_gone_make_room(memory_connection: RedisConnection, tenant: str) -> None:
    """Where one has expired, the next is made, though nobody listed them meanwhile; then it is full again."""
    store = RedisMemoryStore(memory_connection, most_sessions=3)
    assert await make(store, tenant, "a", "b", "c") == [None] * 3
    await expire(memory_connection, tenant, "b")
    assert await make(store, tenant, "d") == [None]
    assert isinstance((await make(store, tenant, "e"))[0], LimitReached)


async def test_what_is_gone_is_found_however_far_back(
    memory_connection: RedisConnection, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look is bounded and rests when it found nothing; the next one goes on from there, to the end and on."""
    monkeypatch.setattr(session_cap, "_STEP", 2)
    monkeypatch.setattr(session_cap, "_MOST_NAMES", 4)
    store, names = RedisMemoryStore(memory_connection, most_sessions=10), [f"s{number}" for number in range(10)]
    for name in names:
        assert await make(store, tenant, name) == [None]
    index = session_index(tenant)
    ages = {name: number for number, name in enumerate(names)}  # all old enough to be gone, in this order
    await memory_connection.run(lambda client: client.zadd(index, ages))
    await memory_connection.run(lambda client: client.delete(*session_keys(SessionKey(tenant, "s9"))))
    assert isinstance((await make(store, tenant, "new"))[0], LimitReached)  # s0 to s3 were looked at
    assert isinstance((await make(store, tenant, "new"))[0], LimitReached)  # a rest
    monkeypatch.setattr(session_cap, "_REST_S", 0.0)
    store._cap._looked[tenant] = store._cap._looked[tenant][0], 0.0  # as after the rest
    assert isinstance((await make(store, tenant, "new"))[0], LimitReached)  # s4 to s7
    assert await make(store, tenant, "new") == [None]


async def test_a_name_that_is_there_takes_no_more_room(memory_connection: RedisConnection, tenant: str) -> None:
    """At the limit a creation that is repeated gives its session, and another one of a name that is there says so."""
    store, key = RedisMemoryStore(memory_connection, most_sessions=1), SessionKey(tenant, "s")
    made = await store.create(key, token="one")
    assert await store.create(key, token="one") == made
    with pytest.raises(SessionExists):
        await store.create(key, token="two")
    await store.delete(key)
    assert await make(store, tenant, "other") == [None]
