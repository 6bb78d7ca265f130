"""Redis' memory: a server that evicts keys makes sessions vanish, and one that is full refuses writes."""

from __future__ import annotations

from typing import Any

from riffler.service.agent.health.finding import Finding
from riffler.service.agent.health.redis import about_memory
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject


async def _run(subject: Subject) -> list[Finding]:
    info: dict[str, Any] = await subject.connection.run(lambda client: client.info("memory"))
    return list(about_memory(info, subject.settings.session_ttl_s))


CHECK = Check("memory", _run, needs="redis")
