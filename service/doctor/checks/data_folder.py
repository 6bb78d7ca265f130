"""The embedded server's folder: how much room its disk has."""

from __future__ import annotations

import shutil

from riffler.errors import MemoryUnavailable
from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject

_MIB = 1 << 20
_TOO_LITTLE_MIB = 100
_LITTLE_MIB = 1024


async def _run(subject: Subject) -> list[Finding]:
    folder = subject.settings.data_folder
    if subject.settings.redis_url is not None:
        return [Finding("skip", "not used: REDIS_URL names a server of your own")]
    try:
        free = shutil.disk_usage(folder).free // _MIB
    except OSError as exc:
        raise MemoryUnavailable(f"data folder {folder}: {exc.strerror}") from exc
    said, measured = f"{folder}: {free:,} MiB free", {"free_mib": free}
    mend = "Free some, or move the folder with RIFFLER_DATA_FOLDER: when the disk is full, writes are refused."
    if free < _LITTLE_MIB:
        return [Finding("fail" if free < _TOO_LITTLE_MIB else "warn", said, mend, measured)]
    return [Finding("ok", said, measured=measured)]


CHECK = Check("data folder", _run, needs="redis")
