"""On whose account it is counted what keys use, and that a rush, a new key or a long body evades none of it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.service.http.keyed import Keyed, bearer, keyed
from tests.service.http.own_redis import OwnRedis

from riffler.service.access.limits import KeyLimits, Limits, Quotas
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.access import Caller

READ = "/api/v1/tools"
ASK = {"question": "Where is the boat?"}
SESSION = "/api/v1/sessions/s"


@pytest.fixture
async def connection(redis: OwnRedis) -> AsyncIterator[RedisConnection]:
    """A connection to a server of this test."""
    made = RedisConnection(redis.url)
    yield made
    await made.aclose()


async def ask(service: Keyed, headers: dict[str, str]) -> httpx.Response:
    """Ask a question, which costs tokens."""
    return await service.client.post("/api/v1/ask", json=ASK, headers=headers)


async def append(service: Keyed, headers: dict[str, str], size: int) -> httpx.Response:
    """Send a message of about so many bytes."""
    body = {"messages": [{"role": "user", "content": "x" * size}]}
    return await service.client.post(f"{SESSION}/messages", json=body, headers=headers)


async def test_of_a_rush_one_gets_the_last_token(redis: OwnRedis) -> None:
    """Of twenty questions at once that find one token left, one is answered, and the others are refused."""
    async with keyed(redis, key_tokens_per_day=1, rewriting=False) as service:
        headers = await service.headers()
        answers = await asyncio.gather(*(ask(service, headers) for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [200] + [429] * 19
        assert all("RIFFLER_KEY_TOKENS_PER_DAY" in each.json()["detail"] for each in answers if each.status_code == 429)


@pytest.mark.parametrize("limits", [Limits(Quotas(tokens=1500)), Limits(tenant=Quotas(tokens=1500))])
async def test_what_runs_holds_what_it_may_take(connection: RedisConnection, limits: Limits) -> None:
    """Where those that run may use all that is left, the next waits a second; it goes on when one ends with less."""
    counted, caller = KeyLimits(connection, limits), Caller("t", frozenset(), "k")
    running = [await counted.take(caller, costs=True) for _ in range(2)]
    assert [each.refused for each in running] == [None, None]
    refused = await counted.take(caller, costs=True)
    assert refused.refused is not None
    assert (refused.refused[1], refused.retry_s) == ("running", 1)
    assert (await counted.take(caller)).refused is None  # what takes no tokens
    counted.owes(caller, tokens=10, hold=running[0].hold)
    last = await counted.take(caller, costs=True)
    assert (last.refused, last.rests[0].left) == (None, 1490)


async def test_a_long_request_holds_more(connection: RedisConnection) -> None:
    """A body is counted by its length before it is read."""
    counted, caller = KeyLimits(connection, Limits(Quotas(tokens=50_000))), Caller("t", frozenset(), "k")
    assert (await counted.take(caller, costs=True, body=400_000)).refused is None
    assert (await counted.take(caller, costs=True)).refused == ("key", "running")


async def test_bytes_of_a_day(redis: OwnRedis) -> None:
    """What would go over is refused before it is read; a smaller one isn't. Another key may."""
    async with keyed(redis, key_bytes_per_day=10_000) as service:
        headers = await service.headers()
        assert (await service.client.post("/api/v1/sessions", json={"session": "s"}, headers=headers)).is_success
        assert (await append(service, headers, 6000)).status_code == 200
        refused = await append(service, headers, 6000)
        assert refused.status_code == 429
        assert "RIFFLER_KEY_BYTES_PER_DAY" in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) > 0
        small = await append(service, headers, 1000)
        assert small.status_code == 200
        assert int(small.headers["ratelimit"].partition("r=")[2].partition(";")[0]) < 3000
        assert "retry-after" not in (await append(service, headers, 20_000)).headers  # no day is long enough
        assert (await service.client.get(READ, headers=headers)).status_code == 200
        assert (await append(service, await service.headers(), 6000)).status_code == 200


async def test_a_body_of_unknown_length_is_counted_as_it_comes(redis: OwnRedis) -> None:
    """It is ended where it goes over the limit, and what came of it counts."""
    async with keyed(redis, key_bytes_per_day=2_000_000) as service:
        headers = {**await service.headers(), "Content-Type": "application/json"}
        sent = 0

        async def parts() -> AsyncIterator[bytes]:
            nonlocal sent
            yield b'{"messages": [{"role": "user", "content": "'
            for _ in range(100):
                sent += 1
                yield b"x" * 100_000
            yield b'"}]}'

        refused = await service.client.post(f"{SESSION}/messages", content=parts(), headers=headers)
        assert refused.status_code == 429
        assert "RIFFLER_KEY_BYTES_PER_DAY" in refused.json()["detail"]
        left = (await service.client.get(READ, headers=headers)).headers["ratelimit"]
        assert left.startswith('"bytes";r=0;')


async def test_more_keys_have_no_more(redis: OwnRedis) -> None:
    """A tenant's limits are of all its keys together; another tenant has its own."""
    limits = {"tenant_requests_per_minute": 3, "tenant_tokens_per_day": 5, "key_requests_per_minute": 3}
    async with keyed(redis, rewriting=False, **limits) as service:
        keys = [await service.headers() for _ in range(4)]
        first = await ask(service, keys[0])
        assert first.status_code == 200
        assert first.headers["ratelimit-policy"].count("tenant-") == 2
        refused = await ask(service, keys[1])
        assert refused.status_code == 429
        assert "RIFFLER_TENANT_TOKENS_PER_DAY" in refused.json()["detail"]
        read = [(await service.client.get(READ, headers=key)).status_code for key in keys]
        assert read == [200, 200, 429, 429]
        assert (await ask(service, await service.headers("other"))).status_code == 200


async def test_a_key_in_another_s_place_goes_on_with_its_account(redis: OwnRedis) -> None:
    """Rotation, however often, gives nothing back."""
    async with keyed(redis, key_requests_per_minute=4) as service:
        admin, key = await service.headers(), await service.key()
        for _ in range(2):
            assert (await service.client.get(READ, headers=bearer(key))).status_code == 200
            rotated = await service.client.post(f"/api/v1/keys/{key.split('-')[1]}/rotate", json={}, headers=admin)
            assert rotated.is_success
            key = rotated.json()["key"]
        left = [(await service.client.get(READ, headers=bearer(key))).headers["ratelimit"] for _ in range(2)]
        assert [each.split(";")[1] for each in left] == ["r=1", "r=0"]
        assert (await service.client.get(READ, headers=bearer(key))).status_code == 429
