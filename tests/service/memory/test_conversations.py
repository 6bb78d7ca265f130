"""Where conversations have come to, on a real server."""

import secrets
from dataclasses import replace

import pytest

from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.conversations import RedisConversations
from riffler.service.ports.conversations import Place
from riffler.service.ports.keys import place_key, places_key
from riffler.service.ports.memory import SessionKey

PIER = Place("pier", "11111111", 3, 5, open=True, lacks=1)
QUAY = Place("quay", "22222222", 1, 2, open=False)
SHARED = replace(QUAY, shared=True)


@pytest.fixture
def tenant() -> str:
    """A tenant of this test, with a name that would break unencoded keys."""
    return f"a:{{b}}/{secrets.token_hex(6)}"


async def test_the_first_that_is_known_is_found(memory_connection: RedisConnection, tenant: str) -> None:
    """However many are looked for, the first known one is found, with its place; of none, nothing."""
    known = RedisConversations(memory_connection)
    await known.note(tenant, {"one": PIER, "two": PIER})
    many = [f"unknown-{number}" for number in range(450)]
    assert await known.find(tenant, [*many, "two", "one"]) == (450, PIER)
    assert await known.find(tenant, many) is None
    assert await known.find(tenant, []) is None
    assert await known.find(f"{tenant}x", ["one"]) is None


async def test_a_place_of_two_sessions_is_open_in_neither(memory_connection: RedisConnection, tenant: str) -> None:
    """It is closed once another session comes there, and stays so whoever notes it again, or the same twice."""
    known = RedisConversations(memory_connection)
    await known.note(tenant, {"one": PIER})
    await known.note(tenant, {"one": PIER})
    assert await known.find(tenant, ["one"]) == (0, PIER)
    other = replace(PIER, session="quay", life=QUAY.life)
    for place in (other, other, PIER):
        await known.note(tenant, {"one": place})
        assert await known.find(tenant, ["one"]) == (0, replace(place, open=False, shared=True))
    reborn = replace(PIER, life="44444444")
    await known.note(tenant, {"two": PIER})
    await known.note(tenant, {"two": reborn})  # the session of that name is another one now: the first is gone
    assert await known.find(tenant, ["two"]) == (0, reborn)


async def test_the_newest_place_counts(memory_connection: RedisConnection, tenant: str) -> None:
    """A conversation that came to another session is found there; forgetting the first leaves it alone."""
    known = RedisConversations(memory_connection)
    await known.note(tenant, {"one": PIER, "two": PIER})
    await known.note(tenant, {"two": QUAY})
    assert await known.find(tenant, ["two"]) == (0, SHARED)
    await known.forget(SessionKey(tenant, "pier"), PIER.life)
    assert await known.find(tenant, ["one"]) is None
    assert await known.find(tenant, ["two"]) == (0, SHARED)
    await known.forget(SessionKey(tenant, "quay"), "33333333")  # another session that had the name
    assert await known.find(tenant, ["two"]) == (0, SHARED)


async def test_forgetting_leaves_no_key(memory_connection: RedisConnection, tenant: str) -> None:
    """Of a session with more places than are forgotten at once, nothing is left."""
    known = RedisConversations(memory_connection)
    names = [f"{number}" for number in range(450)]
    await known.note(tenant, dict.fromkeys(names, PIER))
    key = SessionKey(tenant, "pier")
    await known.forget(key, PIER.life)
    keys = [places_key(key, PIER.life), *(place_key(tenant, name) for name in names)]
    assert await memory_connection.run(lambda client: client.exists(*keys)) == 0


async def test_places_end_with_their_sessions(memory_connection: RedisConnection, tenant: str) -> None:
    """With a time to live, the store's or their own, all keys have the shorter one; without one, none has."""
    keys = [place_key(tenant, "one"), places_key(SessionKey(tenant, "pier"), PIER.life)]
    for ttl_s, idle_s, left_s in (
        (60.0, 0.0, 60.0),
        (0.0, 0.0, 0.0),
        (0.0, 40.0, 40.0),
        (60.0, 50.0, 50.0),
        (9.0, 50.0, 9.0),
    ):
        await RedisConversations(memory_connection, ttl_s).note(tenant, {"one": PIER}, idle_s)
        for key in keys:
            left_ms: int = await memory_connection.run(lambda client, key=key: client.pttl(key))  # type: ignore[misc]
            assert left_s * 900 < left_ms <= left_s * 1000 if left_s else left_ms == -1
