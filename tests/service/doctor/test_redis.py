"""The checks of Redis, on real servers that are set up well and badly."""

import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import redis.asyncio as redis_asyncio

from riffler.service.agent.health.finding import Result
from riffler.service.doctor.checks import data_folder as folder_check
from riffler.service.doctor.checks import memory, persistence, scripts, server

REDIS = (server.CHECK, persistence.CHECK, memory.CHECK, scripts.CHECK, folder_check.CHECK)
Examined = Callable[..., Awaitable[dict[str, Result]]]
Serving = Callable[..., Awaitable[str]]


def levels(results: dict[str, Result]) -> dict[str, list[str]]:
    """Give the levels of each check."""
    return {name: [finding.level for finding in result.findings] for name, result in results.items()}


def words(result: Result) -> str:
    """Give all that a check said."""
    return " ".join(f"{finding.found} {finding.mend}" for finding in result.findings)


async def test_the_embedded_server_is_right(examined: Examined) -> None:
    """On the embedded server everything is right, and its version and distance are measured."""
    results = await examined(*REDIS)
    assert levels(results) == {check.name: ["ok"] for check in REDIS}
    assert results["redis"].findings[0].measured["server"] in {"Redis", "Valkey"}
    assert float(results["redis"].findings[0].measured["ping_ms"]) > 0
    assert "embedded" in words(results["redis"])


async def test_the_embedded_server_keeps_strict(examined: Examined) -> None:
    """With `strict` the embedded server syncs each write, and the check says that nothing is lost."""
    results = await examined(*REDIS, durability="strict")
    assert levels(results)["persistence"] == ["ok"]
    assert "loses nothing" in words(results["persistence"])


@pytest.mark.parametrize(
    ("options", "durability", "level", "said"),
    [
        (["--appendonly", "no", "--save", ""], "default", "fail", "loses every session"),
        (["--appendonly", "no", "--save", "3600 1"], "default", "warn", "since the last snapshot"),
        (["--appendonly", "no", "--save", "3600 1"], "strict", "fail", "isn't append-only"),
        (["--appendonly", "yes", "--appendfsync", "no"], "default", "warn", "appendfsync everysec"),
        (["--appendonly", "yes", "--appendfsync", "everysec"], "default", "ok", "up to two seconds"),
        (["--appendonly", "yes", "--appendfsync", "everysec"], "strict", "fail", "appendfsync always"),
        (["--appendonly", "yes", "--appendfsync", "always"], "strict", "ok", "loses nothing"),
    ],
)
async def test_persistence_is_held_against_durability(
    examined: Examined, serve: Serving, options: list[str], durability: str, level: str, said: str
) -> None:
    """What the server keeps in a crash is told, and is a failure when it is less than was promised."""
    results = await examined(*REDIS, redis_url=await serve(*options), durability=durability)
    assert levels(results)["persistence"] == [level]
    assert said in words(results["persistence"])
    assert levels(results)["redis"] == levels(results)["scripts"] == ["ok"]


@pytest.mark.parametrize(
    ("options", "level", "said"),
    [
        (["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"], "fail", "sessions vanish"),
        (["--maxmemory", "100mb", "--maxmemory-policy", "volatile-ttl"], "fail", "sessions vanish"),
        (["--maxmemory-policy", "allkeys-lru"], "warn", "would vanish"),
        (["--maxmemory", "1200kb", "--maxmemory-policy", "noeviction"], "warn", "of maxmemory is used"),
        (["--maxmemory", "100mb", "--maxmemory-policy", "noeviction"], "ok", "of 100 MiB"),
    ],
)
async def test_a_server_must_not_evict(
    examined: Examined, serve: Serving, options: list[str], level: str, said: str
) -> None:
    """Eviction makes sessions vanish: a failure where it can happen, a warning where it could."""
    results = await examined(server.CHECK, memory.CHECK, redis_url=await serve(*options))
    assert levels(results)["memory"] == [level]
    assert said in words(results["memory"])


async def test_an_unreachable_server_fails_once(examined: Examined) -> None:
    """Nobody on the port: one failure with a way to mend it; the checks that need the server are skipped."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        results = await examined(*REDIS, redis_url=f"redis://127.0.0.1:{port}")
    assert levels(results) == {check.name: ["fail" if check is server.CHECK else "skip"] for check in REDIS}
    assert "can't be reached" in words(results["redis"])
    assert "REDIS_URL" in results["redis"].findings[0].mend


async def test_a_url_that_is_none_fails_once(examined: Examined) -> None:
    """An address of another kind is a failure that names the setting."""
    results = await examined(*REDIS, redis_url="http://127.0.0.1")
    assert levels(results)["redis"] == ["fail"]
    assert "REDIS_URL" in words(results["redis"])


async def test_a_replica_is_refused(examined: Examined, serve: Serving) -> None:
    """A read-only replica answers, but keeps nothing: its role and the refused write are told."""
    results = await examined(*REDIS, redis_url=await serve("--replicaof", "127.0.0.1", "9"))
    assert levels(results)["redis"] == ["ok", "fail"]
    assert levels(results)["scripts"] == ["fail"]
    assert "primary" in words(results["redis"])


async def test_a_cluster_node_is_told(examined: Examined, serve: Serving) -> None:
    """A node of a cluster is a warning, and one without slots a failure of the write."""
    results = await examined(*REDIS, redis_url=await serve("--cluster-enabled", "yes"))
    assert levels(results)["redis"] == ["ok", "warn"]
    assert levels(results)["scripts"] == ["fail"]


@pytest.mark.parametrize(("durability", "level"), [("default", "warn"), ("strict", "fail")])
async def test_a_server_that_hides_its_settings(
    examined: Examined, serve: Serving, durability: str, level: str
) -> None:
    """Hosted servers forbid CONFIG: then how often they sync isn't known, which `strict` can't live with."""
    url = await serve("--appendonly", "yes", "--rename-command", "CONFIG", "")
    results = await examined(*REDIS, redis_url=url, durability=durability)
    assert levels(results)["persistence"] == [level]
    assert "doesn't show" in words(results["persistence"])


async def test_a_wrong_password_is_told_and_not_shown(examined: Examined, serve: Serving) -> None:
    """A server that refuses the password is one failure, which doesn't show it."""
    url = await serve("--requirepass", "right-and-secret")
    results = await examined(*REDIS, redis_url=url.replace("unix://", "unix://:wrong-and-secret@"))
    assert levels(results)["redis"] == ["fail"]
    assert "password" in results["redis"].findings[0].mend
    assert "secret" not in " ".join(words(result) for result in results.values())


async def test_nothing_is_left_behind(examined: Examined, serve: Serving) -> None:
    """A server of the operator's own has no more keys after all checks than before."""
    url = await serve()
    await examined(redis_url=url)
    async with redis_asyncio.Redis.from_url(url) as client:
        assert await client.dbsize() == 0


async def test_a_data_folder_that_is_a_file(examined: Examined, data_folder: Path) -> None:
    """A folder that can't be made is a failure that names it."""
    data_folder.write_text("a file")
    results = await examined(*REDIS)
    assert levels(results)["redis"] == ["fail"]
    assert str(data_folder) in words(results["redis"])
