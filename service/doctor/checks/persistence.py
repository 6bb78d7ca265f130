"""What of an acknowledged change survives a crash of Redis: its settings beside what `durability` promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riffler.errors import MemoryFailed
from riffler.service.agent.health.finding import Finding
from riffler.service.agent.health.redis import SYNC, about_persistence
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject


async def _run(subject: Subject) -> list[Finding]:
    info: dict[str, Any] = await subject.connection.run(lambda client: client.info("persistence"))
    shown = await _shown(subject)
    return list(about_persistence(info, shown, strict=subject.settings.durability == "strict"))


async def _shown(subject: Subject) -> Mapping[str, str]:
    """Read what only CONFIG shows; hosted servers often forbid it, and then nothing is known."""
    try:
        found: Any = await subject.connection.run(lambda client: client.config_get(SYNC, "save"))
    except MemoryFailed:
        return {}
    return dict(found)


CHECK = Check("persistence", _run, needs="redis")
