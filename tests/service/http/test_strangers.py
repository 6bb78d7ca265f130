"""Who has no key, and who has one of another tenant: what they can't learn of the service, or take from others."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from tests.service.http.keyed import bearer, keyed
from tests.service.http.own_redis import OwnRedis, service_on
from tests.service.http.test_live import Heard

from riffler.errors import EngineUnavailable, KeyRefused
from riffler.service.access.making import digest_of, make_key
from riffler.service.access.ring import KeyRing
from riffler.service.access.store import RedisKeyStore
from riffler.service.inference.registry import build_engine
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection

ADDRESS = "gpu-7.internal:8001"


class Away(ScriptedEngine):
    """An engine that can't be reached."""

    async def ready(self) -> None:
        """Say where it should be."""
        raise EngineUnavailable(f"http://{ADDRESS}/v1 can't be reached")


async def test_an_upstream_that_is_away_is_not_shown_where(redis: OwnRedis, caplog: pytest.LogCaptureFixture) -> None:
    """Another tenant hears that the model's server can't be reached, by each way to it; the log has where that is."""
    engine = build_engine("openai", model="m", base_url="http://127.0.0.1:9/inner/v1", max_retries=0)
    asked = {"question": "Where is the anchor that was lost?"}
    async with keyed(redis, engine=engine, policy="fixed:paraphrase", rewrites_by="engine") as service:
        client, headers = service.client, await service.headers("mole")
        said = {"session": "s", "messages": [{"role": "user", "content": "It lies here. " * 200}]}
        (await client.post("/api/v1/sessions", json=said, headers=headers)).raise_for_status()
        chat = {"model": "riffler", "messages": [{"role": "user", "content": asked["question"]}]}
        answers = [
            await client.post(path, json={**body, "stream": stream}, headers={**headers, **more})
            for stream in (False, True)
            for path, body, more in (
                ("/v1/chat/completions", chat, {}),
                ("/v1/chat/completions", chat, {"X-Riffler-Features": "off"}),
            )
        ]
        native = (("ask", asked), ("sessions/s/ask", asked), ("rewrites", {"query": asked["question"]}))
        answers += [await client.post(f"/api/v1/{path}", json=body, headers=headers) for path, body in native]
        streamed = {**headers, "Accept": "text/event-stream"}
        answers.append(await client.post("/api/v1/ask", json=asked, headers=streamed))
        for path in ("/v1/models", "/api/v1/turns", "/api/v1/decisions", "/api/v1/engines"):
            answers.append(await client.get(path, headers=headers))
    assert {each.status_code for each in answers} == {200, 503}
    assert "paraphrase failed: engine openai can't be reached" in answers[6].text
    for answer in answers:
        for text in ("127.0.0.1", "inner"):
            assert text not in answer.text, answer.request.url
    assert "http://127.0.0.1:9/inner/v1" in caplog.text


@pytest.mark.parametrize(
    "header", [{"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}, {"X-Real-IP": "192.0.2.7"}]
)
async def test_without_keys_nobody_comes_through_a_proxy(redis: OwnRedis, header: dict[str, str]) -> None:
    """A proxy on this machine makes the loopback everybody's: what it passes on is refused till there is a key."""
    async with service_on(redis.url, ScriptedEngine(lambda _: "Here.")) as (client, _):
        assert (await client.get("/api/v1/sessions")).status_code == 200
        refused = await client.get("/api/v1/sessions", headers=header)
        assert refused.status_code == 401
        assert "through a proxy" in refused.json()["detail"]
        assert "riffler keys create" in refused.json()["detail"]
        chat = {"model": "riffler", "messages": [{"role": "user", "content": "Where?"}]}
        told = await client.post("/v1/chat/completions", json=chat, headers=header)
        assert (told.status_code, told.json()["error"]["code"]) == (401, "invalid_api_key")
        assert (await client.get("/livez", headers=header)).status_code == 200
        made = await client.post("/api/v1/keys", json={"scopes": ["read"]})
        key = bearer(made.raise_for_status().json()["key"])
        assert (await client.get("/api/v1/sessions", headers=header | key)).status_code == 200


async def test_addresses_are_for_the_service_s_own(redis: OwnRedis) -> None:
    """Why the engine isn't ready is told to the service's own tenant; others, and who has no key, hear of what kind."""
    async with keyed(redis, engine=Away(lambda _: "")) as service:
        own, other = await service.headers("local"), await service.headers("mole")
        ready = await service.client.get("/readyz")
        assert (ready.status_code, ready.json()["failures"]) == (503, {"engine": "EngineUnavailable"})
        for headers, knows in ((own, True), (other, False)):
            shown = await service.client.get("/api/v1/engines", headers=headers)
            assert shown.json()[0]["failure"]
            assert (ADDRESS in shown.text) == knows
            async with service.client.stream("GET", "/api/v1/live", headers=headers) as stream:
                health = await Heard(stream.aiter_lines()).next("health")
            assert "engine" in health["failures"]
            assert (ADDRESS in str(health)) == knows


async def test_a_tenant_has_a_share_of_listeners(redis: OwnRedis) -> None:
    """As many pages as one tenant may have open leave room for another's."""
    async with keyed(redis) as service, AsyncExitStack() as open_:
        first, second = await service.headers("quay"), await service.headers("mole")
        for _ in range(16):
            await open_.enter_async_context(service.client.stream("GET", "/api/v1/live", headers=first))
        await asyncio.sleep(0.2)
        assert (await service.client.get("/api/v1/live", headers=first)).status_code == 503
        heard = await open_.enter_async_context(service.client.stream("GET", "/api/v1/live", headers=second))
        assert heard.status_code == 200


async def test_what_is_no_key_costs_the_store_nothing(memory_connection: RedisConnection) -> None:
    """A text that no key has the shape of is refused without a look; a key of the settings may have any shape."""
    looks = 0

    class Counted(RedisKeyStore):
        async def find(self, digest: str) -> None:
            nonlocal looks
            looks += 1

    ring = KeyRing(Counted(memory_connection), "local", [digest_of("of the settings")], may_be_open=False)
    for wrong in ("", "guess", "rk-", make_key().text[:-1], make_key().text + "0", make_key().text.upper()):
        with pytest.raises(KeyRefused):
            await ring.caller(wrong)
    assert looks == 0
    with pytest.raises(KeyRefused):
        await ring.caller(make_key().text)
    assert looks == 1
    assert (await ring.caller("of the settings")).tenant == "local"
