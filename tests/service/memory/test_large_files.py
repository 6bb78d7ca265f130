"""Large sessions are exported in pieces and imported in batches, and still whole: all or none, as of one moment."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from tests.contracts.sessions import said
from tests.service.memory.test_files import exported, names, restored

from riffler.errors import MemoryUnavailable, UnknownSession
from riffler.service.memory import pieces, staging
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.files import SessionFiles
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey

ONE_CALL = 1024 * 1024
"""Arguments of a command that Redis takes."""
After = Callable[[str, Sequence[str]], Awaitable[None]]


class Meddled(RedisConnection):
    """A connection where something happens after each script."""

    def __init__(self, connection: RedisConnection, after: After) -> None:
        self._to, self._after = connection, after

    async def run(self, *arguments: Any, **named: Any) -> Any:
        """Run a command as it is."""
        return await self._to.run(*arguments, **named)

    async def script(
        self, package: str | None, file: str, keys: Sequence[str], arguments: Sequence[str], **named: Any
    ) -> Any:
        """Run a script, and what comes after."""
        said = await self._to.script(package, file, keys, arguments, **named)
        if package == "riffler.service.memory":
            await self._after(file, keys)
        return said


async def session(connection: RedisConnection, messages: int) -> SessionKey:
    """Make a session with so many messages, each with an event."""
    key, store = SessionKey(f"tenant-{secrets.token_hex(8)}", "pier"), RedisMemoryStore(connection)
    memory = await store.create(key)
    for number in range(messages):
        memory = await store.commit(key, memory, [said(memory, f"Ahoy {number}")], "app")
    return key


async def test_more_than_one_command_may_hold(memory_connection: RedisConnection) -> None:
    """A session with more values than Redis takes in one command is imported, and exported to the byte."""
    files = SessionFiles(memory_connection)
    *begin, event, _ = await exported(files, await session(memory_connection, 1))
    fields = [*json.loads(event)["fields"], *(f"more {number}" for number in range(54))]
    versions = ONE_CALL // len(fields) + 1
    begin[0] = json.dumps(json.loads(begin[0]) | {"version": versions})
    events = [json.dumps({"event": f"{number}-1", "fields": fields}) for number in range(1, versions + 1)]
    large = [*begin, *events, json.dumps({"end": len(begin) - 1 + len(events)})]
    other = f"tenant-{secrets.token_hex(8)}"
    (copy,) = await restored(files, other, large)
    assert await exported(files, copy) == large
    assert (await RedisMemoryStore(memory_connection).load(copy)).version == versions


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces and batches of two."""
    monkeypatch.setattr(pieces, "AT_ONCE", 2)
    monkeypatch.setattr(staging, "_MOST", 2)


@pytest.mark.usefixtures("small")
async def test_a_script_that_is_sent_twice_counts_once(memory_connection: RedisConnection) -> None:
    """An answer that was lost on its way changes nothing: each script may be sent again."""

    class Twice(Meddled):
        async def script(self, *arguments: Any, **named: Any) -> Any:
            await super().script(*arguments, **named)
            return await super().script(*arguments, **named)

    async def nothing(_file: str, _keys: Sequence[str]) -> None:
        pass

    lines = await exported(SessionFiles(memory_connection), await session(memory_connection, 7))
    twice, other = SessionFiles(Twice(memory_connection, nothing)), f"tenant-{secrets.token_hex(8)}"
    (copy,) = await restored(twice, other, lines)
    assert await exported(twice, copy) == lines
    assert len(await names(memory_connection, other)) == 4  # the list, state, messages and events: nothing staged


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ends", ["lost", "cancelled"])
async def test_an_import_that_ends_midway_leaves_nothing(memory_connection: RedisConnection, ends: str) -> None:
    """Where the store loses a batch, or who imports goes away, no session is there, nor any part of one."""
    seen: list[int] = []

    async def after(file: str, keys: Sequence[str]) -> None:
        if file == "lua/stage.lua" and not seen:
            seen.append(await memory_connection.run(lambda client: client.pttl(keys[0])))
            if ends == "lost":
                await memory_connection.run(lambda client: client.delete(keys[0]))
            else:
                raise asyncio.CancelledError

    lines = await exported(SessionFiles(memory_connection), await session(memory_connection, 7))
    other = f"tenant-{secrets.token_hex(8)}"
    with pytest.raises(MemoryUnavailable if ends == "lost" else asyncio.CancelledError):
        await restored(SessionFiles(Meddled(memory_connection, after)), other, lines)
    assert 0 < seen[0] <= 600_000  # should all else fail, it ends by itself
    store = RedisMemoryStore(memory_connection)
    with pytest.raises(UnknownSession):
        await store.load(SessionKey(other, "pier"))
    assert (await store.sessions(other)).sessions == []
    assert await names(memory_connection, other) == []
    await restored(SessionFiles(memory_connection), other, lines)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("changes", [0, 1, 100])
async def test_pieces_are_of_one_moment(memory_connection: RedisConnection, changes: int) -> None:
    """A session that changes while it is read is exported as it was at one moment, not partly as it was later."""
    key = await session(memory_connection, 7)
    store, left = RedisMemoryStore(memory_connection), [changes]
    moments = [await exported(SessionFiles(memory_connection), key)]

    async def after(file: str, _keys: Sequence[str]) -> None:
        if file == "lua/piece.lua" and left[0]:
            left[0] -= 1
            memory = await store.load(key)
            await store.commit(key, memory, [said(memory, "And more")], "app")
            moments.append(await exported(SessionFiles(memory_connection), key))

    assert await exported(SessionFiles(Meddled(memory_connection, after)), key) in moments
    assert len(moments) == 1 or len(moments[-1]) > len(moments[0])
    await store.delete(key)
    assert await SessionFiles(Meddled(memory_connection, after)).export(key) is None
