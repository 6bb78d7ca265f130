"""The past of sessions, as every `MemoryStore` keeps it, shown on a real server."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.contracts.sessions import rich, said

from riffler.errors import MemoryCorrupt, SessionExists, UnknownSession
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import (
    Event,
    FragmentsFolded,
    FragmentsRestored,
    FragmentSummarised,
    QueryRewritten,
    TextCut,
)
from riffler.tools.fragments import Fragment, Span
from riffler.tools.history import PastOrder, earlier, reach
from riffler.tools.memory import WorkingMemory

ALL = PastOrder(back_to=0)


async def lived(store: RedisMemoryStore, key: SessionKey, commits: int = 12) -> list[WorkingMemory]:
    """Make a session of so many versions, of one to three events; give what it was at each, from 0."""
    were = [await store.create(key)]
    for number in range(1, commits + 1):
        memory = were[-1]
        events: list[Event] = [said(memory, f"[[{number % 3}:status Message {number} is about the harbour.")]
        match number % 5:
            case 1:
                span = Span(len(memory.entries), 0, 5, 9)
                events.append(TextCut((Fragment(f"f{len(memory.fragments) + 1:05x}", span, 1, number),)))
            case 2:
                events.append(FragmentsFolded(("f00001",)))
            case 3:
                events += [FragmentSummarised("f00001", "all", "it"), QueryRewritten(Span(0, 0, 0, 4), "x", "d1")]
            case 4:
                events.append(FragmentsRestored(("f00001",)))
        were.append(await store.commit(key, memory, events, "model" if number % 2 else "riffler"))
    return were


async def test_each_version_can_be_had_again(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """From what is loaded and what is kept, each version is as it was committed, with who made it, and when."""
    were = await lived(memory_store, session_key)
    memory = await memory_store.load(session_key)
    past = await memory_store.past(session_key, memory, ALL)
    assert [version.number for version in past] == list(range(memory.version, 0, -1))
    assert [earlier(memory, past, number) for number in range(len(were))] == were
    records = await memory_store.events(session_key)
    assert [
        (version.number, version.actor, version.at_ms, event) for version in past[::-1] for event in version.events
    ] == [(record.version, record.actor, record.at_ms, record.event) for record in records]


async def test_a_long_past_is_read_in_parts(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """Wherever a part ends, also within a version, nothing is lost or read twice; no more is read than wanted."""
    were = await lived(memory_store, session_key)
    whole = await memory_store.past(session_key, were[-1], ALL)
    second = [version.number for version in whole if version.edits][1]
    enough = sum(len(version.events) for version in whole if version.number >= second)
    for page in range(1, 8):
        store = RedisMemoryStore(memory_connection, page_events=page)
        assert await store.past(session_key, were[-1], ALL) == whole
        some = await store.past(session_key, were[-1], PastOrder(edits=2))
        assert some == whole[: len(some)]
        assert sum(version.edits for version in some) >= 2
        assert sum(len(version.events) for version in some) <= enough + page + 3
    assert await memory_store.past(session_key, were[-1], PastOrder()) == ()
    assert await memory_store.past(session_key, were[0], ALL) == ()


async def test_the_past_of_what_was_read_stays(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """Whoever commits meanwhile, the past of a memory is the one of that memory."""
    were = await lived(memory_store, session_key)
    for seen in (were[5], were[-1]):
        past, _ = await asyncio.gather(
            memory_store.past(session_key, seen, ALL),
            memory_store.commit(session_key, were[-1], [said(were[-1], "more")], "app"),
            return_exceptions=True,
        )
        assert not isinstance(past, BaseException)
        assert past[0].number == seen.version
        assert earlier(seen, past, 3) == were[3]


async def test_history_is_kept_so_far(memory_connection: RedisConnection, session_key: SessionKey) -> None:
    """At least the versions that were asked for are kept, and not all; the session itself is whole, for all readers."""
    store = RedisMemoryStore(memory_connection, history_versions=20)
    other = RedisMemoryStore(memory_connection)
    await other.create(SessionKey(session_key.tenant, "elsewhere"))
    were = await lived(store, session_key, 30)
    early = await other.load(session_key)
    memory = were[-1]
    for number in range(400):
        memory = await store.commit(session_key, memory, [said(memory, f"{number} " * 20)], "app")
        were.append(memory)
    assert early == were[30]
    assert await other.load(session_key) == memory == await RedisMemoryStore(memory_connection).load(session_key)
    past = await store.past(session_key, memory, ALL)
    oldest = reach(memory, past)
    assert 0 < oldest <= memory.version - 20
    assert past[-1].number == oldest + 1
    assert all(earlier(memory, past, number) == were[number] for number in range(oldest, len(were)))
    assert (await store.events(session_key))[0].version in {oldest, oldest + 1}


@pytest.mark.parametrize("history_versions", [0, 1])
async def test_the_newest_version_always_stays(
    memory_connection: RedisConnection, session_key: SessionKey, history_versions: int
) -> None:
    """However short the history is, the session can be read and goes on."""
    store = RedisMemoryStore(memory_connection, history_versions=history_versions)
    were = await lived(store, session_key, 300)
    assert await RedisMemoryStore(memory_connection).load(session_key) == were[-1]
    assert reach(were[-1], await store.past(session_key, were[-1], ALL)) <= were[-1].version - history_versions


async def forget_undo(connection: RedisConnection, key: SessionKey, versions: Sequence[int]) -> None:
    """Write a session's events anew as an older Riffler wrote them, without what leads back, for these versions."""
    stream = session_keys(key)[4]
    rows = await connection.run(lambda client: client.xrange(stream))
    await connection.run(lambda client: client.delete(stream))
    for id_, fields in rows:
        kept = {
            name: value for name, value in fields.items() if name != "undo" or int(id_.split("-")[0]) not in versions
        }
        await connection.run(lambda client, id_=id_, kept=kept: client.xadd(stream, kept, id=id_))  # type: ignore[misc]


async def test_an_older_session_goes_back_as_far_as_it_says(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """Versions that were made before this was kept are listed, and can't be gone back past."""
    were = await lived(memory_store, session_key)
    await forget_undo(memory_connection, session_key, range(1, 8))
    past = await memory_store.past(session_key, were[-1], ALL)
    assert len(past) == len(were) - 1
    assert reach(were[-1], past) == 7
    assert earlier(were[-1], past, 7) == were[7]


async def test_a_past_that_cannot_be_read_is_told(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """What isn't what was written is no empty past."""
    memory = await rich(memory_store, session_key)
    stream = session_keys(session_key)[4]
    await memory_connection.run(lambda client: client.xdel(stream, "3-1"))
    await memory_connection.run(lambda client: client.xdel(stream, "2-1"))
    assert await memory_store.past(session_key, memory, ALL) == ()
    await memory_connection.run(lambda client: client.delete(stream))
    await memory_connection.run(lambda client: client.xadd(stream, {"event": "no JSON"}, id="3-1"))
    with pytest.raises(MemoryCorrupt, match="past"):
        await memory_store.past(session_key, memory, ALL)


async def test_the_past_of_another_session_is_unknown(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """A session made anew under a name has none of the old one's past, nor has a tenant of another's."""
    memory = await rich(memory_store, session_key)
    with pytest.raises(UnknownSession):
        await memory_store.past(SessionKey(f"{session_key.tenant}-other", session_key.session), memory, ALL)
    await memory_store.delete(session_key)
    with pytest.raises(UnknownSession):
        await memory_store.past(session_key, memory, ALL)
    await rich(memory_store, session_key)
    with pytest.raises(UnknownSession):
        await memory_store.past(session_key, memory, ALL)


async def test_a_session_begins_as_another_was(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """It is equal in all but its life, has no history before, and goes on by itself, for readers that know it too."""
    were = await lived(memory_store, session_key)
    fork = SessionKey(session_key.tenant, "fork")
    for start in (were[6], WorkingMemory()):
        begun = await memory_store.create(fork, start=start)
        elsewhere = RedisMemoryStore(memory_connection)
        assert begun == start == await memory_store.load(fork) == await elsewhere.load(fork)
        assert begun.life not in {were[6].life, ""}
        assert (await elsewhere.load(fork)).life == begun.life
        assert await memory_store.events(fork) == []
        assert await memory_store.past(fork, begun, ALL) == ()
        after = await memory_store.commit(fork, begun, [said(begun, "Its own way.")], "app")
        assert after == await elsewhere.load(fork) == await RedisMemoryStore(memory_connection).load(fork)
        assert reach(after, await memory_store.past(fork, after, ALL)) == start.version
        assert await memory_store.load(session_key) == were[-1]
        with pytest.raises(SessionExists):
            await memory_store.create(fork, start=start)
        await memory_store.delete(fork)


async def test_a_session_may_begin_so_with_a_commit(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """What it begins with and its first commit are made in one step, and the commit can be gone back over."""
    were = await lived(memory_store, session_key)
    fork = SessionKey(session_key.tenant, "fork")
    event = said(were[6], "And then?")
    made = await memory_store.create(fork, start=were[6], events=[event])
    assert made == were[6].commit([event]) == await memory_store.load(fork)
    assert earlier(made, await memory_store.past(fork, made, ALL), 6) == were[6]
