"""Redis or Valkey: is it there, which one, may it be written to, how far is it."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator, Mapping
from typing import Any

from riffler.service.doctor.check import Check
from riffler.service.doctor.finding import Finding
from riffler.service.doctor.subject import Subject

_OLDEST = {"Redis": (6, 2), "Valkey": (7, 2)}
"""The oldest versions that the tests ran on."""
_PINGS = 20
_FAR_MS = 5.0
"""A turn makes some ten round trips; at this length they begin to show beside a model's answer."""


async def _run(subject: Subject) -> list[Finding]:
    connection = subject.connection
    info: dict[str, Any] = await connection.run(lambda client: client.info("server"))
    role: dict[str, Any] = await connection.run(lambda client: client.info("replication"))
    ping_ms = await connection.run(_ping_ms)
    kind, version = ("Valkey", info["valkey_version"]) if "valkey_version" in info else ("Redis", info["redis_version"])
    where = "embedded" if subject.settings.redis_url is None else "of REDIS_URL"
    said = Finding(
        "ok",
        f"{kind} {version}, {where}, ping {ping_ms:.2f} ms (median of {_PINGS})",
        measured={"server": kind, "version": str(version), "ping_ms": ping_ms},
    )
    return [said, *_too_old(kind, str(version)), *_mode(info), *_role(role), *_distance(ping_ms)]


async def _ping_ms(client: Any) -> float:  # noqa: ANN401 - a client of `redis.asyncio`
    spent: list[float] = []
    for _ in range(_PINGS):
        began = time.perf_counter()
        await client.ping()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def _too_old(kind: str, version: str) -> Iterator[Finding]:
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < _OLDEST[kind]:
        wanted = ".".join(str(number) for number in _OLDEST[kind])
        yield Finding("fail", f"{kind} {version} is too old", f"Use {kind} {wanted} or newer.")


def _mode(info: Mapping[str, Any]) -> Iterator[Finding]:
    mode = info.get("redis_mode") or info.get("server_mode", "standalone")  # Valkey has its own name for it
    if mode == "sentinel":
        yield Finding("fail", "this is a Sentinel, which stores nothing", "Set REDIS_URL to the primary it watches.")
    elif mode == "cluster":
        yield Finding(
            "warn",
            "this is a node of a cluster, and Riffler talks to this one only",
            "Set REDIS_URL to a single server, or to a cluster whose one node has all slots.",
        )


def _role(role: Mapping[str, Any]) -> Iterator[Finding]:
    if role.get("role") in {"slave", "replica"}:
        yield Finding("fail", "this is a replica, which refuses writes or loses them", "Set REDIS_URL to the primary.")


def _distance(ping_ms: float) -> Iterator[Finding]:
    if ping_ms > _FAR_MS:
        yield Finding(
            "warn",
            f"a round trip takes {ping_ms:.1f} ms, and a turn makes several",
            "Put the server nearer, or look for what keeps it busy (SLOWLOG GET).",
        )


CHECK = Check("redis", _run, deadline_s=60.0)
