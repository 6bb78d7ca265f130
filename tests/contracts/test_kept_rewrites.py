"""How a decision's question was shown, read from a session without the rest of it."""

import asyncio
import time
from dataclasses import dataclass, replace

import pytest
from tests.contracts.sessions import said

from riffler.errors import MemoryCorrupt, UnknownSession, UnknownVersion
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import QueryRewritten, TextSearched
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory


@dataclass(frozen=True)
class Turn:
    """A turn: its decision, when that was made, and the version that shows its question."""

    decision: str
    made_ms: int
    version: int
    query: str
    text: str | None


async def asked(
    store: RedisMemoryStore, key: SessionKey, memory: WorkingMemory, number: int
) -> tuple[WorkingMemory, Turn]:
    """Ask as a turn does: the question arrives, its rewrite is decided, the model searches and answers."""
    query, text = f"Where is boat {number}? \u202e<script>", None if number % 3 else f"boat {number} where"
    made_ms, decision, at = int(time.time() * 1000), f"d{number:024x}", len(memory.entries)
    memory = await store.commit(key, memory, [said(memory, f"Please: {query}")], "app")
    event = QueryRewritten(Span(at, 0, 8, 8 + len(query)), text, decision)
    memory = await store.commit(key, memory, [event], "riffler")
    turn = Turn(decision, made_ms, memory.version, query, text)
    # Somebody looks for the decision by its id: that is no rewrite of it.
    memory = await store.commit(key, memory, [TextSearched(decision, ())], "model")
    return await store.commit(key, memory, [said(memory, "Here.")], "app"), turn


async def lived(store: RedisMemoryStore, key: SessionKey, turns: int) -> list[Turn]:
    """Make a session of so many turns."""
    memory, made = await store.create(key), list[Turn]()
    for number in range(turns):
        memory, turn = await asked(store, key, memory, number)
        made.append(turn)
        await asyncio.sleep(0.002)
    return made


async def test_each_turn_s_question_is_found_by_its_decision(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """With its rewrite, or none, and the version that shows it, whatever came before and after it."""
    for turn in await lived(memory_store, session_key, 30):
        kept = await memory_store.rewritten(session_key, turn.decision, turn.made_ms)
        assert kept is not None
        assert (kept.version, kept.query, kept.event.text, kept.event.decision) == (
            turn.version,
            turn.query,
            turn.text,
            turn.decision,
        )
        assert (await memory_store.rewritten(session_key, "d" + "f" * 24, turn.made_ms)) is None


async def test_only_what_happened_then_is_looked_at(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """The time leads to the place: of a session that lived for days what follows the decision's time is read.

    Clocks may differ by some seconds. Told a later day, it isn't found: no day before that is read.
    """
    turns = await lived(memory_store, session_key, 12)
    events = session_keys(session_key)[4]
    rows = await memory_connection.run(lambda client: client.xrange(events))
    await memory_connection.run(lambda client: client.delete(events))
    day_ms = 86_400_000
    for number, (id_, fields) in enumerate(rows):
        at = str(turns[0].made_ms + number // 4 * day_ms)  # four commits a turn, a turn a day
        row = {**fields, "at_ms": at}
        await memory_connection.run(lambda client, id_=id_, row=row: client.xadd(events, row, id=id_))
    for number, turn in enumerate(turns):
        made_ms = turns[0].made_ms + number * day_ms
        for clock_ms in (-5_000, 5_000):
            kept = await memory_store.rewritten(session_key, turn.decision, made_ms + clock_ms)
            assert kept is not None
            assert kept.version == turn.version
        assert await memory_store.rewritten(session_key, turn.decision, made_ms + day_ms) is None


async def test_what_cannot_be_had_any_more_is_told_apart(
    memory_connection: RedisConnection, memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """No such session, another tenant's, a history that was cut, and a session that began later: each says its own."""
    store = RedisMemoryStore(memory_connection, history_versions=10)
    with pytest.raises(UnknownSession):
        await store.rewritten(session_key, "d1", 0)
    turns = await lived(store, session_key, 60)  # a stream is cut in blocks of a hundred
    last = turns[-1]
    assert (await store.rewritten(session_key, last.decision, last.made_ms)) is not None
    with pytest.raises(UnknownVersion, match="doesn't go back to decision"):
        await store.rewritten(session_key, turns[0].decision, turns[0].made_ms - 60_000)
    with pytest.raises(UnknownSession):
        await store.rewritten(replace(session_key, tenant=f"{session_key.tenant}x"), last.decision, last.made_ms)
    forked = replace(session_key, session="forked")
    await store.create(forked, start=await store.load(session_key))
    assert await store.rewritten(forked, last.decision, last.made_ms) is None
    empty = replace(session_key, session="empty")
    await store.create(empty)
    assert await store.rewritten(empty, last.decision, last.made_ms) is None
    await store.delete(session_key)
    with pytest.raises(UnknownSession):
        await store.rewritten(session_key, last.decision, last.made_ms)


async def test_a_spoilt_message_is_an_error(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """A question whose message can't be read is never taken for an empty one."""
    (turn,) = await lived(memory_store, session_key, 1)
    messages = session_keys(session_key)[1]
    await memory_connection.run(lambda client: client.lset(messages, 0, "a{"))
    with pytest.raises(MemoryCorrupt):
        await memory_store.rewritten(session_key, turn.decision, turn.made_ms)


async def test_a_long_session_costs_no_more(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """Beside two million tokens of others a question is read in a tenth of the time that all of it takes, or less."""
    memory = await memory_store.create(session_key)
    long = [said(replace(memory, entries=(None,) * number), "harbour " * 5000) for number in range(200)]  # type: ignore[arg-type]
    memory = await memory_store.commit(session_key, memory, long, "app")
    memory, turn = await asked(memory_store, session_key, memory, 0)
    other = RedisMemoryStore(memory_connection)  # one that knows nothing of the session
    start = time.perf_counter()
    kept = await other.rewritten(session_key, turn.decision, turn.made_ms)
    read_s = time.perf_counter() - start  # 1.3 ms, and all of it 83 ms, on two busy cores
    await other.load(session_key)
    assert kept is not None
    assert kept.query == turn.query
    assert read_s < 0.1 * (time.perf_counter() - start)
