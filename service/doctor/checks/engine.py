"""The engine: it gets ready, and says something."""

from __future__ import annotations

import time

from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, closing_stream, most_completion_tokens
from riffler.tools.messages import Message


async def _run(subject: Subject) -> list[Finding]:
    engine = subject.engine
    began = time.perf_counter()
    await engine.ready()
    ready_s = time.perf_counter() - began
    # As a turn asks, with a limit: some models refuse one. The first words are enough.
    limit = Sampling(max_tokens=most_completion_tokens(engine.info, None))
    request = EngineRequest((Message.user("Answer with the one word: ready."),), sampling=limit, stream=True)
    said = False
    async with closing_stream(engine.generate(request)) as stream:
        async for item in stream:
            said = bool(item.message.text or item.reasoning) if isinstance(item, Completion) else bool(item.text)
            if said:
                break
    info = engine.info
    named = f"{info.name} with {info.model!r}, window {info.window_tokens} tokens, ready after {ready_s:.1f} s"
    measured: dict[str, float | str] = {
        "engine": info.name,
        "model": info.model,
        "window_tokens": info.window_tokens,
        "ready_s": ready_s,
    }
    if not said:
        return [Finding("warn", f"{named}; but it answered with nothing", "Try another model.", measured)]
    note = f" ({info.notice})" if info.notice else ""
    return [Finding("ok", f"{named}; it answers{note}", measured=measured)]


CHECK = Check("engine", _run, deadline_s=600.0)
"""A model of 16 GB takes minutes from a slow disk, and longer from the hub."""
