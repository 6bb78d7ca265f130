"""All that a tenant has, over HTTP by its own admin key: as a file, made again elsewhere, and gone."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.service.http.keyed import Keyed, bearer, keyed
from tests.service.http.own_redis import OwnRedis
from tests.service.http.test_tenant_deletion import everything, filled

from riffler.service.http.json_lines import MOST_LINE_VALUES

LINES = {"Content-Type": "application/jsonl"}


@pytest.fixture
async def service(redis: OwnRedis) -> AsyncIterator[Keyed]:
    """A service whose requests need a key."""
    async with keyed(redis, max_import_bytes=200_000) as made:
        yield made


async def told(service: Keyed, key: str, path: str) -> Any:
    """Read something."""
    return (await service.client.get(path, headers=bearer(key))).raise_for_status().json()


async def test_an_export_gives_everything_back(service: Keyed) -> None:
    """Sessions, decisions, rewards, turns and keys are in it; another tenant that imports it has the first three."""
    old, new = await filled(service, "quay"), await service.key("mole")
    client = service.client
    answer = (await client.get("/api/v1/tenant/export", headers=bearer(old))).raise_for_status()
    assert answer.headers["content-type"] == "application/jsonl"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    heads = [line.get("riffler") or line.get("format") for line in lines if "riffler" in line or "format" in line]
    sessions = [each["session"] for each in (await told(service, old, "/api/v1/sessions"))["items"]]
    assert heads == ["session"] * len(sessions) + ["riffler-decisions", "turns", "keys"]
    assert sum("turn" in line for line in lines) == len((await told(service, old, "/api/v1/turns"))["items"]) > 0
    assert old not in answer.text
    (kept,) = [line["key"] for line in lines if "key" in line]
    assert kept["id"] in old
    assert old.split("-")[2] not in answer.text

    made = await client.post("/api/v1/tenant/import", content=answer.content, headers=bearer(new) | LINES)
    read = made.raise_for_status().json()
    assert sorted(read["sessions"]) == sorted(sessions)
    turns = sum("turn" in line for line in lines)
    assert read["passed_over"] == turns + 1
    (policy,) = await told(service, old, "/api/v1/policies")
    assert read["policies"] == [
        {"digest": policy["digest"], "decisions": policy["decisions"], "rewards": policy["rewards"]}
    ]
    (learned,) = await told(service, new, "/api/v1/policies")
    assert learned["decisions"] == policy["decisions"] > 0
    for session in sessions:
        path = f"/api/v1/sessions/{session}/messages"
        assert await told(service, new, path) == await told(service, old, path)
    again = (await client.get("/api/v1/tenant/export", headers=bearer(new))).text.splitlines()
    said = [line for line in again if '"message"' in line or '"fragment"' in line or '"event"' in line]
    assert set(said) == {line for line in answer.text.splitlines() if line in set(said)} != set()


async def test_what_was_made_before_an_error_is_told(service: Keyed) -> None:
    """The problem says how many sessions stay, and where the part begins that can't be made."""
    old, new = await filled(service, "quay"), await service.key("mole")
    text = (await service.client.get("/api/v1/tenant/export", headers=bearer(old))).text
    part = text[: text.index('{"end"')] + '{"end": '
    first = next(line for line in text.splitlines() if '"end"' in line)
    session = text[: text.index(first) + len(first) + 1]

    async def post(content: str) -> Any:
        return await service.client.post("/api/v1/tenant/import", content=content, headers=bearer(new) | LINES)

    broken = await post(session + part)
    name = json.loads(text.splitlines()[0])["session"]
    assert broken.status_code == 422
    assert f"1 sessions before it were made, the last one '{name}'" in broken.json()["detail"]
    assert f"the part that begins at line {session.count(chr(10)) + 1}: line " in broken.json()["detail"]
    assert [each["session"] for each in (await told(service, new, "/api/v1/sessions"))["items"]] == [name]
    assert (await post(session)).status_code == 409
    for wrong in ("{}", "[]", "{", '{"riffler": "turns", "format": 2}', '{"riffler": "turns", "format": 1}', "\ud83d"):
        answer = await service.client.post(
            "/api/v1/tenant/import", content=wrong.encode("utf-8", "surrogatepass"), headers=bearer(new) | LINES
        )
        assert answer.status_code == 422, wrong
    large = await post("\n" * 200_001)
    assert large.status_code == 413
    assert "RIFFLER_MAX_IMPORT_BYTES" in large.json()["detail"]
    chunked = await service.client.post(
        "/api/v1/tenant/import", content=_pieces(b"\n" * 1000, 300), headers=bearer(new) | LINES
    )
    assert chunked.status_code == 413


async def test_what_would_fill_the_memory_is_refused(service: Keyed) -> None:
    """As a session is held whole: a line that is no part of one, or has values without end, ends the import at once.

    It isn't waited for the session's end, which these files don't have, and none is made.
    """
    new = await service.key("mole")
    head = json.dumps({"riffler": "session", "format": 1, "session": "pier", "version": 1, "base": 0, "rest": "{}"})
    dense = json.dumps({"message": "a{}", "origin": "app", "beside": [{}] * MOST_LINE_VALUES})
    for line, words in (("{}", "line 2: expected message, "), (dense, f"line 2: expected at most {MOST_LINE_VALUES} ")):
        content = f"{head}\n{line}\n" + "{}\n" * 1000
        refused = await service.client.post("/api/v1/tenant/import", content=content, headers=bearer(new) | LINES)
        assert refused.status_code == 422
        assert words in refused.json()["detail"]
    assert not (await told(service, new, "/api/v1/sessions"))["items"]


async def _pieces(piece: bytes, times: int) -> AsyncIterator[bytes]:
    for _ in range(times):
        yield piece


async def test_logs_of_policies_that_can_t_be_are_refused(service: Keyed) -> None:
    """A digest that isn't that of its policy, or a context vector that would take a gigabyte, makes no policy."""
    old, new = await filled(service, "quay"), await service.key("mole")
    text = (await service.client.get("/api/v1/tenant/export", headers=bearer(old))).text
    header = next(json.loads(line) for line in text.splitlines() if "riffler-decisions" in line)
    for change in ({"digest": "00000000"}, {"model": "another"}, {"dimension": 100_000}):
        log = f'{json.dumps(header | change)}\n{{"end":"riffler-decisions","rows":0}}\n'
        refused = await service.client.post("/api/v1/tenant/import", content=log, headers=bearer(new) | LINES)
        assert refused.status_code == 422, change
    cut = await service.client.post("/api/v1/tenant/import", content=json.dumps(header), headers=bearer(new) | LINES)
    assert cut.status_code == 422
    assert (await told(service, new, "/api/v1/policies"))[0]["decisions"] == 0


async def test_a_tenant_s_own_key_deletes_it(service: Keyed) -> None:
    """By its name and no other; nothing of it is left in Redis, its key opens nothing, and others stay as they are."""
    key, other = await filled(service, "quay"), await filled(service, "mole")
    client = service.client
    for name in ("mole", "", "quay "):
        refused = await client.delete("/api/v1/tenant", params={"tenant": name}, headers=bearer(key))
        assert refused.status_code == 422, name
    kept = {name for name in await everything(service) if "{mole/" in name}
    done = await client.delete("/api/v1/tenant", params={"tenant": "quay"}, headers=bearer(key))
    assert done.status_code == 204
    now = await everything(service)
    assert not [name for name in now if "{quay/" in name or key.split("-")[1] in name + now[name]]
    assert kept <= now.keys()
    assert (await client.get("/api/v1/sessions", headers=bearer(key))).status_code == 401
    assert (await client.get("/api/v1/sessions", headers=bearer(other))).status_code == 200


async def test_an_import_keeps_to_the_cap_of_sessions(redis: OwnRedis) -> None:
    """As many sessions are made as the tenant may have; the next one is refused, and those before it are told."""
    async with keyed(redis, tenant_sessions=3) as service:
        old, new = await service.key("quay"), await service.key("mole")
        for number in range(3):
            said = {"session": f"pier-{number}"}
            (await service.client.post("/api/v1/sessions", json=said, headers=bearer(old))).raise_for_status()
        text = (await service.client.get("/api/v1/tenant/export", headers=bearer(old))).text
        (await service.client.post("/api/v1/sessions", json={}, headers=bearer(new))).raise_for_status()
        refused = await service.client.post("/api/v1/tenant/import", content=text, headers=bearer(new) | LINES)
        assert refused.status_code == 429
        assert "2 sessions before it were made" in refused.json()["detail"]
        assert len((await told(service, new, "/api/v1/sessions"))["items"]) == 3
