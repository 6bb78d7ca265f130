"""The engine's speed over a short answer: time to the first token, and tokens a second after it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject
from riffler.service.inference.reader import ReaderEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, closing_stream
from riffler.tools.messages import Message

_ASK = "Count from one to thirty in words, separated by commas."
_LONGEST_S = 20.0
_SLOW_PER_S = 5.0
"""Below it an answer of 300 words takes over a minute."""


@dataclass(frozen=True, slots=True)
class _Speed:
    first_ms: float
    tokens: int
    spent_s: float
    counted: bool

    @property
    def per_s(self) -> float:
        """Tokens a second after the first; 0 where there were too few to tell."""
        after_s = self.spent_s - self.first_ms / 1000
        return (self.tokens - 1) / after_s if self.tokens > 1 and after_s > 0 else 0.0


async def _run(subject: Subject) -> list[Finding]:
    engine = subject.engine
    if subject.quick:
        return [Finding("skip", "left out by --quick")]
    if isinstance(engine, ReaderEngine):
        return [Finding("skip", f"engine {engine.info.name!r} runs no language model")]
    speed = await _measure(engine)
    if speed is None:
        return [Finding("warn", f"no text within {_LONGEST_S:.0f} s", "Try a smaller model, or a faster device.")]
    about = "" if speed.counted else "about "
    said = f"first token after {speed.first_ms:.0f} ms, then {about}{speed.per_s:.1f} tokens/s ({speed.tokens} tokens)"
    measured = {"first_token_ms": speed.first_ms, "tokens_per_s": speed.per_s, "tokens": speed.tokens}
    if 0 < speed.per_s < _SLOW_PER_S:
        return [Finding("warn", said, "Try a smaller model, a GPU, or a server that batches.", measured)]
    return [Finding("ok", said, measured=measured)]


async def _measure(engine: Engine) -> _Speed | None:
    """Time one answer, or as much of it as comes within the time; None when no text came."""
    began = time.perf_counter()
    first_ms = last_s = 0.0
    text, completion = "", None
    try:
        async with asyncio.timeout(_LONGEST_S):
            request = EngineRequest((Message.user(_ASK),), stream=True)
            async with closing_stream(engine.generate(request)) as stream:
                async for item in stream:
                    last_s = time.perf_counter() - began
                    if isinstance(item, Completion):
                        completion = item
                    else:
                        first_ms, text = first_ms or last_s * 1000, text + item.text
    except TimeoutError:
        if not text:
            return None
    if completion is None or completion.usage.estimated:
        return _Speed(first_ms, engine.counter.count(text), last_s, counted=False) if text else None
    # A model that thinks first counts those tokens too, before its first text: then only the whole can be timed.
    silent = not text or bool(completion.reasoning)
    return _Speed(0.0 if silent else first_ms, completion.usage.completion_tokens, last_s, counted=True)


CHECK = Check("speed", _run, deadline_s=60.0, needs="engine")
