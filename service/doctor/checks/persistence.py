"""What of an acknowledged change survives a crash of Redis: its settings beside what `durability` promises."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from riffler.errors import MemoryFailed
from riffler.service.doctor.check import Check
from riffler.service.doctor.finding import Finding
from riffler.service.doctor.subject import Subject

_SYNC = "appendfsync"
_CAN_LOSE = {"always": "loses nothing", "everysec": "loses up to two seconds", "no": "loses what wasn't on disk yet"}


async def _run(subject: Subject) -> list[Finding]:
    info: dict[str, Any] = await subject.connection.run(lambda client: client.info("persistence"))
    shown = await _shown(subject)
    strict = subject.settings.durability == "strict"
    return [*_log(info, shown, strict), *_broken(info)]


async def _shown(subject: Subject) -> Mapping[str, str]:
    """Read what only CONFIG shows; hosted servers often forbid it, and then nothing is known."""
    try:
        found: Any = await subject.connection.run(lambda client: client.config_get(_SYNC, "save"))
    except MemoryFailed:
        return {}
    return dict(found)


def _log(info: Mapping[str, Any], shown: Mapping[str, str], strict: bool) -> Iterator[Finding]:
    if not info.get("aof_enabled"):
        yield from _no_log(info, shown, strict)
        return
    sync = shown.get(_SYNC)
    measured: dict[str, float | str] = {} if sync is None else {_SYNC: sync}
    if sync is None:
        yield Finding(
            "fail" if strict else "warn",
            "append-only, but the server doesn't show how often it syncs",
            f"Let Riffler's user run CONFIG GET, or ask who runs the server: {_wanted(strict)}.",
        )
    elif strict and sync != "always":
        yield Finding(
            "fail",
            f"durability is strict, but `{_SYNC} {sync}` {_CAN_LOSE.get(sync, 'is unknown')} in a crash",
            f"Set `{_wanted(strict)}` on the server, or durability to `default`.",
            measured,
        )
    elif sync == "no":
        yield Finding("warn", f"`{_SYNC} no`: a crash {_CAN_LOSE[sync]}", f"Set `{_wanted(strict)}`.", measured)
    else:
        yield Finding("ok", f"append-only, `{_SYNC} {sync}`: a crash {_CAN_LOSE[sync]}", measured=measured)


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
    return f"{_SYNC} always" if strict else f"{_SYNC} everysec"


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


CHECK = Check("persistence", _run, needs="redis")
