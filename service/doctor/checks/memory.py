"""Redis' memory: a server that evicts keys makes sessions vanish, and one that is full refuses writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from riffler.service.doctor.check import Check
from riffler.service.doctor.finding import Finding
from riffler.service.doctor.subject import Subject

_NEARLY_FULL = 0.9
_MIB = 1 << 20


async def _run(subject: Subject) -> list[Finding]:
    info: dict[str, Any] = await subject.connection.run(lambda client: client.info("memory"))
    found = [*_policy(info), *_room(info, subject.settings.session_ttl_s)]
    return found or [_fine(info)]


def _policy(info: Mapping[str, Any]) -> Iterator[Finding]:
    policy, limit = str(info.get("maxmemory_policy", "noeviction")), int(info.get("maxmemory", 0))
    if policy == "noeviction":
        return
    mend = "Set `maxmemory-policy noeviction`: writes are then refused when memory is full, and nothing vanishes."
    if limit:
        yield Finding("fail", f"`maxmemory-policy {policy}`: sessions vanish when memory is full", mend)
    else:
        yield Finding(
            "warn", f"`maxmemory-policy {policy}`: sessions would vanish as soon as somebody sets maxmemory", mend
        )


def _room(info: Mapping[str, Any], session_ttl_s: float) -> Iterator[Finding]:
    used, limit = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    if limit and used > _NEARLY_FULL * limit:
        ending = "" if session_ttl_s else ", or end unused sessions with RIFFLER_SESSION_TTL_S"
        yield Finding(
            "warn",
            f"{used / limit:.0%} of maxmemory is used ({used // _MIB} of {limit // _MIB} MiB); full, it refuses writes",
            f"Raise maxmemory{ending}.",
            {"used_bytes": used, "maxmemory_bytes": limit},
        )


def _fine(info: Mapping[str, Any]) -> Finding:
    used, limit = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    of = f"of {limit // _MIB} MiB" if limit else "without a limit"
    measured = {"used_bytes": used, "maxmemory_bytes": limit}
    return Finding("ok", f"noeviction, {used / _MIB:.1f} MiB used {of}", measured=measured)


CHECK = Check("memory", _run, needs="redis")
