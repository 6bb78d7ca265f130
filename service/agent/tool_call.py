"""One call of a context tool, with the summary that it may need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files

from riffler.errors import EngineFailed, SummaryFailed
from riffler.service.agent.offload import in_a_thread
from riffler.service.agent.room import Room
from riffler.service.ports.engine import Engine, EngineRequest, Usage, complete
from riffler.tools.history import PastOrder, Version
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.tokens import TokenCounter
from riffler.tools.tool import Inputs, Outcome, SummaryOrder

ReadPast = Callable[[PastOrder], Awaitable[tuple[Version, ...]]]
"""Reads the past of the memory that a call is made for, as `MemoryStore.past` does."""


@dataclass
class Cost:
    """What inner calls of the engine cost; also that of a call which was refused in the end."""

    usage: Usage = field(default_factory=lambda: Usage(0, 0))


async def run_call(
    registry: Registry,
    room: Room,
    memory: WorkingMemory,
    name: str,
    arguments: str,
    *,
    read_past: ReadPast,
    summary: str = "",
    cost: Cost | None = None,
    counter: TokenCounter | None = None,
    cached: WorkingMemory | None = None,
    sent: int | None = None,
) -> Outcome:
    """Run a tool; where it orders a summary and none is given, the engine writes it.

    Args:
        registry: The tools that can be called.
        room: What a view may take; its engine counts, and writes summaries.
        memory: The working memory.
        name: The tool.
        arguments: JSON text of its arguments.
        read_past: Reads the session's past, for a tool that needs it.
        summary: The summary, where a person wrote it; none of it is taken for an engine's refusal.
        cost: Is told what inner calls cost.
        counter: Counts tokens; None is the engine's own as it is now.
        cached: What the model saw last, when other calls of its step came before this one.
        sent: How many messages calls of the model have sent before; None stands for all.

    Returns:
        Events to commit, and the reply. Raises a leaf of `ToolRefused` when the tool can't run.
    """
    engine = room.engine
    counter = engine.counter if counter is None else counter
    by_hand = bool(summary)
    order = registry.order(memory, name, arguments)
    if order and not summary:
        summary = await _summarise(engine, order, cost or Cost(), counter)
    wanted = registry.past(memory, name, arguments)
    past = await read_past(wanted) if wanted else ()
    budget = room.budget_tokens(counter)
    inputs = Inputs(counter, summary, room.prices, budget, cached, sent, past, by_hand)
    return await in_a_thread(lambda: registry.call(memory, name, arguments, inputs))


async def _summarise(engine: Engine, order: SummaryOrder, cost: Cost, counter: TokenCounter) -> str:
    """Let the engine summarise. An inner call: nothing of it reaches the user's stream."""
    if not engine.info.can_rewrite:
        raise SummaryFailed(f"the engine {engine.info.name} can't write a summary, and none was given")
    prompt = files(__package__).joinpath("prompts/summary.txt").read_text("utf-8")
    prompt = prompt.format(focus=order.focus, text=order.text)
    tokens, most = counter.count(prompt), engine.info.window_tokens * 3 // 4
    if tokens > most:
        raise SummaryFailed(f"the text is too long to summarise at once ({tokens} tokens of {most}): cut it first")
    try:
        completion = await complete(engine, EngineRequest((Message.user(prompt),), tool_choice="none"))
    except EngineFailed as exc:
        raise SummaryFailed(f"no summary could be made, and nothing was replaced: {exc.loggable}", exc.quoted) from exc
    cost.usage += completion.usage
    said = completion.message
    if completion.finish_reason != "stop" or said.tool_calls or said.to_dict().get("refusal"):
        how = {"length": "was cut off", "content_filter": "was filtered"}.get(completion.finish_reason, "was refused")
        raise SummaryFailed(f"no summary could be made, and nothing was replaced: the engine's answer {how}")
    return said.text
