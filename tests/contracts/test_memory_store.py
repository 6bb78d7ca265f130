"""What every `MemoryStore` holds, shown on a real server."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import groupby

import pytest
from tests.contracts.sessions import rich, said, until

from riffler.errors import (
    InvalidInput,
    LeaseLost,
    NotFound,
    RifflerError,
    SessionBusy,
    SessionExists,
    UnknownSession,
    VersionConflict,
)
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import Lease, SessionKey
from riffler.tools.events import Event, MessagesAppended
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message

RACERS = 20


async def test_a_new_session_is_empty(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """Created is loaded: version 0, and no history."""
    made = await memory_store.create(session_key)
    assert made == WorkingMemory() == await memory_store.load(session_key)
    assert await memory_store.events(session_key) == []


async def test_a_name_is_given_once(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """A second creation is refused and leaves the session as it was."""
    kept = await rich(memory_store, session_key)
    with pytest.raises(SessionExists):
        await memory_store.create(session_key)
    assert await memory_store.load(session_key) == kept


async def test_load_gives_what_the_last_commit_gave(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """Messages, fragments, states and hits come back as they were committed."""
    assert await rich(memory_store, session_key) == await memory_store.load(session_key)


@pytest.mark.parametrize("method", ["load", "events", "acquire", "delete", "commit"])
async def test_unknown_and_foreign_are_the_same(
    memory_store: RedisMemoryStore, session_key: SessionKey, method: str
) -> None:
    """A tenant can't tell another tenant's session from one that nobody has."""
    kept = await rich(memory_store, session_key)
    memory = WorkingMemory()

    async def attempt(key: SessionKey) -> RifflerError:
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "load": lambda: memory_store.load(key),
            "events": lambda: memory_store.events(key),
            "acquire": lambda: memory_store.acquire(key, 1.0),
            "delete": lambda: memory_store.delete(key),
            "commit": lambda: memory_store.commit(key, memory, [said(memory, "mine")], "app"),
        }
        with pytest.raises(NotFound) as caught:
            await calls[method]()
        return caught.value

    foreign = await attempt(replace(session_key, tenant=f"{session_key.tenant}-other"))
    nobodys = await attempt(SessionKey("a tenant without sessions", session_key.session))
    assert type(foreign) is type(nobodys) is UnknownSession
    assert str(foreign) == str(nobodys)
    assert await memory_store.load(session_key) == kept


async def test_one_of_many_writers_wins(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """Of N commits on one version exactly one wins, the rest conflict, and only the winner's event is kept."""
    memory = await memory_store.create(session_key)
    outcomes = await asyncio.gather(
        *(memory_store.commit(session_key, memory, [said(memory, f"{n}")], "app") for n in range(RACERS)),
        return_exceptions=True,
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, WorkingMemory)]
    assert len(won) == 1
    assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == RACERS - 1
    assert await memory_store.load(session_key) == won[0]
    assert [record.event for record in await memory_store.events(session_key)] == [
        said(memory, won[0].messages[0].text)
    ]


async def test_no_acknowledged_event_is_lost(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """Writers that load and try again after a conflict all get their events in, each exactly once."""
    await memory_store.create(session_key)

    async def write(text: str) -> None:
        while True:
            memory = await memory_store.load(session_key)
            try:
                await memory_store.commit(session_key, memory, [said(memory, text)], "app")
            except VersionConflict:
                continue
            return

    texts = [f"writer {number}" for number in range(RACERS)]
    await asyncio.gather(*(write(text) for text in texts))
    memory = await memory_store.load(session_key)
    assert memory.version == RACERS
    assert sorted(message.text for message in memory.messages) == sorted(texts)
    assert len(await memory_store.events(session_key)) == RACERS


async def test_reading_history_while_others_write(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """An event that is listed has its messages, also when it was committed while the history was read."""
    memory = await memory_store.create(session_key)

    async def write() -> None:
        nonlocal memory
        for number in range(60):
            memory = await memory_store.commit(session_key, memory, [said(memory, f"{number}")], "app")

    async def read() -> None:
        while not writing.done():
            for record in await memory_store.events(session_key):
                assert isinstance(record.event, MessagesAppended)
                assert len(record.event.messages) == 1

    writing = asyncio.create_task(write())
    await asyncio.gather(writing, *(read() for _ in range(4)))


async def test_replaying_the_events_gives_the_memory(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """Events, version by version, on an empty memory give what `load` gives; actors and times stand with them."""
    before_ms = time.time() * 1000
    memory = await rich(memory_store, session_key)
    records = await memory_store.events(session_key)
    replayed = WorkingMemory()
    for _, group in groupby(records, key=lambda record: record.version):
        replayed = replayed.commit([record.event for record in group])
    assert replayed == memory == await memory_store.load(session_key)
    assert [(record.version, record.actor) for record in records] == [
        (1, "app"),
        (2, "model"),
        (2, "model"),
        (3, "model"),
    ]
    assert all(abs(record.at_ms - before_ms) < 60_000 for record in records)


@pytest.mark.parametrize(
    ("after", "limit", "versions"),
    [((0, 0), 2, [1, 2]), ((1, 1), 1000, [2, 2, 3]), ((2, 1), 1000, [2, 3]), ((3, 1), 1000, [])],
)
async def test_history_can_be_read_in_parts(
    memory_store: RedisMemoryStore, session_key: SessionKey, after: tuple[int, int], limit: int, versions: list[int]
) -> None:
    """`after` and `limit` choose a stretch of the history."""
    await rich(memory_store, session_key)
    records = await memory_store.events(session_key, after, limit)
    assert [record.version for record in records] == versions


async def test_one_of_many_turns_gets_the_lease(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """Of N turns exactly one begins; the rest are told that the session is busy."""
    await memory_store.create(session_key)
    outcomes = await asyncio.gather(
        *(memory_store.acquire(session_key, 30.0) for _ in range(RACERS)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Lease) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SessionBusy) for outcome in outcomes) == RACERS - 1


async def test_only_the_turn_that_holds_the_lease_commits(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """While a turn runs, others can't commit or delete; the turn can, and afterwards everybody can."""
    memory = await memory_store.create(session_key)
    lease = await memory_store.acquire(session_key, 30.0)
    with pytest.raises(SessionBusy):
        await memory_store.commit(session_key, memory, [said(memory, "other")], "app")
    with pytest.raises(SessionBusy):
        await memory_store.delete(session_key)
    memory = await memory_store.commit(session_key, memory, [said(memory, "turn")], "model", lease)
    await memory_store.release(session_key, lease)
    memory = await memory_store.commit(session_key, memory, [said(memory, "other")], "app")
    assert [message.text for message in (await memory_store.load(session_key)).messages] == ["turn", "other"]


async def test_a_lease_frees_itself(memory_store: RedisMemoryStore, session_key: SessionKey) -> None:
    """After its time another turn begins; the first can't commit, renew, or take the second's lease away."""
    memory = await memory_store.create(session_key)
    lost = await memory_store.acquire(session_key, 0.05)
    second: list[Lease] = []

    async def acquired() -> bool:
        try:
            second.append(await memory_store.acquire(session_key, 30.0))
        except SessionBusy:
            return False
        return True

    await until(acquired)
    with pytest.raises(LeaseLost):
        await memory_store.commit(session_key, memory, [said(memory, "late")], "model", lost)
    with pytest.raises(LeaseLost):
        await memory_store.renew(session_key, lost, 30.0)
    await memory_store.release(session_key, lost)
    await memory_store.renew(session_key, second[0], 30.0)
    assert await memory_store.load(session_key) == memory


async def test_renewing_keeps_a_lease(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """`renew` counts the time anew, from now."""
    await memory_store.create(session_key)
    lease = await memory_store.acquire(session_key, 5.0)
    await memory_store.renew(session_key, lease, 50.0)
    left_ms = await memory_connection.run(lambda client: client.pttl(session_keys(session_key)[5]))
    assert 40_000 < left_ms <= 50_000


async def test_deleting_leaves_nothing(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """No key of the session is left, its name is free again, and a new session has nothing of the old one."""
    await rich(memory_store, session_key)
    keys = session_keys(session_key)
    assert await memory_connection.run(lambda client: client.exists(*keys)) == 6
    await memory_store.delete(session_key)
    assert await memory_connection.run(lambda client: client.exists(*keys[:-1])) == 0
    assert await memory_connection.run(lambda client: client.ttl(keys[-1])) > 0, "the note of the deletion ends"
    with pytest.raises(UnknownSession):
        await memory_store.load(session_key)
    assert await memory_store.create(session_key) == WorkingMemory() == await memory_store.load(session_key)


async def test_a_commit_whose_answer_was_lost_counts_once(
    memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """The same commit sent twice gives the same answer twice and one event; another one with its version conflicts."""
    store = RedisMemoryStore(memory_connection)
    memory = await store.create(session_key)
    message = f"a{Message.user('once').json}"
    event = '{"kind":"appended","first":0,"count":1,"origin":"app","asking":null}'
    rest = '{"asking":null,"rewrite":null,"taken":[]}'

    async def send(token: str) -> list[str]:
        arguments = ["0", "", token, "0", "app", rest, "", "", "1", "0", "0", "1", *[""] * 5, "9", "", message, event]
        reply: list[str] = await memory_connection.script(
            "riffler.service.memory", "lua/commit.lua", session_keys(session_key), arguments
        )
        return [str(part) for part in reply]

    assert [await send("one"), await send("one"), await send("two")] == [["ok", "1"], ["ok", "1"], ["conflict", "1"]]
    expected = memory.commit([said(memory, "once")])
    assert await store.load(session_key) == expected
    assert len(await store.events(session_key)) == 1


async def test_a_creation_whose_answer_was_lost_counts_once(
    memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """The same creation sent twice is one creation; another one finds that the session exists."""

    async def send(token: str) -> str:
        arguments = ["0", "", "commit", "0", "app", "{}", "life", token, "0", "0", "0", "0", *[""] * 5, "9", ""]
        reply: list[str] = await memory_connection.script(
            "riffler.service.memory", "lua/commit.lua", session_keys(session_key), arguments
        )
        return reply[0]

    assert [await send("one"), await send("one"), await send("two")] == ["ok", "again", "exists"]


async def test_a_commit_made_for_another_session_of_this_name_conflicts(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """What was read of a deleted session can't be committed to a new one of its name, though the versions agree."""
    memory = await memory_store.create(session_key)
    await memory_store.delete(session_key)
    other = await memory_store.create(session_key)
    with pytest.raises(VersionConflict):
        await memory_store.commit(session_key, memory, [said(memory, "late")], "app")
    assert (await memory_store.load(session_key)).life == other.life != memory.life


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SessionKey("a:b", "c"), SessionKey("a", "b:c")),
        (SessionKey("a/s/b", "c"), SessionKey("a", "b/s/c")),
        (SessionKey("a}", "{b"), SessionKey("a", "}{b")),
        (SessionKey("a%3Ab", "c"), SessionKey("a:b", "c")),
        (SessionKey("", "a"), SessionKey("a", "")),
    ],
)
async def test_texts_cannot_pass_for_each_other(
    memory_store: RedisMemoryStore, one: SessionKey, other: SessionKey
) -> None:
    """Whatever texts name them, two sessions are two, and each key has one hash tag, its session's."""
    assert not set(session_keys(one)) & set(session_keys(other))
    assert len({name[name.index("{") + 1 : name.index("}")] for name in session_keys(one)}) == 1
    assert all(name.count("{") == name.count("}") == 1 for name in (*session_keys(one), *session_keys(other)))
    memory = await memory_store.create(one)
    events: list[Event] = [said(memory, "of the one")]
    memory = await memory_store.commit(one, memory, events, "app")
    assert await memory_store.create(other) == WorkingMemory()
    assert await memory_store.load(one) == memory
    await memory_store.delete(one)
    await memory_store.delete(other)


@pytest.mark.parametrize("text", ["", "{}", "\x00\n\r", "Fährhafen ⚓ 港 🚢", "x" * 1_000_000])
async def test_any_text_comes_back(memory_store: RedisMemoryStore, session_key: SessionKey, text: str) -> None:
    """A message's text is given back character by character, a megabyte too."""
    memory = await memory_store.create(session_key)
    await memory_store.commit(session_key, memory, [said(memory, text)], "app")
    assert (await memory_store.load(session_key)).messages[0].text == text


async def test_closing_twice_is_safe(server_folder: object, memory_store: RedisMemoryStore) -> None:
    """`aclose` may be called again."""
    await memory_store.aclose()
    await memory_store.aclose()


@pytest.mark.parametrize("name", ["\udcff", "x" * 513])
def test_a_name_that_cannot_be_a_key_is_refused(name: str) -> None:
    """A name that isn't UTF-8, or is too long, is refused where it is made."""
    with pytest.raises(InvalidInput, match="session: expected a name"):
        SessionKey("t", name)
    with pytest.raises(InvalidInput, match="tenant: expected a name"):
        SessionKey(name, "s")
