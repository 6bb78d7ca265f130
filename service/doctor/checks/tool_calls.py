"""The model calls a tool when it is told to: without that it can carve nothing."""

from __future__ import annotations

from riffler.errors import EngineRejected
from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject
from riffler.service.inference.reader import ReaderEngine
from riffler.service.ports.engine import EngineRequest, complete
from riffler.tools.messages import Message
from riffler.tools.registry import PROFILES, Registry

_ASK = "Use the tool {name} to search the conversation for the word harbour. Call the tool, and say nothing else."
_MEND = (
    "Serve a model that is trained to call tools, with its parser: vLLM needs --enable-auto-tool-choice and "
    "--tool-call-parser, llama.cpp needs --jinja."
)


async def _run(subject: Subject) -> list[Finding]:
    engine = subject.engine
    if subject.quick:
        return [Finding("skip", "left out by --quick")]
    if isinstance(engine, ReaderEngine):
        return [Finding("skip", f"engine {engine.info.name!r} calls tools by rule")]
    offered = PROFILES[subject.settings.tools]
    if not offered:
        return [Finding("skip", "the settings offer no tools")]
    ask = _ASK.format(name=next(tool.name for tool in offered if tool.name in {"find_in_context", "search_context"}))
    request = EngineRequest((Message.user(ask),), Registry(offered).schemas())
    try:
        completion = await complete(engine, request)
    except EngineRejected as exc:
        return [Finding("fail", f"a request with tools is refused: {exc}", _MEND)]
    calls = completion.message.tool_calls
    if not calls:
        return [Finding("warn", "told to call a tool, the model answered in words", _MEND)]
    return [Finding("ok", f"told to call a tool, the model called {calls[0].name}")]


CHECK = Check("tool calls", _run, deadline_s=120.0, needs="engine")
