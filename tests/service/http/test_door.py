"""The door: who asks is told from the key, what it may do from its scopes, and nothing else from anything else."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from tests.service.http.keyed import Keyed, app_of, bearer, keyed
from tests.service.http.own_redis import OwnRedis
from tests.service.http.served import served

from riffler import AsyncClient
from riffler.errors import KeyRefused, ScopeMissing
from riffler.service.access.making import make_key
from riffler.service.access.ring import KNOWN_S
from riffler.service.app import Riffler
from riffler.service.http.door.needs import NEEDS, NOTHING
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.access import SCOPES
from riffler.service.settings import read_settings


@pytest.fixture
async def service(redis: OwnRedis) -> AsyncIterator[Keyed]:
    """A service whose requests need a key."""
    async with keyed(redis) as made:
        yield made


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Give method, path and description of each operation; `{...}` in the path are a name that nothing has."""
    return [
        (method.upper(), "/".join("nothing" if part[:1] == "{" else part for part in path.split("/")), operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


async def test_the_table_is_the_description_s(service: Keyed) -> None:
    """Each operation is in it, it has no other, and the description says of each what it takes."""
    described = {each["operationId"]: each for _, _, each in operations(app_of(service.riffler).openapi())}
    assert described.keys() == NEEDS.keys()
    for name, operation in described.items():
        needs = NEEDS[name]
        assert operation["security"] == ([{"bearer": list(needs.listed)}] if needs.scopes else []), name
        assert ({"401", "403"} <= operation["responses"].keys()) == (needs != NOTHING), name


async def test_no_operation_is_open(service: Keyed) -> None:
    """Without a key, with an unknown one, and with one that lacks any scope that the table names, each is refused.

    That is so before the body is looked at: none of these requests has one that would do.
    """
    description = app_of(service.riffler).openapi()
    lacking = {scope: await service.headers(scopes=[each for each in SCOPES if each != scope]) for scope in SCOPES}
    tried = 0
    for method, path, operation in operations(description):
        needs = NEEDS[operation["operationId"]]
        if needs is NOTHING:
            continue
        for headers in ({}, bearer("wrong"), bearer(f"rk-{'0' * 12}-{'0' * 48}")):
            refused = await service.client.request(method, path, headers=headers)
            assert refused.status_code == 401, path
            assert refused.headers["www-authenticate"].startswith('Bearer realm="riffler"'), path
            assert ('error="invalid_token"' in refused.headers["www-authenticate"]) == bool(headers)
        for scope in needs.listed:
            refused = await service.client.request(method, path, headers=lacking[scope])
            assert refused.status_code == 403, path
            asked = f'error="insufficient_scope", scope="{" ".join(needs.listed)}"'
            assert asked in refused.headers["www-authenticate"], path
            tried += 1
    assert tried > len(NEEDS)


async def test_with_its_scopes_each_comes_to_its_operation(service: Keyed) -> None:
    """A key that has what the table names, and no more, is never refused for it: what comes then is the operation's."""
    for method, path, operation in operations(app_of(service.riffler).openapi()):
        needs = NEEDS[operation["operationId"]]
        if operation["operationId"] == "listen":  # without an end
            continue
        headers = await service.headers(scopes=needs.listed) if needs.scopes else {}
        answer = await service.client.request(method, path, headers=headers)
        assert answer.status_code not in {401, 403, 500}, (path, answer.text)


async def test_what_is_refused_tells_nothing_of_keys(service: Keyed) -> None:
    """Unknown, expired and revoked keys get the same bytes, but for the request's id."""
    short, gone = await service.key(lifetime_s=0.01), await service.key()
    listed = await service.client.get("/api/v1/keys", headers=bearer(gone))
    mine = next(each for each in listed.json()["items"] if each["id"] == gone.split("-")[1])
    assert (await service.client.delete(f"/api/v1/keys/{mine['id']}", headers=bearer(gone))).status_code == 204
    await asyncio.sleep(0.05)
    said = set()
    for key in (short, gone, f"rk-{secrets.token_hex(6)}-{secrets.token_hex(24)}", "-", "x" * 3000, "ключ"):
        headers = {"Authorization": f"Bearer {key}".encode(), "X-Request-Id": "same"}
        answer = await service.client.get("/api/v1/sessions", headers=headers)
        said.add((answer.status_code, answer.content))
    assert len(said) == 1, said
    assert said.pop()[0] == 401


@pytest.mark.parametrize("given", ["Basic {}", "{}", "Token {}", "Bearer", "Bearer{}", "Bearer x {}"])
async def test_a_key_comes_in_one_way(service: Keyed, given: str) -> None:
    """As a bearer token of one header: in no other scheme, nor twice, nor in the query or the body."""
    key = await service.key()
    path = "/api/v1/sessions"
    for headers in ({"Authorization": given.format(key)}, {"Api-Key": key}, {"X-Api-Key": key}):
        assert (await service.client.get(path, headers=headers)).status_code == 401
    twice = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]
    assert (await service.client.get(path, headers=twice)).status_code == 401
    assert (await service.client.get(path, params={"api_key": key})).status_code == 401
    assert (await service.client.get(path, headers={"Authorization": f"bearer {key}"})).status_code == 200


async def test_errors_have_openai_s_shape_for_its_client(service: Keyed) -> None:
    """The official client, with a Riffler key as its own: an answer; its own errors where the key doesn't do."""
    async with openai.AsyncOpenAI(
        base_url=f"{service.client.base_url}/v1", api_key=await service.key(scopes=("write", "text")), max_retries=0
    ) as client:
        said = [{"role": "user", "content": "Where is the boat?"}]
        answer = await client.chat.completions.create(model="riffler", messages=said)  # type: ignore[arg-type]
        assert answer.choices[0].message.content == "It is in the harbour."
        with pytest.raises(openai.PermissionDeniedError) as lacks:
            await client.models.list()
        assert lacks.value.code == "scope_missing"
        wrong = client.with_options(api_key="sk-wrong")
        with pytest.raises(openai.AuthenticationError) as refused:
            await wrong.chat.completions.create(model="riffler", messages=said)  # type: ignore[arg-type]
        assert refused.value.code == "invalid_api_key"
        assert refused.value.type == "authentication_error"


async def test_the_client_raises_what_the_service_raised(service: Keyed) -> None:
    """A key that is refused is a `KeyRefused`, one that lacks a scope a `ScopeMissing`; neither is tried again."""
    address = str(service.client.base_url)
    async with AsyncClient(address, api_key=await service.key(scopes=("read",))) as client:
        assert [item async for item in client.sessions()] == []
        with pytest.raises(ScopeMissing, match="no scope write"):
            await client.ask("Where is the boat?")
    async with AsyncClient(address) as client:
        with pytest.raises(KeyRefused, match="a key is needed"):
            await client.policies()


async def test_what_is_revoked_elsewhere_is_refused_soon(service: Keyed, redis: OwnRedis) -> None:
    """Another process revokes a key: this one, which just used it, refuses it after two seconds at the latest."""
    key = await service.key()
    assert (await service.client.get("/api/v1/sessions", headers=bearer(key))).status_code == 200
    async with Riffler(read_settings(redis_url=redis.url)) as other:
        await other.access.keys.revoke("local", key.split("-")[1])
    await asyncio.sleep(KNOWN_S + 0.1)
    assert (await service.client.get("/api/v1/sessions", headers=bearer(key))).status_code == 401


async def test_who_listens_is_cut_off_with_its_key(service: Keyed) -> None:
    """A stream without an end ends within some seconds after its key is revoked; that of another key goes on."""
    mine, other = await service.key(), await service.key()

    async def listen(key: str, ended: asyncio.Event) -> None:
        async with service.client.stream("GET", "/api/v1/live", headers=bearer(key)) as stream:
            async for line in stream.aiter_lines():
                if line == "event: listening":
                    listening.release()
        ended.set()

    listening, ends = asyncio.Semaphore(0), (asyncio.Event(), asyncio.Event())
    tasks = [asyncio.create_task(listen(*each)) for each in zip((mine, other), ends, strict=True)]
    for _ in tasks:
        await asyncio.wait_for(listening.acquire(), 60)
    await service.riffler.access.keys.revoke("local", mine.split("-")[1])
    await asyncio.wait_for(ends[0].wait(), 30)
    assert not ends[1].is_set()
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_without_keys_it_is_open_until_there_is_one(redis: OwnRedis) -> None:
    """On the loopback, as long as there never was a key; the first one locks it, and its end doesn't open it again."""
    engine = ScriptedEngine(lambda _: "yes")
    async with Riffler(read_settings(redis_url=redis.url), engine=engine) as riffler, served(riffler) as client:
        assert (await client.get("/api/v1/sessions", headers=bearer("unused"))).status_code == 200
        made = (await client.post("/api/v1/keys", json={"scopes": ["admin"]})).json()
        assert (await client.get("/api/v1/sessions")).status_code == 401
        gone = await client.delete(f"/api/v1/keys/{made['id']}", headers=bearer(made["key"]))
        assert gone.status_code == 204
        await asyncio.sleep(KNOWN_S + 0.1)
        assert (await client.get("/api/v1/sessions")).status_code == 401


async def test_a_first_key_of_another_process_locks_it_soon(redis: OwnRedis) -> None:
    """After two seconds at the latest, also a service that answered nobody meanwhile."""
    engine = ScriptedEngine(lambda _: "yes")
    async with Riffler(read_settings(redis_url=redis.url), engine=engine) as riffler, served(riffler) as client:
        assert (await client.get("/api/v1/tools")).status_code == 200
        async with Riffler(read_settings(redis_url=redis.url)) as other:
            await Keyed(client, other).key()
        await asyncio.sleep(KNOWN_S + 0.1)
        assert (await client.get("/api/v1/tools")).status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "riffler.example"])  # noqa: S104 - never listened on
async def test_who_listens_to_others_is_never_open(redis: OwnRedis, host: str) -> None:
    """Where the settings name an address beyond the loopback, a request without a key is refused, key or none."""
    engine = ScriptedEngine(lambda _: "yes")
    settings = read_settings(redis_url=redis.url, host=host)
    async with Riffler(settings, engine=engine) as riffler, served(riffler) as client:
        assert (await client.get("/api/v1/tools")).status_code == 401
        assert (await client.get("/readyz")).status_code == 200


async def test_an_open_service_stays_so_through_an_outage(redis: OwnRedis) -> None:
    """Known to be open, it answers what needs no store; one that doesn't know yet answers nobody."""
    engine = ScriptedEngine(lambda _: "yes")
    async with Riffler(read_settings(redis_url=redis.url), engine=engine) as riffler, served(riffler) as client:
        assert (await client.get("/api/v1/tools")).status_code == 200
        redis.kill()
        await asyncio.sleep(KNOWN_S + 0.1)
        assert (await client.get("/api/v1/tools")).status_code == 200
    async with Riffler(read_settings(redis_url=redis.url), engine=engine) as riffler, served(riffler) as client:
        assert (await client.get("/api/v1/tools")).status_code == 503


async def test_a_key_that_cannot_be_looked_up_opens_nothing(service: Keyed, redis: OwnRedis) -> None:
    """Without its store a service with keys answers 503, after some seconds also to a key that it knew."""
    key = await service.key()
    assert (await service.client.get("/api/v1/tools", headers=bearer(key))).status_code == 200
    redis.kill()
    await asyncio.sleep(KNOWN_S + 0.1)
    assert (await service.client.get("/api/v1/tools", headers=bearer(key))).status_code == 503


async def test_keys_of_the_settings_may_do_all(redis: OwnRedis) -> None:
    """A hash in the settings locks the service at once, and lets its key do everything, also with an empty store."""
    made = make_key()
    engine = ScriptedEngine(lambda _: "yes")
    settings = read_settings(redis_url=redis.url, admin_keys=f"{'0' * 64}, {made.digest.upper()}")
    async with Riffler(settings, engine=engine) as riffler, served(riffler) as client:
        assert (await client.get("/api/v1/tools")).status_code == 401
        assert (await client.get("/api/v1/tools", headers=bearer(made.digest))).status_code == 401
        first = await client.post("/api/v1/keys", json={"scopes": ["read"]}, headers=bearer(made.text))
        assert (await client.get("/metrics", headers=bearer(first.json()["key"]))).status_code == 200


async def test_what_is_of_all_tenants_is_for_the_service_s_own(service: Keyed) -> None:
    """Metrics and the service's health are refused to a key of another tenant, whatever its scopes."""
    other = await service.headers("harbour")
    for path in ("/metrics", "/api/v1/health"):
        assert (await service.client.get(path, headers=other)).status_code == 403
        assert (await service.client.get(path, headers=await service.headers())).status_code == 200
    labels = (await service.client.get("/metrics", headers=await service.headers())).text
    assert "harbour" not in labels


async def test_a_page_s_files_and_the_description_need_none(service: Keyed) -> None:
    """They tell of nobody: the page asks for a key, and what a client is made of has none yet."""
    assert (await service.client.get("/openapi.json")).status_code == 200
    unknown = await service.client.get("/api/v1/nothing")
    assert unknown.status_code == 404
