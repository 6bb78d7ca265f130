"""Working memories that a process keeps: never stale, never more than the room."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from riffler.errors import MemoryCorrupt, UnknownSession
from riffler.service.memory.cache import MemoryCache, size_of
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey
from riffler.tools.arrival import append
from riffler.tools.cutting import cut
from riffler.tools.events import FragmentsFolded, FragmentsRestored, MessagesAppended, TextSearched
from riffler.tools.fragments import SearchHit, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.view import view


def of_size(characters: int) -> WorkingMemory:
    """A conversation of so many characters, as it is stored."""
    empty = len(Message.user("").json)
    return WorkingMemory().commit([MessagesAppended(0, (Message.user("x" * (characters - empty)),))])


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(40, 3000)), min_size=1, max_size=40))
def test_it_keeps_the_newest_that_fit(puts: list[tuple[str, int]]) -> None:
    """What is kept fits the room, is the last used sessions without a gap, and each is as it was last put."""
    cache = MemoryCache(10_000)
    newest: dict[str, tuple[str, int]] = {}
    for number, (name, size) in enumerate(puts):
        cache.put(SessionKey("t", name), str(number), of_size(size))
        newest.pop(name, None)
        newest[name] = (str(number), size)
    kept = [(cache.get(SessionKey("t", name)), commit, size) for name, (commit, size) in reversed(newest.items())]
    present = [found is not None for found, _, _ in kept]
    assert present == sorted(present, reverse=True)
    assert present[0]
    assert sum(size_of(found[1]) for found, _, _ in kept if found) <= 10_000
    assert all(found[1].characters == size for found, _, size in kept if found)
    assert all(found[0] == commit for found, commit, _ in kept if found)


def test_the_index_of_facts_counts() -> None:
    """Once a session was cut, what the guard has read of it takes room as well: twenty bytes a fact."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("pier 1: free; pier 2: taken; "),))])
    before = size_of(memory)
    assert memory.facts_read == 0
    after = memory.commit([cut(memory, [(Span(0, 0, 0, 28), 1)], EstimatedTokens())])
    assert after.facts_read == 4
    assert size_of(after) == before + 400 + 4 * 20


def test_one_that_is_too_large_isn_t_kept() -> None:
    """A session larger than the room drives nobody out, and its older self isn't kept in its place."""
    cache = MemoryCache(10_000)
    small, large = SessionKey("t", "small"), SessionKey("t", "large")
    cache.put(small, "1", of_size(100))
    cache.put(large, "2", of_size(90))
    cache.put(large, "3", of_size(9_000))
    assert cache.get(large) is None
    assert cache.get(small) is not None


def test_tenants_don_t_share() -> None:
    """The same session name of two tenants is two sessions."""
    cache = MemoryCache(10_000)
    cache.put(SessionKey("a", "s"), "1", of_size(100))
    assert cache.get(SessionKey("b", "s")) is None


def short(_: int) -> WorkingMemory:
    """A question and its answer."""
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.user("When does it open?")], EstimatedTokens())])
    return memory.commit([append(memory, [Message.assistant("At six.")], EstimatedTokens())])


def much_cut(number: int) -> WorkingMemory:
    """A text in many fragments, with many search hits."""
    memory = of_size(3000 + number)
    memory = memory.commit([cut(memory, [(Span(0, 0, 0, 2000), 100)], EstimatedTokens())])
    hits = tuple(SearchHit(f"s{n:05x}", Span(0, 0, n, n + 4)) for n in range(1, 101))
    return memory.commit([TextSearched("xxxx", hits)])


@pytest.mark.parametrize(
    ("make", "count"), [(lambda n: WorkingMemory(life=f"{n:08x}"), 3000), (short, 1500), (much_cut, 60)]
)
def test_the_room_bounds_the_memory_of_small_things_too(make: Callable[[int], WorkingMemory], count: int) -> None:
    """However many sessions of little text come, what is kept takes no more bytes than the room says, or not much."""
    room = 1_000_000
    cache = MemoryCache(room)
    make(0)
    tracemalloc.start()
    try:
        for number in range(count):
            cache.put(SessionKey("t", f"session-{number}"), f"{number:016x}", make(number))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.1 * room < used < 1.5 * room


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


async def test_a_reader_gets_only_what_is_new(
    server_folder: Path, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """Who knows a session is sent what happened since, and makes of it what the whole gives."""
    elsewhere = RedisConnection(embedded=EmbeddedServer(server_folder))
    here, there = RedisMemoryStore(memory_connection), RedisMemoryStore(elsewhere)
    counter = EstimatedTokens()
    try:
        memory = await here.create(session_key, events=[MessagesAppended(0, (Message.user("boat " * 200_000),))])
        memory = await here.commit(session_key, memory, [cut(memory, [(Span(0, 0, 0, 999_000), 100)], counter)], "app")
        assert await there.load(session_key) == memory
        ids = tuple(memory.fragments)
        for events in (
            [FragmentsFolded(ids[:2]), MessagesAppended(1, (Message.user("more"), Message.user("still more")))],
            [FragmentsRestored(ids[:1])],
            [TextSearched("boat", (SearchHit("s00001", Span(0, 0, 0, 4)),))],
        ):
            memory = await here.commit(session_key, memory, events, "app")
        before = await sent_bytes(memory_connection)
        known = await there.load(session_key)
        assert await sent_bytes(memory_connection) - before < 20_000
        fresh = await RedisMemoryStore(memory_connection, cache_characters=0).load(session_key)
        assert known == fresh == memory
        assert (view(known), known.stamp) == (view(fresh), fresh.stamp)
    finally:
        await elsewhere.aclose()


async def test_a_reader_that_is_far_behind_gets_the_whole(
    server_folder: Path, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """Where events are missing, or too many came since, the whole is read; it is the same."""
    elsewhere = RedisConnection(embedded=EmbeddedServer(server_folder))
    here, there = RedisMemoryStore(memory_connection), RedisMemoryStore(elsewhere)
    try:
        memory = await here.create(session_key)
        assert await there.load(session_key) == memory
        for count in (1001, 3):
            for number in range(count):
                event = MessagesAppended(len(memory.entries), (Message.user(f"number {number}"),))
                memory = await here.commit(session_key, memory, [event], "app")
            if count == 3:
                await memory_connection.run(lambda client: client.xtrim(session_keys(session_key)[4], maxlen=1))
            assert await there.load(session_key) == memory
    finally:
        await elsewhere.aclose()


async def test_what_can_t_be_brought_up_to_date_is_read_as_a_whole(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """When the events since lead nowhere, the session itself is read, and known from then on."""
    memory = await memory_store.create(session_key, events=[MessagesAppended(0, (Message.user("one"),))])
    state, *_ = names = session_keys(session_key)

    async def skip(client: Redis) -> None:
        pipe = client.pipeline(transaction=True)
        pipe.xadd(names[4], {"commit": "c", "actor": "app", "at_ms": "0", "event": "no JSON"}, id="2-1")
        pipe.hset(state, mapping={"version": "2", "commit": "c", "extent": "1 0 0 2-1"})
        await pipe.execute()

    await memory_connection.run(skip)
    expected = replace(memory, version=2)
    assert await memory_store.load(session_key) == expected
    await memory_connection.run(lambda client: client.hset(state, "rest", "no JSON"))
    assert await memory_store.load(session_key) == expected, "this process knows it and doesn't read it again"
    with pytest.raises(MemoryCorrupt):
        await RedisMemoryStore(memory_connection).load(session_key)


async def sent_bytes(connection: RedisConnection) -> int:
    """How many bytes the server has sent so far."""
    found: dict[str, int] = await connection.run(lambda client: client.info("stats"))
    return found["total_net_output_bytes"]
