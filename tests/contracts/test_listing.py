"""A tenant's list of sessions, as every `MemoryStore` gives it, shown on a real server."""

import asyncio
import secrets

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.sessions import said

from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_index
from riffler.service.ports.memory import SessionKey, SessionSummary


def key_of(tenant: str, number: int) -> SessionKey:
    """Name a session of a tenant."""
    return SessionKey(tenant, f"s-{number}")


async def listed(store: RedisMemoryStore, tenant: str, limit: int) -> list[SessionSummary]:
    """Read a tenant's list page by page."""
    found: list[SessionSummary] = []
    before = None
    while True:
        page = await store.sessions(tenant, before, limit)
        assert len(page.sessions) <= limit
        found += page.sessions
        before = page.next
        if before is None:
            return found
        assert len(page.sessions) == limit, "none of these lists is long enough for less"


async def test_sessions_are_listed_newest_first(memory_store: RedisMemoryStore) -> None:
    """The list has each session that exists once, with its version and messages, and nothing of another tenant."""
    tenant, other = (f"tenant-{secrets.token_hex(8)}" for _ in range(2))
    for number in range(7):
        memory = await memory_store.create(key_of(tenant, number))
        for _ in range(number):
            memory = await memory_store.commit(key_of(tenant, number), memory, [said(memory, "more")], "app")
    await memory_store.create(key_of(other, 99))
    await memory_store.delete(key_of(tenant, 3))
    for limit in (1, 2, 3, 100):
        found = await listed(memory_store, tenant, limit)
        assert [summary.session for summary in found] == ["s-6", "s-5", "s-4", "s-2", "s-1", "s-0"]
        assert [(summary.version, summary.messages) for summary in found] == [(n, n) for n in (6, 5, 4, 2, 1, 0)]
        assert [summary.created_us for summary in found] == sorted((s.created_us for s in found), reverse=True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.integers(0, 3), min_size=1, max_size=12), limit=st.integers(1, 5))
async def test_sessions_of_one_moment_are_each_listed_once(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, moments: list[int], limit: int
) -> None:
    """Pages join to the whole list, whatever sessions share a microsecond."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    for number in range(len(moments)):
        await memory_store.create(key_of(tenant, number))
    scores = {f"s-{number}": 1000 + moment for number, moment in enumerate(moments)}
    await memory_connection.run(lambda client: client.zadd(session_index(tenant), scores))
    found = await listed(memory_store, tenant, limit)
    expected = sorted(((moment, name) for name, moment in scores.items()), reverse=True)
    assert [(summary.created_us, summary.session) for summary in found] == expected


async def test_a_session_made_again_is_listed_again(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection
) -> None:
    """Names that are gone leave the list when it is read, unless a session was made under them since."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    for number in range(3):
        await memory_store.create(key_of(tenant, number))
    first = (await listed(memory_store, tenant, 10))[-1].created_us
    await memory_store.delete(key_of(tenant, 0))
    await memory_store.delete(key_of(tenant, 1))
    await memory_store.create(key_of(tenant, 0))
    found = await listed(memory_store, tenant, 10)
    assert [summary.session for summary in found] == ["s-0", "s-2"]
    assert found[0].created_us > first
    assert await memory_connection.run(lambda client: client.zcard(session_index(tenant))) == 2


async def test_each_session_is_listed_whoever_reads_the_list_meanwhile(memory_store: RedisMemoryStore) -> None:
    """A name is on the list before its session is there, and a reader takes it off: in the end each one is listed."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    made = asyncio.gather(*(memory_store.create(key_of(tenant, number)) for number in range(300)))

    async def read() -> None:
        while not made.done():
            await memory_store.sessions(tenant)

    await asyncio.gather(made, *(read() for _ in range(10)))
    assert len(await listed(memory_store, tenant, 100)) == 300


async def test_deleting_takes_the_name_off_the_list(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, session_key: SessionKey
) -> None:
    """A deleted session costs the list's readers nothing, and its deletion made again leaves a new one there."""
    index = session_index(session_key.tenant)
    await memory_store.create(session_key)
    await memory_store.delete(session_key, token="mine")
    assert await memory_connection.run(lambda client: client.exists(index)) == 0
    await memory_store.create(session_key)
    await memory_store.delete(session_key, token="mine")
    assert [summary.session for summary in await listed(memory_store, session_key.tenant, 1)] == [session_key.session]


async def test_one_call_looks_at_so_many_names(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection
) -> None:
    """Over 12,000 names that are gone each call takes bounded work and leads on, and no session is missed."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    for number in range(2):
        await memory_store.create(key_of(tenant, number))
    scores = {f"gone-{number}": 1_000_000 + number for number in range(12_000)} | {"s-0": 1}
    await memory_connection.run(lambda client: client.zadd(session_index(tenant), scores))
    pages, before = list[list[str]](), None
    while before is not None or not pages:
        commands = await processed(memory_connection)
        page = await memory_store.sessions(tenant, before, 1)
        assert await processed(memory_connection) - commands < 12_000
        pages.append([summary.session for summary in page.sessions])
        before = page.next
    assert pages == [["s-1"], [], ["s-0"]]
    assert await memory_connection.run(lambda client: client.zcard(session_index(tenant))) == 2


async def processed(connection: RedisConnection) -> int:
    """How many commands the server has run so far, those of scripts too."""
    found: dict[str, int] = await connection.run(lambda client: client.info("stats"))
    return found["total_commands_processed"]
