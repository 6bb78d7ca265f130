"""A tenant that is deleted leaves nothing: looked for in all of Redis, in names and in what stands under them."""

from typing import Any

import pytest
from tests.service.http.keyed import Keyed, bearer, keyed
from tests.service.http.own_redis import OwnRedis

from riffler.service.access.tenants import RedisTenants

SECRET = "anchor-under-the-plank"


async def filled(service: Keyed, tenant: str) -> str:
    """Give a tenant something of all that Riffler keeps; give its key."""
    key = await service.key(tenant)
    client, headers = service.client, bearer(key)
    said = {
        "session": f"s-{tenant}-1",
        "messages": [{"role": "user", "content": f"{tenant} {SECRET} lies here. It does."}],
    }
    path = f"/api/v1/sessions/s-{tenant}-1"
    (await client.post("/api/v1/sessions", json=said, headers=headers)).raise_for_status()
    searched = {"arguments": {"queries": [SECRET]}}
    await client.post(f"{path}/tools/find_in_context", json=searched, headers={**headers, "Idempotency-Key": tenant})
    answer = (await client.post(f"{path}/ask", json={"question": "Where?"}, headers=headers)).raise_for_status().json()
    await client.post(
        f"/api/v1/decisions/{answer['rewriting']['decision']}/reward", json={"reward": 1}, headers=headers
    )
    rewrite = {"query": f"Where is {SECRET}?"}
    await client.post("/api/v1/rewrites", json=rewrite, headers={**headers, "Idempotency-Key": f"r-{tenant}"})
    chat = {"model": "riffler", "messages": [{"role": "user", "content": f"{tenant} {SECRET}?"}]}
    (await client.post("/v1/chat/completions", json=chat, headers=headers)).raise_for_status()
    (await client.post(f"{path}/fork", json={}, headers=headers)).raise_for_status()
    await client.delete(path, headers=headers)
    return key


async def everything(service: Keyed) -> dict[str, str]:
    """Read all of Redis: names, and what stands under them."""
    read = {
        "string": "get",
        "hash": "hgetall",
        "list": "lrange",
        "set": "smembers",
        "zset": "zrange",
        "stream": "xrange",
    }

    async def look(client: Any) -> dict[str, str]:
        found = {}
        async for name in client.scan_iter("*"):
            command = read[await client.type(name)]
            found[name] = str(
                await getattr(client, command)(name, *((0, -1) if command in {"lrange", "zrange"} else ()))
            )
        return found

    found: dict[str, str] = await service.riffler._connection.run(look)
    return found


@pytest.mark.parametrize("name", ["harbour", "harbour.x", "a~b"])
async def test_nothing_of_it_is_left(redis: OwnRedis, name: str) -> None:
    """Neither under its name nor in what others have; tenants whose names begin or end as its name does stay whole."""
    near = [f"{name}x", f"x{name}"]
    async with keyed(redis, key_requests_per_minute=1000) as service:
        keys = {tenant: await filled(service, tenant) for tenant in (name, *near)}
        before = await everything(service)
        assert sum(f"{{{name}/" in each for each in before) > 10
        tenants = RedisTenants(service.riffler._connection)
        assert await tenants.lock_out(name) == 1
        assert await tenants.sweep(name) > 10
        after = await everything(service)
        id_ = keys[name].split("-")[1]
        for place, text in after.items():
            assert f"{{{name}/" not in place
            assert f'"{name}"' not in text, (place, text)
            assert f"{name} {SECRET}" not in f" {text}".replace(f"x{name}", ""), (place, text)
            assert id_ not in place + text, (place, text)
        kept = {place for place in before if any(f"{{{tenant}/" in place for tenant in near)}
        assert kept <= after.keys()
        for tenant in near:
            listed = await service.client.get("/api/v1/sessions", headers=bearer(keys[tenant]))
            assert len(listed.json()["items"]) >= 2
        service.riffler.access.ring.forget()
        assert (await service.client.get("/api/v1/sessions", headers=bearer(keys[name]))).status_code == 401
        assert await tenants.sweep(name) == 0
        assert await tenants.lock_out(name) == 0
