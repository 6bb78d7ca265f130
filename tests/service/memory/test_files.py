"""A session that was exported and imported is the same, to the byte; what is no export is refused whole."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidInput, SessionExists, UnknownVersion
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.files import SessionFiles
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys, tenant_pattern
from riffler.service.ports.memory import SessionKey
from riffler.service.settings import read_settings
from riffler.tools.messages import Message, read_messages

ODD = '{"content":"one 1.0 \\u00e9 é 🚤  \\n two","role":"user",  "n": 1.50, "nested": {"a": [1e2, null]}}'
Damage = Callable[[list[str]], list[str]]
TEXT = "The harbour opens at six.\n\nThe bakery opens at seven.\n\nThe boat is in the harbour."


@asynccontextmanager
async def editing(server_folder: Path) -> AsyncIterator[tuple[Riffler, SessionKey]]:
    """Make a session with odd messages, fragments, folds, a search, a rewrite and a question; with its Riffler."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    engine = ScriptedEngine(lambda _: "It is in the harbour.")
    async with Riffler(read_settings(data_folder=server_folder), tenant=tenant, engine=engine, seed=1) as riffler:
        key, _ = await riffler.edits.create(tenant, "pier", read_messages([{"role": "user", "content": TEXT}]))
        await riffler.edits.append(key, [Message(ODD)])
        await riffler.call("pier", "cut_context", json.dumps({"by": "paragraphs", "tokens": 20}))
        await riffler.ask("Where is the boat?", session="pier")
        await riffler.call("pier", "find_in_context", json.dumps({"queries": ["bakery"]}))
        await riffler.call("pier", "fold_fragments", json.dumps({"fragments": ["f00001"]}))
        yield riffler, key


@pytest.fixture
async def edited(server_folder: Path) -> AsyncIterator[tuple[Riffler, SessionKey]]:
    """Such a session of this test's own."""
    async with editing(server_folder) as made:
        yield made


async def raw(connection: RedisConnection, key: SessionKey) -> list[Any]:
    """Read what stands in Redis: messages, fragments, hits and events."""
    _, messages, fragments, hits, events, *_ = session_keys(key)

    async def look(client: Any) -> list[Any]:
        return [
            await client.lrange(messages, 0, -1),
            await client.hgetall(fragments),
            await client.hgetall(hits),
            await client.xrange(events),
        ]

    return await connection.run(look)


async def names(connection: RedisConnection, tenant: str) -> list[str]:
    """Give the names of all keys of Redis that a tenant has."""

    async def look(client: Any) -> list[str]:
        return [name async for name in client.scan_iter(tenant_pattern(tenant), count=1000)]

    return await connection.run(look)  # type: ignore[no-any-return]


async def exported(files: SessionFiles, key: SessionKey) -> list[str]:
    """Export a session that there is."""
    lines = await files.export(key)
    assert lines is not None
    return list(lines)


async def restored(files: SessionFiles, tenant: str, lines: Iterable[str], name: str | None = None) -> list[SessionKey]:
    """Import to the end."""
    return [key async for key in files.restore(tenant, lines, name)]


async def test_it_is_the_same_to_the_byte(edited: Any, memory_connection: RedisConnection) -> None:
    """Stored bytes, memory and past of a copy of another tenant are those of the original; both go on by themselves."""
    riffler, key = edited
    files = SessionFiles(memory_connection)
    lines = await exported(files, key)
    other = f"tenant-{secrets.token_hex(8)}"
    (copy,) = await restored(files, other, lines, "quay")
    assert copy == SessionKey(other, "quay")
    assert await raw(memory_connection, copy) == await raw(memory_connection, key)
    assert any(ODD in text for text in (await raw(memory_connection, copy))[0])
    store = RedisMemoryStore(memory_connection)
    one, two = await store.load(key), await store.load(copy)
    assert (one.version, one.entries, one.fragments, one.hits, one.asking, one.rewrite, one.taken) == (
        two.version, two.entries, two.fragments, two.hits, two.asking, two.rewrite, two.taken
    )  # fmt: skip
    assert one.life != two.life
    again = await exported(files, copy)
    assert again[1:] == lines[1:]
    async with Riffler(riffler._settings, tenant=other, engine=riffler.engine) as theirs:
        before, after = await riffler.memory("pier", 1), await theirs.memory("quay", 1)
        assert before.entries == after.entries
        pasts = [await riffler.history("pier", 100), await theirs.history("quay", 100)]
        assert pasts[0].versions == pasts[1].versions
        await theirs.ask("And the bakery?", session="quay")
    assert (await store.load(key)).version == one.version
    assert (await store.load(copy)).version > two.version
    with pytest.raises(UnknownVersion):
        await riffler.memory("pier", one.version + 1)


async def test_all_of_a_tenant(edited: Any, memory_connection: RedisConnection) -> None:
    """Several sessions stand in one file; made again where they are, the first that exists is told."""
    riffler, key = edited
    await riffler.fork("pier", name="mole")
    files = SessionFiles(memory_connection)
    lines = [line async for line in files.export_all(key.tenant)]
    other = f"tenant-{secrets.token_hex(8)}"
    made = await restored(files, other, lines)
    assert {each.session for each in made} == {"pier", "mole"}
    listed = await RedisMemoryStore(memory_connection).sessions(other)
    assert {each.session for each in listed.sessions} == {"pier", "mole"}
    with pytest.raises(SessionExists):
        await restored(files, other, lines)
    with pytest.raises(InvalidInput, match="several"):
        await restored(files, f"tenant-{secrets.token_hex(8)}", lines, "one")
    assert await files.export(SessionKey(other, "none")) is None


def _with(line: str, **fields: Any) -> str:
    """Change fields of a line."""
    return json.dumps(json.loads(line) | fields)


def _at_events(change: Callable[[list[str], list[str]], list[str]]) -> Damage:
    """Make a damage of what is to become of the lines before the first event and those from there on."""

    def damage(lines: list[str]) -> list[str]:
        place = next(place for place, line in enumerate(lines) if line.startswith('{"event"'))
        return change(lines[:place], lines[place:])

    return damage


HALF = json.dumps({"message": '{"role": "user", "content": "\ud83d"}', "origin": "app"})
BROKEN: dict[str, Damage] = {
    "cut": lambda lines: lines[:-1],
    "count": lambda lines: [*lines[:2], *lines[3:]],
    "header": lambda lines: lines[1:],
    "json": lambda lines: [*lines[:2], "{", *lines[3:]],
    "list": lambda lines: [*lines[:2], "[]", *lines[3:]],
}
FALSE: dict[str, Damage] = {
    "message": lambda lines: [lines[0], '{"message": "{", "origin": "app"}', *lines[2:]],
    "event": _at_events(lambda head, rest: [*head, '{"event": "1-1", "fields": ["event", "{}"]}', *rest[1:]]),
    "origin": lambda lines: [lines[0], lines[1].replace('"app"', '"nobody"'), *lines[2:]],
    "rest": lambda lines: [_with(lines[0], rest="{}"), *lines[1:]],
    "number": lambda lines: [lines[0], '{"message": 1, "origin": "app"}', *lines[2:]],
    "falling": _at_events(lambda head, rest: [*head, *rest[-2::-1], rest[-1]]),
    "twice": _at_events(lambda head, rest: [*head, rest[0], *rest[:-1], json.dumps({"end": len(head + rest) - 1})]),
    "later": lambda lines: [_with(lines[0], version=1), *lines[1:]],
    "fields": lambda lines: [*lines[:-2], _with(lines[-2], fields=json.loads(lines[-2])["fields"] * 10), lines[-1]],
    "half": lambda lines: [lines[0], HALF, *lines[2:]],
}


@pytest.fixture(scope="module")
def written(server_folder: Path) -> list[str]:
    """The export of such a session."""

    async def write() -> list[str]:
        connection = RedisConnection(embedded=EmbeddedServer(server_folder))
        try:
            async with editing(server_folder) as (_, key):
                return await exported(SessionFiles(connection), key)
        finally:
            await connection.aclose()

    with asyncio.Runner() as runner:
        return runner.run(write())


@pytest.mark.parametrize("name", [*BROKEN, *FALSE])
async def test_what_is_no_export_is_refused_whole(
    written: list[str], memory_connection: RedisConnection, name: str
) -> None:
    """A file that is cut off, or changed where it can be seen, makes no session; it is told which of the two."""
    damage, why = (BROKEN[name], "line") if name in BROKEN else (FALSE[name], "as an export writes it")
    files, other = SessionFiles(memory_connection), f"tenant-{secrets.token_hex(8)}"
    with pytest.raises(InvalidInput, match=why):
        await restored(files, other, damage(written))
    assert await names(memory_connection, other) == []


BAD_NAMES = ["../x y", "", "\x1b[2J", "pier\n", "x" * 201, None, 7]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
async def test_names_that_nobody_could_ask_for_are_refused(
    written: list[str], memory_connection: RedisConnection, name: Any
) -> None:
    """A session's name, in the file or given beside it, is one that HTTP reaches; else nothing is made."""
    files, other = SessionFiles(memory_connection), f"tenant-{secrets.token_hex(8)}"
    renamed = [json.dumps(json.loads(written[0]) | {"session": name}), *written[1:]]
    with pytest.raises(InvalidInput, match="session: expected a name") as refused:
        await restored(files, other, renamed)
    assert str(refused.value).isprintable()
    if isinstance(name, str):
        with pytest.raises(InvalidInput, match="session: expected a name"):
            await restored(files, other, written, name)
    assert (await RedisMemoryStore(memory_connection).sessions(other)).sessions == []
    assert [each.session for each in await restored(files, other, renamed, "quay")] == ["quay"]
