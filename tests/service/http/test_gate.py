"""The door before another app: nothing of a request comes to it without a key that does, and the rest does."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from tests.service.http.keyed import bearer
from tests.service.http.own_redis import OwnRedis

from riffler.service.access.limits import KeyLimits, Limits
from riffler.service.access.making import make_key
from riffler.service.access.ring import KeyRing
from riffler.service.access.store import RedisKeyStore
from riffler.service.http.door.gate import Gate
from riffler.service.http.door.needs import MCP
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.access import KeyRecord, Scope


@pytest.fixture
async def store(redis: OwnRedis) -> AsyncIterator[RedisKeyStore]:
    """An empty store."""
    connection = RedisConnection(redis.url)
    yield RedisKeyStore(connection)
    await connection.aclose()


async def test_only_who_has_a_key_comes_in(store: RedisKeyStore) -> None:
    """401, or 403 for one that lacks a scope or is of another tenant, before the app sees anything; else its answer."""
    came: list[str] = []

    async def answer(request: Request) -> PlainTextResponse:
        came.append(request.method)
        return PlainTextResponse("in")

    app = Starlette(routes=[Route("/mcp", answer, methods=["POST"])])
    ring = KeyRing(store, "local", may_be_open=False)
    gate = Gate(app, ring, KeyLimits(store._connection, Limits()), MCP, "local")

    async def key(tenant: str, *scopes: Scope) -> dict[str, str]:
        made = make_key()
        await store.add(made.digest, KeyRecord(made.id, tenant, scopes), None)
        return bearer(made.text)

    transport = httpx.ASGITransport(gate)
    async with httpx.AsyncClient(transport=transport, base_url="http://riffler") as client:
        for headers, status in [
            ({}, 401),
            (bearer("wrong"), 401),
            (await key("local", "read", "write"), 403),
            (await key("other", "read", "write", "text"), 403),
        ]:
            refused = await client.post("/mcp", headers=headers)
            assert (refused.status_code, came) == (status, [])
            assert refused.headers["www-authenticate"].startswith("Bearer")
        good = await key("local", "read", "write", "text")
        assert (await client.post("/mcp", headers=good)).text == "in"
