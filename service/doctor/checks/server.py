"""Redis or Valkey: is it there, which one, may it be written to, how far is it."""

from __future__ import annotations

import statistics
import time
from typing import Any

from riffler.service.agent.health.finding import Finding
from riffler.service.agent.health.redis import about_server, server_of
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject

_PINGS = 20


async def _run(subject: Subject) -> list[Finding]:
    connection = subject.connection
    info: dict[str, Any] = await connection.run(lambda client: client.info("server"))
    role: dict[str, Any] = await connection.run(lambda client: client.info("replication"))
    ping_ms = await connection.run(_ping_ms)
    kind, version = server_of(info)
    where = "embedded" if subject.settings.redis_url is None else "of REDIS_URL"
    said = Finding(
        "ok",
        f"{kind} {version}, {where}, ping {ping_ms:.2f} ms (median of {_PINGS})",
        measured={"server": kind, "version": version, "ping_ms": ping_ms},
    )
    return [said, *about_server(info | role, ping_ms)]


async def _ping_ms(client: Any) -> float:  # noqa: ANN401 - a client of `redis.asyncio`
    spent: list[float] = []
    for _ in range(_PINGS):
        began = time.perf_counter()
        await client.ping()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


CHECK = Check("redis", _run, deadline_s=60.0)
