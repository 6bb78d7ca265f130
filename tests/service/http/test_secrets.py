"""Secrets are nowhere that anybody reads: marked ones are set, faults provoked, and every output is searched."""

import logging
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from tests.e2e.served import serving
from tests.service.http.keyed import bearer, keyed
from tests.service.http.own_redis import OwnRedis

from riffler.service.access.making import make_key
from riffler.service.access.ring import KeyRing
from riffler.service.memory.connection import RedisConnection
from riffler.service.settings import read_settings

UPSTREAM, PASSWORD = "sk-marked-upstream-7c1f", "marked-redis-9b2e"
PATHS = ("/metrics", "/api/v1/health", "/api/v1/engines", "/api/v1/keys", "/api/v1/sessions", "/openapi.json")


async def test_they_are_in_no_answer_and_no_log(redis: OwnRedis, caplog: pytest.LogCaptureFixture) -> None:
    """Keys that are right, wrong, put where they don't belong, or of another scope; the log has all that there is."""
    caplog.set_level(logging.DEBUG)
    async with keyed(redis, api_key=UPSTREAM) as service:
        client, key, reader = service.client, await service.key(), await service.key(scopes=("read",))
        wrong = make_key().text
        secrets = [key.rpartition("-")[2], reader.rpartition("-")[2], wrong, UPSTREAM]
        answers = [await client.get(path, headers=bearer(key)) for path in PATHS]
        for sent in (bearer(wrong), bearer(reader), {"X-Api-Key": key, "Authorization": f"Basic {wrong}"}):
            answers += [await client.post(path, json={}, headers=sent) for path in ("/api/v1/sessions", "/api/v1/keys")]
            answers.append(await client.post("/v1/chat/completions", json={}, headers=sent))
        odd = f"{key}\x00"
        answers.append(await client.delete(f"/api/v1/keys/{wrong}x", headers=bearer(key)))
        answers.append(await client.post(f"/api/v1/keys/{odd.strip(chr(0))[:15]}/rotate", json={}, headers=bearer(key)))
        redis.kill()
        service.riffler.access.ring.forget()
        answers.append(await client.get("/api/v1/sessions", headers=bearer(key)))
        assert {answer.status_code for answer in answers} >= {200, 401, 403, 503}
        # The test's own client writes the addresses that it asks for into its log.
        logged = [each.getMessage() for each in caplog.records if not each.name.startswith("http")]
        assert any("request failed" in line for line in logged)
        told = str(logged) + repr(service.riffler) + repr(service.riffler.access) + repr(service.riffler._settings)
        for secret in secrets:
            assert secret not in told
            for answer in answers:
                # A name that a client puts into the address is repeated to this client, as what isn't there.
                if secret == wrong and answer.request.url.path.startswith(f"/api/v1/keys/{wrong[:3]}"):
                    continue
                assert secret not in answer.text + str(answer.headers), answer.request.url


async def test_they_are_in_no_output_of_a_process(tmp_path: Path) -> None:
    """A service with passwords in its settings, one of them where it can't start: nothing that it says has one."""
    made = make_key()
    settings = {
        "engine": "openai",
        "base_url": "http://127.0.0.1:9/v1",
        "model": "m",
        "api_key": UPSTREAM,
        "admin_keys": made.digest,
        "log_level": "debug",
        "window_tokens": "4096",
    }
    texts = []
    with pytest.raises(AssertionError) as failed:
        async with serving(tmp_path, redis_url=f"nonsense://user:{PASSWORD}@127.0.0.1:9/0", **settings):
            pass
    texts.append(str(failed.value))
    async with serving(
        tmp_path, engine="reader", admin_keys=made.digest, api_key=UPSTREAM, log_level="debug"
    ) as served:
        for path in PATHS:
            for headers in ({}, bearer(made.text), bearer(UPSTREAM)):
                answer: httpx.Response = await served.client.get(path, headers=headers)
                texts.append(answer.text + str(answer.headers))
        await served.client.get(f"/api/v1/sessions?api_key={made.text}", headers={"Referer": f"http://x/{made.text}"})
        texts.append(served.errors.read_text("utf-8"))
    assert "request" in texts[-1]
    for text in texts:
        for secret in (UPSTREAM, PASSWORD, made.text):
            assert secret not in text


def test_they_cannot_be_printed() -> None:
    """Whatever holds one shows that it does, at most."""
    made = make_key()
    settings = read_settings(api_key=UPSTREAM, redis_url=f"redis://:{PASSWORD}@h/0", admin_keys=made.digest)
    connection = RedisConnection(f"redis://u:{PASSWORD}@h:1/0")
    for shown in (settings, connection, made, f"{made}", SecretStr(UPSTREAM), KeyRing.__doc__, settings.model_dump()):
        for secret in (UPSTREAM, PASSWORD, made.text):
            assert secret not in repr(shown)
            assert secret not in str(shown) or shown is made
