"""Plays a turn between the reader and the real context tools, as the agent would."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from riffler.errors import ToolRefused
from riffler.service.inference.reader import ReaderEngine
from riffler.service.ports.engine import EngineRequest, complete
from riffler.tools.arrival import append
from riffler.tools.cutting import cut
from riffler.tools.events import Event, FragmentsFolded
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
STEP_CAP = 20


def remember(material: str | Sequence[Message], question: str, hidden: bool) -> WorkingMemory:
    """Put material and question into a working memory, and fold all the material if it is to be hidden."""
    given = [Message.user(material)] if isinstance(material, str) else list(material)
    memory = WorkingMemory()
    memory = memory.commit([append(memory, [*given, Message.user(question)], COUNTER)])
    if not hidden:
        return memory
    spans = [
        (Span(index, slot, 0, len(text)), 3)
        for index, message in enumerate(given)
        for slot, text in enumerate(message.texts)
        if text and message.role != "system"
    ]
    cutting = cut(memory, spans, COUNTER)
    return memory.commit([cutting, FragmentsFolded(tuple(fragment.id for fragment in cutting.fragments))])


def play(
    material: str | Sequence[Message], question: str, hidden: bool, window_tokens: int = 8192
) -> tuple[str, list[dict[str, Any]]]:
    """Let the reader answer, running its calls: the answer, and the arguments of its calls in order."""
    engine, registry = ReaderEngine(window_tokens), Registry()
    memory = remember(material, question, hidden)
    schemas, made = registry.schemas(), list[dict[str, Any]]()
    for step in range(STEP_CAP + 1):
        request = EngineRequest(view(memory).messages, schemas, "none" if step == STEP_CAP else "auto")
        said = asyncio.run(complete(engine, request)).message
        if not said.tool_calls:
            return said.text, made
        events: list[Event] = [append(memory, [said], COUNTER, "step")]
        results = []
        for call in said.tool_calls:
            made.append(json.loads(call.arguments))
            try:
                outcome = registry.call(memory.commit(events), call.name, call.arguments, Inputs(COUNTER))
                events += outcome.events
                results.append(Message.tool(call.id, outcome.reply))
            except ToolRefused as refused:
                results.append(Message.tool(call.id, f"error: {refused}"))
        events.append(append(memory.commit(events), results, COUNTER, "step"))
        memory = memory.commit(events)
    raise AssertionError("called a tool where none was allowed")


Ask = Callable[..., tuple[str, list[dict[str, Any]]]]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Give the function that plays a turn: `ask(material, question, hidden) -> answer, calls`."""
    return play
