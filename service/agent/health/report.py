"""How a service is: its Redis, its engine, what waits, and what its newest turns say.

It is told whatever is away: what can't be said then is null, and the reason stands beside it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from riffler.errors import MemoryFailed, RifflerError
from riffler.service.agent.health.finding import Finding
from riffler.service.agent.health.mending import mend
from riffler.service.agent.health.redis import SYNC, about_memory, about_persistence, about_server, server_of
from riffler.service.agent.health.request_figures import RequestFigures
from riffler.service.agent.health.turn_figures import TurnFigures, figures_of
from riffler.service.ports.engine import EngineInfo
from riffler.service.ports.server import Server, ServerState
from riffler.service.ports.turn_log import TurnLog

_PATIENCE_S: Final = 2.0
_READING_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class RedisHealth:
    """How Redis is.

    Attributes:
        up: Whether it answers.
        why: Why not; empty when it does.
        durability: What is promised of acknowledged changes, as configured.
        server: `Redis` or `Valkey`; empty when it doesn't answer, as is what follows.
        version: Its version.
        ping_ms: Time of a round trip, in milliseconds.
        uptime_s: How long it runs, in seconds.
        used_bytes: Memory that it uses.
        most_bytes: Memory that it may use; 0 is without a limit.
        append_only: Whether it keeps an append-only file.
        sync: How often that reaches the disk (`appendfsync`), as the server says; empty where it doesn't.
        keys: How many keys it has, of all tenants and others who use it.
        findings: What is amiss or worth knowing, with what to do about it.
    """

    up: bool
    why: str
    durability: str
    server: str = ""
    version: str = ""
    ping_ms: float | None = None
    uptime_s: int | None = None
    used_bytes: int | None = None
    most_bytes: int | None = None
    append_only: bool | None = None
    sync: str = ""
    keys: int | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """How the engine is.

    Attributes:
        name: The engine.
        model: Its model.
        ready: Whether it is loaded, or can be reached.
        why: Why not; empty when it is.
        mend: What to do then.
        window_tokens: How many tokens a request and its completion may have together.
        notice: What belongs under its answers; or empty.
    """

    name: str
    model: str
    ready: bool
    why: str
    mend: str
    window_tokens: int
    notice: str


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """What runs, and what waits.

    Attributes:
        turns: Turns that run now, in all processes of this service.
        audits: Audits that run or wait, in the process that answered.
        reports: Reports on logs that are made or wait, in the process that answered.
        listeners: Pages that listen for changes, in the process that answered.
        unrecorded: Turns and edits by hand that wait to be recorded until Redis is back, in all processes.
        lost: How many were lost since this service started, because too many waited, or a process stopped meanwhile.
    """

    turns: int
    audits: int
    reports: int
    listeners: int
    unrecorded: int
    lost: int


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How the service is.

    Attributes:
        level: The worst of all: `ok`, `warn` or `fail`. Errors of turns and of requests don't count, as
            they may be long past.
        redis: How Redis is.
        engine: How the engine is.
        queue: What runs, and what waits.
        turns: What the newest turns say; null when the turn log can't be read.
        turns_why: Why not; empty when it can.
        requests: How HTTP requests were answered, in all processes since this service started.
    """

    level: Literal["ok", "warn", "fail"]
    redis: RedisHealth
    engine: EngineHealth
    queue: QueueHealth
    turns: TurnFigures | None
    turns_why: str
    requests: RequestFigures


class HealthWatch:
    """Looks at a service.

    Args:
        server: Its Redis.
        log: Its turn log.
        durability: What is promised of acknowledged changes, as configured.
        session_ttl_s: After how long unused sessions end; 0 is never.
    """

    def __init__(self, server: Server, log: TurnLog, durability: str = "default", session_ttl_s: float = 0.0) -> None:
        self._server, self._log = server, log
        self._durability, self._session_ttl_s = durability, session_ttl_s

    async def redis(self) -> RedisHealth:
        """Look at Redis.

        Returns:
            How it is, also when it doesn't answer.
        """
        try:
            async with asyncio.timeout(_PATIENCE_S):
                state = await self._server.look(_PATIENCE_S)
        except TimeoutError:
            return self._away(
                f"no answer within {_PATIENCE_S:g} s", "Look for what keeps the server busy, or start it."
            )
        except RifflerError as exc:
            return self._away(str(exc), mend(exc))
        return self._redis(state)

    async def turns(self, tenant: str, limit: int, since_ms: int) -> tuple[TurnFigures | None, str]:
        """Look at the newest turns.

        Args:
            tenant: Whose.
            limit: Most records to look at.
            since_ms: Only those not older than this, in milliseconds since 1970.

        Returns:
            What they say, or None with the reason.
        """
        try:
            async with asyncio.timeout(_READING_S):
                records = await self._log.newest(tenant, limit + 1, since_ms=since_ms)
                return figures_of(records[:limit], whole=len(records) <= limit), ""
        except TimeoutError:
            return None, f"the turn log gives no answer within {_READING_S:g} s"
        except MemoryFailed as exc:
            return None, str(exc)

    def _away(self, why: str, what_to_do: str) -> RedisHealth:
        return RedisHealth(False, why, self._durability, findings=(Finding("fail", why, what_to_do),))

    def _redis(self, state: ServerState) -> RedisHealth:
        info = state.info
        kind, version = server_of(info)
        findings = (
            *about_server(info, state.ping_ms),
            *about_persistence(info, state.shown, strict=self._durability == "strict"),
            *about_memory(info, self._session_ttl_s),
        )
        return RedisHealth(
            True,
            "",
            self._durability,
            kind,
            version,
            round(state.ping_ms, 3),
            int(info.get("uptime_in_seconds", 0)),
            int(info.get("used_memory", 0)),
            int(info.get("maxmemory", 0)),
            bool(info.get("aof_enabled")),
            str(state.shown.get(SYNC, "")),
            _keys(info),
            findings,
        )


def engine_health(info: EngineInfo, failure: tuple[str, str]) -> EngineHealth:
    """Say how an engine is.

    Args:
        info: What it is.
        failure: Why it isn't ready, and what to do; both empty when it is.

    Returns:
        How it is.
    """
    why, what_to_do = failure
    return EngineHealth(info.name, info.model, not why, why, what_to_do, info.window_tokens, info.notice)


def report_of(
    redis: RedisHealth,
    engine: EngineHealth,
    queue: QueueHealth,
    turns: tuple[TurnFigures | None, str],
    requests: RequestFigures,
) -> HealthReport:
    """Put a report together.

    Args:
        redis: How Redis is.
        engine: How the engine is.
        queue: What runs, and what waits.
        turns: What the newest turns say, and why nothing where they can't be read.
        requests: How requests were answered.

    Returns:
        The report.
    """
    levels = {finding.level for finding in redis.findings}
    level: Literal["ok", "warn", "fail"] = "warn" if "warn" in levels or turns[0] is None else "ok"
    if "fail" in levels or not engine.ready:
        level = "fail"
    return HealthReport(level, redis, engine, queue, *turns, requests)


def _keys(info: Mapping[str, Any]) -> int:
    """Count keys: INFO has a line for each database that has any."""
    return sum(value["keys"] for name, value in info.items() if re.fullmatch(r"db\d+", name))
