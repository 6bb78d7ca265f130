"""MCP clients with keys: each call is paid by the key that it came with, and who listens is cut off with its key."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests.service.http.own_redis import OwnRedis
from tests.service.integrations.mcp_server.bench import TEXT, Bench, over_http, text_of

from riffler.service.access.making import make_key
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.access import SCOPES, KeyRecord
from riffler.service.ports.keys import spent_key

JSON = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
HANDSHAKE = "2025-11-25"
CLIENT = {"clientInfo": {"name": "t", "version": "1"}, "capabilities": {}, "protocolVersion": HANDSHAKE}
HELLO = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": CLIENT}


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A server of this test: one key locks all that stand on it."""
    with OwnRedis(tmp_path) as own:
        yield own


@asynccontextmanager
async def keyed(redis: OwnRedis, **settings: Any) -> AsyncIterator[Bench]:
    """Serve behind the door."""
    engine = ScriptedEngine(lambda _: "It opens.")
    async with over_http(redis.folder, engine=engine, gated=True, redis_url=redis.url, **settings) as bench:
        yield bench


async def key_of(bench: Bench, tenant: str = "") -> tuple[str, dict[str, str]]:
    """Make a key, of the server's own tenant if none is named; give its id and the header that sends it."""
    made = make_key()
    await bench.riffler.access.keys.add(made.digest, KeyRecord(made.id, tenant or bench.riffler.tenant, SCOPES), None)
    bench.riffler.access.ring.forget()
    return made.id, {"Authorization": f"Bearer {made.text}"}


async def spent(bench: Bench, id_: str) -> int:
    """Tell how many tokens were charged to a key, once there are some: they are counted after the answer."""
    name, used = spent_key(bench.riffler.tenant, id_), 0
    async with asyncio.timeout(10):
        while not used:
            said: Any = await bench.riffler._connection.run(lambda client: client.hget(name, "tokens"))
            used = int(said or 0)
            await asyncio.sleep(0.02)
    return used


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_call_is_paid_by_its_own_key(redis: OwnRedis, mode: str) -> None:
    """Where a client goes on with another key, as after a rotation, that one is charged from then on.

    A client's requests run in one task of the SDK's, which its first one began: the SDK runs each in its own context.
    """
    async with keyed(redis, key_tokens_per_day=1_000_000, rewriting=False, tools="paper") as bench:
        (first, begin), (second, go_on) = await key_of(bench), await key_of(bench)
        async with (
            httpx2.AsyncClient(headers={**begin, "X-Riffler-Session": "pier"}, timeout=60) as http,
            Client(streamable_http_client(bench.url, http_client=http), mode=mode) as client,
        ):
            await client.call_tool("add_text", {"text": TEXT})
            span = {"start_marker": "Section 0.", "end_marker": "Port 40 opens", "num_fragments": 4}
            text_of(await client.call_tool("fragment_context", span))
            await client.call_tool("summarize_fragment", {"fragment_id": "f00001", "focus": "ports"})
            mine = await spent(bench, first)
            http.headers.update(go_on)
            await client.call_tool("summarize_fragment", {"fragment_id": "f00002", "focus": "ports"})
            await client.list_tools()
            await spent(bench, second)
            assert await spent(bench, first) == mine


async def test_who_listens_is_cut_off_with_its_key(redis: OwnRedis) -> None:
    """A standing stream ends, in order, within seconds after its key was revoked; another key's goes on."""
    async with keyed(redis, rewriting=False) as bench, httpx.AsyncClient(timeout=30) as http:
        first, second = await key_of(bench), await key_of(bench)

        async def listened(headers: dict[str, str]) -> str:
            greeted = await http.post(bench.url, json=HELLO, headers={**JSON, **headers})
            sent = {**JSON, **headers, "mcp-session-id": greeted.headers["mcp-session-id"]}
            async with http.stream("GET", bench.url, headers={**sent, "mcp-protocol-version": HANDSHAKE}) as answer:
                assert answer.status_code == 200
                return (await answer.aread()).decode()

        ending, staying = (asyncio.create_task(listened(headers)) for _, headers in (first, second))
        await asyncio.sleep(0.5)
        await bench.riffler.access.keys.revoke(bench.riffler.tenant, first[0])
        await asyncio.wait_for(asyncio.shield(ending), timeout=15)
        await asyncio.sleep(2.5)
        assert not staying.done()
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)


async def test_another_tenant_s_key_opens_nothing(redis: OwnRedis) -> None:
    """Neither a handshake, nor a session that was begun with a good key, by its id: not to call, listen or end it."""
    async with keyed(redis, rewriting=False) as bench, httpx.AsyncClient(timeout=30) as http:
        (_, own), (_, foreign) = await key_of(bench), await key_of(bench, "mole")
        greeted = await http.post(bench.url, json=HELLO, headers={**JSON, **own})
        begun = {"mcp-session-id": greeted.headers["mcp-session-id"], "mcp-protocol-version": HANDSHAKE}
        call = {"name": "add_text", "arguments": {"text": TEXT}}
        add = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
        for method, body, more in (
            ("POST", HELLO, {}),
            ("POST", HELLO, {"X-Riffler-Session": "pier"}),
            ("POST", add, begun),
            ("GET", None, begun),
            ("DELETE", None, begun),
        ):
            for headers, status in ((foreign, 403), ({}, 401)):
                refused = await http.request(method, bench.url, json=body, headers={**JSON, **headers, **more})
                assert refused.status_code == status, (method, refused.text)
        assert await bench.sessions() == []
        answer = await http.post(bench.url, json=add, headers={**JSON, **own, **begun})
        assert answer.status_code == 200
        assert len(await bench.sessions()) == 1
