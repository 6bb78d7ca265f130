"""Redis' part in Riffler's work: its Lua scripts load, and a key can be written, read and deleted."""

from __future__ import annotations

import secrets
import time
from importlib.resources import files
from typing import Any

from riffler.errors import MemoryCorrupt
from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey

_HOMES = ("riffler.service.memory", "riffler.service.policy", "riffler.service.turn_log")
_TENANT = "riffler-doctor"
_KEPT_MS = 60_000
"""Should this process die in between, the key goes by itself."""


async def _run(subject: Subject) -> list[Finding]:
    texts = [
        file.read_text("utf-8")
        for home in _HOMES
        for file in files(home).joinpath("lua").iterdir()
        if file.name.endswith(".lua")
    ]

    async def load(client: Any) -> None:  # noqa: ANN401 - a client of `redis.asyncio`
        for text in texts:
            await client.script_load(text)

    await subject.connection.run(load)
    spent_ms = await subject.connection.run(_write_read_delete)
    said = f"{len(texts)} Lua scripts load; writing, reading and deleting a key took {spent_ms:.2f} ms"
    return [Finding("ok", said, measured={"scripts": len(texts), "write_read_delete_ms": spent_ms})]


async def _write_read_delete(client: Any) -> float:  # noqa: ANN401 - a client of `redis.asyncio`
    value = secrets.token_hex(16)
    key = session_keys(SessionKey(_TENANT, value))[0]
    began = time.perf_counter()
    await client.set(key, value, px=_KEPT_MS)
    kept = await client.get(key)
    await client.delete(key)
    if kept != value:
        raise MemoryCorrupt("a key that was just written can't be read back")
    return (time.perf_counter() - began) * 1000


CHECK = Check("scripts", _run, needs="redis")
