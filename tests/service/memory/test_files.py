"""A session that was exported and imported is the same, to the byte; what is no export is refused whole."""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidInput, SessionExists, UnknownVersion
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.files import SessionFiles
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys, tenant_pattern
from riffler.service.ports.memory import SessionKey
from riffler.service.settings import read_settings
from riffler.tools.messages import Message, read_messages

ODD = '{"content":"one 1.0 \\u00e9 é 🚤  \\n two","role":"user",  "n": 1.50, "nested": {"a": [1e2, null]}}'
TEXT = "The harbour opens at six.\n\nThe bakery opens at seven.\n\nThe boat is in the harbour."


@pytest.fixture
async def edited(server_folder: Path) -> Any:
    """A session with odd messages, fragments, folds, a search, a rewrite and a question; with its Riffler."""
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


@pytest.mark.parametrize(
    "damage", ["cut", "count", "header", "message", "event", "origin", "rest", "number", "json", "list"]
)
async def test_what_is_no_export_is_refused_whole(edited: Any, memory_connection: RedisConnection, damage: str) -> None:
    """A file that is cut off, or changed where it can be seen, makes no session."""
    _, key = edited
    files, other = SessionFiles(memory_connection), f"tenant-{secrets.token_hex(8)}"
    lines = await exported(files, key)
    event = next(place for place, line in enumerate(lines) if line.startswith('{"event"'))
    last = json.loads(lines[-2])
    changed = {
        "cut": lines[:-1],
        "count": [*lines[:2], *lines[3:]],
        "header": lines[1:],
        "message": [lines[0], '{"message": "{", "origin": "app"}', *lines[2:]],
        "event": [*lines[:event], '{"event": "1-1", "fields": ["event", "{}"]}', *lines[event + 1 :]],
        "origin": [lines[0], lines[1].replace('"app"', '"nobody"'), *lines[2:]],
        "rest": [json.dumps(json.loads(lines[0]) | {"rest": "{}"}), *lines[1:]],
        "number": [lines[0], '{"message": 1, "origin": "app"}', *lines[2:]],
        "json": [*lines[:2], "{", *lines[3:]],
        "list": [*lines[:2], "[]", *lines[3:]],
        "falling": [*lines[:event], *lines[event:-1][::-1], lines[-1]],
        "twice": [*lines[:event], lines[event], *lines[event:-1], json.dumps({"end": len(lines) - 1})],
        "later": [json.dumps(json.loads(lines[0]) | {"version": 1}), *lines[1:]],
        "fields": [*lines[:-2], json.dumps(last | {"fields": last["fields"] * 10}), lines[-1]],
        "half": [
            lines[0],
            json.dumps({"message": '{"role": "user", "content": "\ud83d"}', "origin": "app"}),
            *lines[2:],
        ],
    }[damage]
    with pytest.raises(InvalidInput):
        await restored(files, other, changed)
    assert await names(memory_connection, other) == []


BAD_NAMES = ["../x y", "", "\x1b[2J", "pier\n", "x" * 201, None, 7]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
async def test_names_that_nobody_could_ask_for_are_refused(
    edited: Any, memory_connection: RedisConnection, name: Any
) -> None:
    """A session's name, in the file or given beside it, is one that HTTP reaches; else nothing is made."""
    _, key = edited
    files, other = SessionFiles(memory_connection), f"tenant-{secrets.token_hex(8)}"
    lines = await exported(files, key)
    renamed = [json.dumps(json.loads(lines[0]) | {"session": name}), *lines[1:]]
    with pytest.raises(InvalidInput, match="session: expected a name") as refused:
        await restored(files, other, renamed)
    assert str(refused.value).isprintable()
    if isinstance(name, str):
        with pytest.raises(InvalidInput, match="session: expected a name"):
            await restored(files, other, lines, name)
    assert (await RedisMemoryStore(memory_connection).sessions(other)).sessions == []
    assert [each.session for each in await restored(files, other, renamed, "quay")] == ["quay"]
