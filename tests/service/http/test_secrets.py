"""Secrets are nowhere that anybody reads: marked ones are set, faults provoked, and every output is searched."""

import logging
import traceback
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from tests.e2e.served import serving
from tests.service.http.keyed import bearer, keyed
from tests.service.http.own_redis import OwnRedis

from riffler.errors import RifflerError
from riffler.service.access.making import make_key
from riffler.service.access.ring import KeyRing
from riffler.service.app import Riffler
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.registry import EngineSettings, build_engine
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.settings import read_settings

UPSTREAM, PASSWORD, WEB = "sk-marked-upstream-7c1f", "marked-redis-9b2e", "marked-web-55d0"
SECRETS = (UPSTREAM, PASSWORD, WEB)
CHAT = {"model": "m", "messages": [{"role": "user", "content": "When does the harbour open?"}]}
OWN_LOGS = ("httpx", "httpcore")
"""Of the test's own client: it writes the addresses that it asks for into its log."""
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
        logged = [each.getMessage() for each in caplog.records if each.name.partition(".")[0] not in OWN_LOGS]
        assert any("request failed" in line for line in logged)
        told = str(logged) + repr(service.riffler) + repr(service.riffler.access) + repr(service.riffler._settings)
        for secret in secrets:
            assert secret not in told
            for answer in answers:
                # A name that a client puts into the address is repeated to this client, as what isn't there.
                if secret == wrong and answer.request.url.path.startswith(f"/api/v1/keys/{wrong[:3]}"):
                    continue
                assert secret not in answer.text + str(answer.headers), answer.request.url


def repeating(*secrets: str) -> list[Fault]:
    """Make faults of a server that repeats secrets, for three requests."""
    said, headers = " and ".join(secrets), {"x-ratelimit-key": secrets[0]}
    return [
        Fault("status", status=401, message=f"wrong: {said}", headers=headers),
        Fault("status", status=500, message=f"odd: {said}", headers=headers),
        Fault("error_event", status=500, message=f"broken: {said}"),
    ]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("features", ["off", "on"])
@pytest.mark.parametrize("way", ["a key", "a password in the address"])
async def test_a_server_that_repeats_what_it_was_sent(
    redis: OwnRedis, caplog: pytest.LogCaptureFixture, way: str, features: str, stream: bool
) -> None:
    """The model's server gets the secret, and tells it in its errors: no answer and no log has it from there."""
    caplog.set_level(logging.DEBUG)
    secret = UPSTREAM if way == "a key" else WEB
    async with LocalApi(lambda _: "word " * 9, model="m", faults=repeating(secret)) as api:
        address = api.base_url.replace("//", f"//user:{WEB}@") if secret == WEB else api.base_url
        engine = build_engine("openai", model="m", base_url=address, api_key=secret, max_retries=0)
        async with keyed(redis, engine=engine, rewriting=False) as service:
            headers = await service.headers() | ({"X-Riffler-Features": "off"} if features == "off" else {})
            answers = [
                await service.client.post("/v1/chat/completions", json={**CHAT, "stream": stream}, headers=headers)
                for _ in range(3)
            ]
        assert all(received.headers["authorization"] for received in api.received)
        assert len(api.received) == 3
    assert [each.status_code for each in answers[:2]] == [401, 500]
    assert all("***" in each.text for each in answers)
    # What these libraries log, a process of Riffler's own keeps out: see the test of one.
    libraries = (*OWN_LOGS, "httpx2", "httpcore2", "openai")
    logged = str([each.getMessage() for each in caplog.records if each.name.partition(".")[0] not in libraries])
    for told in (logged, *(each.text + str(each.headers) for each in answers)):
        assert secret not in told


async def test_a_redis_that_refuses_its_password(redis: OwnRedis, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is said of it, the password isn't."""
    caplog.set_level(logging.DEBUG)
    settings = read_settings(redis_url=redis.url.replace("//", f"//user:{PASSWORD}@"))
    with pytest.raises(RifflerError) as caught:
        async with Riffler(settings, engine=ScriptedEngine(lambda _: "word")) as riffler:
            await riffler.memory("harbour")
    assert PASSWORD not in "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text


async def test_they_are_in_no_log_of_a_service_that_asks_a_server(tmp_path: Path) -> None:
    """With everything logged: no address of a request with what stands in it, and no text of a user."""
    async with LocalApi(lambda _: "At six.", model="m", faults=[None, *repeating(UPSTREAM, WEB)]) as api:
        address = api.base_url.replace("//", f"//user:{WEB}@")
        async with serving(
            tmp_path, engine="openai", base_url=address, model="m", api_key=UPSTREAM, log_level="debug"
        ) as served:
            for _ in range(4):
                await served.client.post("/v1/chat/completions", json=CHAT)
            assert api.received
            logged = served.errors.read_text("utf-8")
    assert "riffler" in logged
    for text in (*SECRETS, "HTTP Request", "harbour"):
        assert text not in logged


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
    address = f"http://user:{WEB}@127.0.0.1:9/v1"
    settings = read_settings(
        api_key=UPSTREAM, redis_url=f"redis://:{PASSWORD}@h/0", admin_keys=made.digest, base_url=address
    )
    engine = build_engine("openai", model="m", base_url=address, api_key=UPSTREAM)
    connection = RedisConnection(f"redis://u:{PASSWORD}@h:1/0")
    dumped = settings.model_dump(exclude={"base_url"})
    held = (settings, connection, engine, EngineSettings(base_url=address, api_key=SecretStr(UPSTREAM)))
    for shown in (*held, made, f"{made}", SecretStr(UPSTREAM), KeyRing.__doc__, dumped):
        for secret in (*SECRETS, made.text):
            assert secret not in repr(shown)
            assert secret not in str(shown) or shown is made
