"""Edits from outside a turn: once each, whoever races, and again without doing anything twice."""

import asyncio
import json
import secrets
from contextlib import suppress

import pytest

from riffler.errors import (
    EmptySummary,
    InvalidInput,
    MarkerNotFound,
    RequestKeyReused,
    SessionBusy,
    SessionExists,
    SummaryFailed,
    UnknownSession,
    UnpairedToolCall,
    VersionConflict,
)
from riffler.service.agent.edits import Appended, Called, Edits
from riffler.service.agent.made_again import NamedRequest
from riffler.service.inference.reader import ReaderEngine
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import Receipt, SessionKey
from riffler.tools.events import MessagesAppended
from riffler.tools.memory import Stamp, WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry

CUT = json.dumps({"start_marker": "The harbour", "end_marker": "at seven.", "num_fragments": 2})
TEXT = (
    "The harbour opens at six in the morning on every day but Sunday, and closes at ten, or when the last boat is in. "
    "The bakery beside it, which the sailors like for its bread with caraway and for its coffee, opens at seven."
)


@pytest.fixture
def edits(memory_store: RedisMemoryStore) -> Edits:
    """Edits with a model that summarises everything in three words."""
    return Edits(memory_store, ScriptedEngine(lambda _: "Opening hours."), Registry())


@pytest.fixture
async def key(edits: Edits) -> SessionKey:
    """A session with one message."""
    made, _ = await edits.create(f"tenant-{secrets.token_hex(8)}", "s", [Message.user(TEXT)])
    return made


def named(name: str = "r", asks: str = "this") -> NamedRequest:
    """A request that may be made again."""
    return NamedRequest(name, asks)


async def test_a_creation_made_again_gives_the_same_session(memory_store: RedisMemoryStore, edits: Edits) -> None:
    """With a name of its own or without, the same request makes one session with its messages once."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    for session in (None, "mine"):
        first = await edits.create(tenant, session, [Message.user(TEXT)], named(f"for {session}"))
        assert await edits.create(tenant, session, [Message.user(TEXT)], named(f"for {session}")) == first
    assert len((await memory_store.sessions(tenant)).sessions) == 2
    with pytest.raises(RequestKeyReused):
        await edits.create(tenant, None, [], named("for None", "something else"))
    with pytest.raises(SessionExists):
        await edits.create(tenant, "mine", [], named("another"))
    with pytest.raises(RequestKeyReused):
        await edits.create(tenant, "mine", [], named("for mine", "something else"))


async def test_the_name_of_an_empty_creation_is_given(edits: Edits) -> None:
    """A session that was made empty keeps the name of the request that made it, as one with messages does."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    made, _ = await edits.create(tenant, "mine", [], named())
    assert (await edits.create(tenant, "mine", [], named()))[0] == made
    with pytest.raises(RequestKeyReused):
        await edits.create(tenant, "mine", [Message.user(TEXT)], named(asks="something else"))
    with pytest.raises(RequestKeyReused):
        await edits.append(made, [Message.user(TEXT)], request=named(asks="to add"))
    assert (await edits.append(made, [Message.user(TEXT)], request=named("another"))).version == 1


async def test_a_deletion_under_a_name_that_was_given_deletes_nothing(
    memory_store: RedisMemoryStore, edits: Edits, key: SessionKey
) -> None:
    """A name that stands for something else, done or begun, can't be a deletion's by mistake; one of its own can."""
    await edits.append(key, [Message.user("more")], request=named("added"))
    memory = await memory_store.load(key)
    receipt = Receipt("asked", "f", False, "{}")
    event = MessagesAppended(len(memory.entries), (Message.user("Where?"),))
    after = await memory_store.commit(key, memory, [event], "app", receipt=receipt)
    for name in ("added", "asked"):
        with pytest.raises(RequestKeyReused, match=name):
            await edits.delete(key, request=named(name, "to delete"))
    assert await memory_store.load(key) == after
    for _ in range(2):
        await edits.delete(key, request=named("deleted", "to delete"))
    with pytest.raises(UnknownSession):
        await memory_store.load(key)


async def test_a_creation_is_all_or_nothing(memory_store: RedisMemoryStore, edits: Edits) -> None:
    """Racing writers find a session with its messages or none; a creation never loses the race to an append."""
    for number in range(20):
        key = SessionKey(f"tenant-{secrets.token_hex(8)}", "s")

        async def hurry(key: SessionKey = key) -> None:
            with suppress(UnknownSession):
                await edits.append(key, [Message.user("first?")])

        made, *_ = await asyncio.gather(
            edits.create(key.tenant, "s", [Message.user(TEXT)], named()), *(hurry() for _ in range(number % 5))
        )
        assert made[1].messages[0].text == TEXT
        memory = await memory_store.load(key)
        assert [message.text for message in memory.messages][:1] == [TEXT]
        again = await edits.create(key.tenant, "s", [Message.user(TEXT)], named())
        assert again == (key, memory)


async def test_messages_that_can_t_be_taken_make_no_session(memory_store: RedisMemoryStore, edits: Edits) -> None:
    """A refused beginning leaves nothing behind, so the name is free."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    with pytest.raises(UnpairedToolCall):
        await edits.create(tenant, "s", [Message.tool("call_1", "six")])
    with pytest.raises(UnknownSession):
        await memory_store.load(SessionKey(tenant, "s"))
    assert await edits.create(tenant, "s") == (SessionKey(tenant, "s"), WorkingMemory())


async def test_racing_appends_all_arrive_once(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """Six appends at once, each made twice at once: six messages, each where its answer says."""
    requests = [Message.user(f"number {number}") for number in range(6)] * 2
    done = await asyncio.gather(
        *(edits.append(key, [message], request=named(message.text, message.text)) for message in requests)
    )
    memory = await memory_store.load(key)
    assert len(memory.entries) == 7
    assert done[:6] == done[6:]
    for message, appended in zip(requests, done, strict=True):
        assert memory.messages[appended.first] == message
    assert sorted(appended.version for appended in done[:6]) == [2, 3, 4, 5, 6, 7]


async def test_an_edit_for_another_version_is_refused(edits: Edits, key: SessionKey) -> None:
    """Who names a version gets that version, or an error that names both; no messages are no edit."""
    with pytest.raises(VersionConflict, match="has version 1, this was asked for version 0"):
        await edits.append(key, [Message.user("more")], seen=Stamp(0))
    assert await edits.append(key, [Message.user("more")], seen=Stamp(1)) == Appended(2, 1, 1)
    with pytest.raises(InvalidInput, match="messages"):
        await edits.append(key, [])


async def test_a_session_that_has_another_s_name_is_another(
    memory_store: RedisMemoryStore, edits: Edits, key: SessionKey
) -> None:
    """What was seen of a deleted session allows nothing on one that was made since under its name and version."""
    seen = (await memory_store.load(key)).stamp
    await edits.delete(key, seen=seen)
    _, other = await edits.create(key.tenant, "s", [Message.user("another")])
    assert other.version == seen.version
    with pytest.raises(VersionConflict, match="of a session that had its name before"):
        await edits.append(key, [Message.user("more")], seen=seen)
    with pytest.raises(VersionConflict):
        await edits.delete(key, seen=seen)
    assert (await edits.append(key, [Message.user("more")], seen=other.stamp)).version == 2


async def test_a_call_made_again_runs_once(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """The second time the reply is the first one's, and the session stays; another call of that name is refused."""
    first = await edits.call(key, "fragment_context", CUT, request=named())
    assert first.version == 2
    memory = await memory_store.load(key)
    assert await edits.call(key, "fragment_context", CUT, request=named()) == first
    assert await memory_store.load(key) == memory
    assert len(memory.fragments) == 2
    with pytest.raises(RequestKeyReused, match="'r'"):
        await edits.call(key, "fragment_context", CUT, request=named(asks="that"))


async def test_a_refused_call_can_be_made_again(edits: Edits, key: SessionKey) -> None:
    """A refusal keeps nothing, so the same request may succeed later."""
    fold = json.dumps({"start_marker": "The mill", "end_marker": "noon.", "num_fragments": 1})
    with pytest.raises(MarkerNotFound):
        await edits.call(key, "fragment_context", fold, request=named())
    await edits.append(key, [Message.user("The mill rests until noon.")])
    assert (await edits.call(key, "fragment_context", fold, request=named())).version == 3


async def test_a_summary_is_the_caller_s_or_the_engine_s(
    memory_store: RedisMemoryStore, edits: Edits, key: SessionKey
) -> None:
    """A summary by hand stands as it was written; without one the engine writes it, or says that it can't."""
    await edits.append(key, [Message.user("What comes next?")])  # so that the first message isn't pinned any more
    await edits.call(key, "fragment_context", CUT)
    ids = list((await memory_store.load(key)).fragments)
    arguments = [json.dumps({"fragment_id": id_, "focus": "hours"}) for id_ in ids]
    await edits.call(key, "summarize_fragment", arguments[0], summary="By hand.")
    with pytest.raises(SummaryFailed, match="reader"):
        await Edits(memory_store, ReaderEngine(), Registry()).call(key, "summarize_fragment", arguments[1])
    called = await edits.call(key, "summarize_fragment", arguments[1])
    assert isinstance(called, Called)
    fragments = (await memory_store.load(key)).fragments
    assert [fragments[id_].summary for id_ in ids] == ["By hand.", "Opening hours."]


async def test_a_summary_by_hand_is_never_taken_for_a_refusal(
    memory_store: RedisMemoryStore, edits: Edits, key: SessionKey
) -> None:
    """Words that would be an engine's refusal are refused from the engine, and kept from a person."""
    words = "Sorry, I can't say when."
    await edits.append(key, [Message.user("What comes next?")])
    await edits.call(key, "fragment_context", CUT)
    id_, *_ = (await memory_store.load(key)).fragments
    arguments = json.dumps({"fragment_id": id_, "focus": "hours"})
    refusing = Edits(memory_store, ScriptedEngine(lambda _: words), Registry())
    with pytest.raises(EmptySummary, match="reads as a refusal"):
        await refusing.call(key, "summarize_fragment", arguments)
    await refusing.call(key, "summarize_fragment", arguments, summary=words)
    assert (await memory_store.load(key)).fragments[id_].summary == words


async def test_a_running_turn_comes_first(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """While a turn runs, an edit is told so; afterwards it happens."""
    lease = await memory_store.acquire(key, 30.0)
    with pytest.raises(SessionBusy):
        await edits.append(key, [Message.user("more")])
    with pytest.raises(SessionBusy):
        await edits.delete(key)
    await memory_store.release(key, lease)
    await edits.delete(key, seen=Stamp(1), request=named())
    await edits.delete(key, seen=Stamp(1), request=named())
    with pytest.raises(UnknownSession):
        await edits.delete(key)
