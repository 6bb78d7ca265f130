"""Working memories that a process keeps: never stale, never more than the room."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import UnknownSession
from riffler.service.memory.cache import MemoryCache
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import MessagesAppended
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message


def of_size(characters: int) -> WorkingMemory:
    """A conversation of so many characters, as it is stored."""
    empty = len(Message.user("").json)
    return WorkingMemory().commit([MessagesAppended(0, (Message.user("x" * (characters - empty)),))])


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(40, 120)), min_size=1, max_size=40))
def test_it_keeps_the_newest_that_fit(puts: list[tuple[str, int]]) -> None:
    """What is kept fits the room, is the last used sessions without a gap, and each is as it was last put."""
    cache = MemoryCache(200)
    newest: dict[str, tuple[str, int]] = {}
    for number, (name, size) in enumerate(puts):
        cache.put(SessionKey("t", name), str(number), of_size(size))
        newest.pop(name, None)
        newest[name] = (str(number), size)
    kept = [(cache.get(SessionKey("t", name)), commit, size) for name, (commit, size) in reversed(newest.items())]
    present = [found is not None for found, _, _ in kept]
    assert present == sorted(present, reverse=True)
    assert present[0]
    assert sum(size for found, _, size in kept if found) <= 200
    assert all(found[0] == commit for found, commit, _ in kept if found)


def test_one_that_is_too_large_isn_t_kept() -> None:
    """A session larger than the room drives nobody out, and its older self isn't kept in its place."""
    cache = MemoryCache(200)
    small, large = SessionKey("t", "small"), SessionKey("t", "large")
    cache.put(small, "1", of_size(100))
    cache.put(large, "2", of_size(90))
    cache.put(large, "3", of_size(300))
    assert cache.get(large) is None
    assert cache.get(small) is not None


def test_tenants_don_t_share() -> None:
    """The same session name of two tenants is two sessions."""
    cache = MemoryCache(1000)
    cache.put(SessionKey("a", "s"), "1", of_size(100))
    assert cache.get(SessionKey("b", "s")) is None


@pytest.mark.parametrize("characters", [0, 1_000_000])
async def test_two_processes_see_each_other(
    server_folder: Path, memory_connection: RedisConnection, session_key: SessionKey, characters: int
) -> None:
    """With and without a cache each load gives what the last commit made, also of a new session of an old name."""
    elsewhere = RedisConnection(embedded=EmbeddedServer(server_folder))
    here = RedisMemoryStore(memory_connection, cache_characters=characters)
    there = RedisMemoryStore(elsewhere, cache_characters=characters)
    try:
        memory = await here.create(session_key)
        for number in range(4):
            writer, reader = (here, there) if number % 2 else (there, here)
            event = MessagesAppended(number, (Message.user(f"number {number}"),))
            memory = await writer.commit(session_key, memory, [event], "app")
            assert await reader.load(session_key) == memory == await writer.load(session_key)
        await there.delete(session_key)
        with pytest.raises(UnknownSession):
            await here.load(session_key)
        other = await there.create(session_key)
        for number in range(4):
            event = MessagesAppended(number, (Message.user(f"another {number}"),))
            other = await there.commit(session_key, other, [event], "app")
        assert await here.load(session_key) == other != memory
    finally:
        await elsewhere.aclose()
