"""A Redis that comes back from a crash without its last writes, and what processes then make of what they know."""

from collections.abc import Awaitable, Callable

import pytest
from tests.contracts.sessions import rich, said

from riffler.errors import VersionConflict
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory


async def kept(connection: RedisConnection, key: SessionKey) -> Callable[[], Awaitable[None]]:
    """Keep a session as it is in Redis; what is given puts it back, as a crash does that lost what came since."""
    names = session_keys(key)
    for name in names:
        await connection.run(lambda client, name=name: client.copy(name, f"{name}:kept", replace=True))  # type: ignore[misc]  # mypy can't infer a lambda's default

    async def back() -> None:
        await connection.run(lambda client: client.delete(*names))
        for name in names:
            await connection.run(lambda client, name=name: client.copy(f"{name}:kept", name))  # type: ignore[misc]  # mypy can't infer a lambda's default

    return back


async def wrote(store: RedisMemoryStore, key: SessionKey, messages: int, text: str) -> WorkingMemory:
    """Commit so many messages, each by itself."""
    memory = await store.load(key)
    for number in range(messages):
        memory = await store.commit(key, memory, [said(memory, f"{text} {number}")], "app")
    return memory


@pytest.mark.parametrize("begin", ["empty", "rich"])
@pytest.mark.parametrize(("lost", "new"), [(1, 1), (1, 2), (2, 1), (2, 3), (1, 5)])
async def test_nobody_reads_a_conversation_that_never_was(
    memory_connection: RedisConnection, session_key: SessionKey, begin: str, lost: int, new: int
) -> None:
    """Who knows what was lost reads what is there, whatever others wrote since, and in the history too."""
    here, there = RedisMemoryStore(memory_connection), RedisMemoryStore(memory_connection)
    if begin == "rich":
        await rich(here, session_key)
    else:
        await here.create(session_key)
    back = await kept(memory_connection, session_key)
    await wrote(here, session_key, lost, "lost")
    await back()
    memory = await wrote(there, session_key, new, "new")
    assert await here.load(session_key) == memory
    assert [record.version for record in await here.events(session_key)][-1] == memory.version


async def test_nothing_is_committed_to_what_was_lost(
    memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """A change that was made for a lost version conflicts with another one of the same number."""
    here, there = RedisMemoryStore(memory_connection), RedisMemoryStore(memory_connection)
    await here.create(session_key)
    back = await kept(memory_connection, session_key)
    seen = await wrote(here, session_key, 1, "lost")
    await back()
    memory = await wrote(there, session_key, 1, "new")
    assert (seen.version, seen.life) == (memory.version, memory.life)
    with pytest.raises(VersionConflict):
        await here.commit(session_key, seen, [said(seen, "late")], "app")
    assert await here.load(session_key) == memory
