"""Plays a turn between the reader and the real context tools, as the agent would."""

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from riffler.errors import ToolRefused
from riffler.service.inference.reader import ReaderEngine
from riffler.service.ports.engine import EngineRequest, complete
from riffler.tools.arrival import append
from riffler.tools.carve.find_in_context import FIND_IN_CONTEXT
from riffler.tools.cutting import cut
from riffler.tools.events import Event, FragmentsFolded
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.paper.get_search_detail import GET_SEARCH_DETAIL
from riffler.tools.registry import PAPER, Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs, Tool
from riffler.tools.view import view

COUNTER = EstimatedTokens()
STEP_CAP = 20
TOGETHER = (FIND_IN_CONTEXT, GET_SEARCH_DETAIL)
"""Of the profile `riffler`, the tools that the reader calls."""


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
    tools: Sequence[Tool[Any]],
    material: str | Sequence[Message],
    question: str,
    hidden: bool,
    window_tokens: int = 8192,
) -> tuple[str, list[dict[str, Any]]]:
    """Let the reader answer, running its calls: the answer, and the arguments of its calls in order.

    Of a call for many texts, each of them counts as a call.
    """
    engine, registry = ReaderEngine(window_tokens), Registry(tools)
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
            arguments = json.loads(call.arguments)
            queries = arguments.pop("queries", None)
            made += [arguments] if queries is None else [{**arguments, "query": query} for query in queries]
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


@pytest.fixture(scope="session", params=["paper", "riffler"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Give the function that plays a turn: `ask(material, question, hidden) -> answer, calls`."""
    return partial(play, PAPER if request.param == "paper" else TOGETHER)
