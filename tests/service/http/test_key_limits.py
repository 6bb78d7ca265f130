"""What a key may use: counted exactly, told in each answer, and refused with the time after which it is worth it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import pytest
from tests.service.http.keyed import Keyed, bearer, keyed
from tests.service.http.own_redis import OwnRedis

from riffler.service.access.limits import DAY_S, MINUTE_S, KeyLimits, Limits, Quotas
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.access import Caller
from riffler.service.ports.keys import spent_key

READ = "/api/v1/tools"
ASK = {"question": "Where is the boat?"}


@pytest.fixture
async def connection(redis: OwnRedis) -> AsyncIterator[RedisConnection]:
    """A connection to a server of this test."""
    made = RedisConnection(redis.url)
    yield made
    await made.aclose()


async def test_exactly_as_many_come_in(redis: OwnRedis) -> None:
    """Of thirty at once ten are answered, twenty refused; each is told what is left, and another key has its own."""
    async with keyed(redis, key_requests_per_minute=10) as service:
        headers = await service.headers()
        answers = await asyncio.gather(*(service.client.get(READ, headers=headers) for _ in range(30)))
        assert sorted(answer.status_code for answer in answers) == [200] * 10 + [429] * 20
        assert {answer.headers["ratelimit-policy"] for answer in answers} == {f'"requests";q=10;w={MINUTE_S}'}
        left = sorted(answer.headers["ratelimit"].split(";")[1] for answer in answers if answer.status_code == 200)
        assert left == [f"r={number}" for number in range(10)]
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["type"] == "urn:riffler:problem:limit-reached"
        assert 0 < int(refused.headers["retry-after"]) <= MINUTE_S
        assert (await service.client.get(READ, headers=await service.headers())).status_code == 200
        assert (await service.client.get("/readyz")).status_code == 200


async def test_a_window_ends(connection: RedisConnection) -> None:
    """When its time is over all is there again, and nothing is left in Redis when the longest has ended."""
    limits, caller = KeyLimits(connection, Limits(Quotas(requests=1))), Caller("t", frozenset(), "k")
    assert (await limits.take(caller)).refused is None
    assert (await limits.take(caller)).refused == ("key", "requests")
    name = spent_key("t", "k")
    await connection.run(lambda client: client.hset(name, "requests_until", 1))  # as a minute later
    assert (await limits.take(caller)).refused is None
    left_ms: Any = await connection.run(lambda client: client.pttl(name))
    assert 0 < left_ms <= DAY_S * 1000


async def test_tokens_of_a_day(redis: OwnRedis) -> None:
    """Those of a key's own questions count; over the limit it may read, and ask nothing more. Another key may."""
    async with keyed(redis, key_tokens_per_day=5) as service:
        headers = await service.headers()
        first = await service.client.post("/api/v1/ask", json=ASK, headers=headers)
        assert first.status_code == 200
        assert first.headers["ratelimit"].startswith('"tokens";r=5;')
        refused = await service.client.post("/api/v1/ask", json=ASK, headers=headers)
        assert refused.status_code == 429
        assert "RIFFLER_KEY_TOKENS_PER_DAY" in refused.json()["detail"]
        assert MINUTE_S < int(refused.headers["retry-after"]) <= DAY_S
        assert (await service.client.get(READ, headers=headers)).headers["ratelimit"].startswith('"tokens";r=0;')
        other = await service.client.post("/api/v1/ask", json=ASK, headers=await service.headers())
        assert other.status_code == 200


async def test_openai_s_client_is_refused_in_its_way(redis: OwnRedis) -> None:
    """A `RateLimitError`, in its API's shape."""
    async with keyed(redis, key_requests_per_minute=1) as service:
        key = await service.key()
        assert (await service.client.get(READ, headers=bearer(key))).status_code == 200
        base = f"{service.client.base_url}/v1"
        async with openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0) as client:
            with pytest.raises(openai.RateLimitError) as refused:
                await client.models.list()
            assert (refused.value.code, refused.value.type) == ("limit_reached", "rate_limit_error")


async def test_sessions_of_a_tenant(redis: OwnRedis) -> None:
    """One more than there may be is refused, with no time to wait; when one is deleted there is room again."""
    async with keyed(redis, tenant_sessions=2) as service:
        headers, path = await service.headers(), "/api/v1/sessions"
        for number in range(2):
            made = await service.client.post(path, json={"session": f"s{number}"}, headers=headers)
            assert made.status_code == 201
            assert "ratelimit" not in made.headers
        for asked in (path, "/api/v1/ask", f"{path}/s0/fork"):
            body = ASK if asked.endswith("ask") else {}
            refused = await service.client.post(asked, json=body, headers=headers)
            assert refused.status_code == 429, asked
            assert "retry-after" not in refused.headers
        assert (await service.client.post(f"{path}/s0/ask", json=ASK, headers=headers)).status_code == 200
        await service.client.delete(f"{path}/s1", headers=headers)
        assert (await service.client.post(path, json={}, headers=headers)).status_code == 201


async def test_the_limit_of_sessions_locks_no_conversation_out(redis: OwnRedis) -> None:
    """At the limit what is relayed, or goes on in a session, is answered; a new one isn't, and not tried again."""
    async with keyed(redis, tenant_sessions=2, rewriting=False) as service:
        headers, said = await service.headers(), [{"role": "user", "content": "Where is the boat?"}]

        async def complete(messages: list[dict[str, str]], **more: str) -> httpx.Response:
            body = {"model": "riffler", "messages": messages}
            return await service.client.post("/v1/chat/completions", json=body, headers={**headers, **more})

        assert (await complete(said)).status_code == 200
        assert (await complete(said, **{"X-Riffler-Session": "named"})).status_code == 200
        answer = {"role": "assistant", "content": "It is in the harbour."}
        further = [*said, answer, {"role": "user", "content": "And now?"}]
        for more in ({}, {"X-Riffler-Session": "named"}, {"X-Riffler-Features": "off"}):
            assert (await complete(further, **more)).status_code == 200, more
        new = [{"role": "user", "content": "Something else."}]
        for more in ({}, {"X-Riffler-Session": "other"}):
            refused = await complete(new, **more)
            assert (refused.status_code, refused.headers["x-should-retry"]) == (429, "false")
            assert "retry-after" not in refused.headers
            assert "RIFFLER_TENANT_SESSIONS" in refused.json()["error"]["message"]
        listed = await service.client.get("/api/v1/sessions", headers=headers)
        assert len(listed.json()["items"]) == 2


async def test_without_limits_nothing_is_counted(redis: OwnRedis) -> None:
    """They are off unless they are set: no field, and no key in Redis."""
    async with keyed(redis) as service:
        answer = await service.client.get(READ, headers=await service.headers())
        assert not [name for name in answer.headers if name.startswith("ratelimit")]
        names = await _names(service)
        assert names
        assert not [name for name in names if ":spent:" in name]


async def _names(service: Keyed) -> list[str]:
    names: list[str] = await service.riffler._connection.run(lambda client: client.keys("*"))
    return names
