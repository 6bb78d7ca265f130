"""What Redis' own figures say (INFO, and CONFIG where it may be read), and what to do about it. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from riffler.service.agent.health.finding import Finding

SYNC: Final = "appendfsync"
_CAN_LOSE = {"always": "loses nothing", "everysec": "loses up to two seconds", "no": "loses what wasn't on disk yet"}
_OLDEST = {"Redis": (6, 2), "Valkey": (7, 2)}
"""The oldest versions that the tests ran on."""
_FAR_MS = 5.0
"""A turn makes some ten round trips; at this length they begin to show beside a model's answer."""
_NEARLY_FULL = 0.9
_MIB = 1 << 20


def server_of(info: Mapping[str, Any]) -> tuple[str, str]:
    """Name a server.

    Args:
        info: INFO, with the section `server`.

    Returns:
        `Redis` or `Valkey`, and its version.
    """
    if "valkey_version" in info:
        return "Valkey", str(info["valkey_version"])
    return "Redis", str(info["redis_version"])


def about_server(info: Mapping[str, Any], ping_ms: float) -> Iterator[Finding]:
    """Find what is wrong with the server itself: its version, its role, how far it is.

    Args:
        info: INFO, with the sections `server` and `replication`.
        ping_ms: Time of a round trip.

    Yields:
        Findings; none where all is right.
    """
    yield from _too_old(*server_of(info))
    yield from _mode(info)
    yield from _role(info)
    yield from _distance(ping_ms)


def about_persistence(info: Mapping[str, Any], shown: Mapping[str, str], *, strict: bool) -> Iterator[Finding]:
    """Tell what of an acknowledged change survives a crash of the server.

    Args:
        info: INFO, with the section `persistence`.
        shown: What CONFIG shows of `appendfsync` and `save`; empty where it may not be read.
        strict: Whether the durability that is promised is `strict`.

    Yields:
        Findings, at least one.
    """
    yield from _log(info, shown, strict)
    yield from _broken(info)


def about_memory(info: Mapping[str, Any], session_ttl_s: float) -> Iterator[Finding]:
    """Tell whether the server may let keys vanish, or will refuse writes.

    Args:
        info: INFO, with the section `memory`.
        session_ttl_s: After how long unused sessions end; 0 is never.

    Yields:
        Findings, at least one.
    """
    found = [*_policy(info), *_room(info, session_ttl_s)]
    yield from found or [_fine(info)]


def _log(info: Mapping[str, Any], shown: Mapping[str, str], strict: bool) -> Iterator[Finding]:
    if not info.get("aof_enabled"):
        yield from _no_log(info, shown, strict)
        return
    sync = shown.get(SYNC)
    measured: dict[str, float | str] = {} if sync is None else {SYNC: sync}
    if sync is None:
        yield Finding(
            "fail" if strict else "warn",
            "append-only, but the server doesn't show how often it syncs",
            f"Let Riffler's user run CONFIG GET, or ask who runs the server: {_wanted(strict)}.",
        )
    elif strict and sync != "always":
        yield Finding(
            "fail",
            f"durability is strict, but `{SYNC} {sync}` {_CAN_LOSE.get(sync, 'is unknown')} in a crash",
            f"Set `{_wanted(strict)}` on the server, or durability to `default`.",
            measured,
        )
    elif sync == "no":
        yield Finding("warn", f"`{SYNC} no`: a crash {_CAN_LOSE[sync]}", f"Set `{_wanted(strict)}`.", measured)
    else:
        yield Finding("ok", f"append-only, `{SYNC} {sync}`: a crash {_CAN_LOSE[sync]}", measured=measured)


def _no_log(info: Mapping[str, Any], shown: Mapping[str, str], strict: bool) -> Iterator[Finding]:
    mend = f"Set `appendonly yes` and `{_wanted(strict)}` on the server, in its file too, so that a restart keeps them."
    if strict:
        yield Finding("fail", "durability is strict, but the server isn't append-only", mend)
    elif shown.get("save", "unknown"):
        age_s = max(0.0, time.time() - float(info.get("rdb_last_save_time", 0)))
        yield Finding(
            "warn",
            f"not append-only: a crash loses all since the last snapshot, {age_s:.0f} s ago",
            mend,
            {"last_save_age_s": age_s},
        )
    else:
        yield Finding("fail", "neither append-only nor snapshots: a restart loses every session", mend)


def _wanted(strict: bool) -> str:
    return f"{SYNC} always" if strict else f"{SYNC} everysec"


def _broken(info: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what the server itself reports as failed."""
    words = {
        "aof_last_write_status": "the last write to the append-only file failed",
        "aof_last_bgrewrite_status": "the last rewrite of the append-only file failed",
        "rdb_last_bgsave_status": "the last snapshot failed, and a server may refuse writes until one succeeds",
    }
    for key, said in words.items():
        if info.get(key, "ok") != "ok":
            yield Finding("fail", said, "Look for a full disk or missing rights in the server's log.")
    if info.get("loading"):
        yield Finding("warn", "the server is still loading its data", "Wait, and run this again.")


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
