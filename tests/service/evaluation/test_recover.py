"""Wrong calls at the beginning of a turn: what they are, and that nothing else is said in an engine's place."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from riffler.service.evaluation.benchmark import source_of
from riffler.service.evaluation.erring import ErringEngine
from riffler.service.evaluation.find import make_inquiry
from riffler.service.evaluation.find_facts import SAME_WORDS
from riffler.service.evaluation.recover import ERRORS, MARKER, NO_ERROR, NOTHING_FOUND, Recover, wrong_calls
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.engine import EngineRequest, ToolChoice, complete
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import PAPER, RIFFLER
from riffler.tools.tool import Tool

WRONG = (("find_in_context", {"queries": ["x"]}), ("search_context", {"query": "x"}))


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("tools", [PAPER, RIFFLER])
def test_each_profile_has_its_wrong_call(error: str, tools: Sequence[Tool[Any]]) -> None:
    """Of each kind there is one that its tool's schema takes: it fails by what it names, and not by its form."""
    by_name: Mapping[str, Tool[Any]] = {tool.name: tool for tool in tools}
    for session in range(6):
        inquiry = make_inquiry(source_of(session), 700, SAME_WORDS)
        calls = [call for call in wrong_calls(source_of(session), inquiry, error) if call[0] in by_name]
        assert len(calls) == (error != NO_ERROR)
        for name, arguments in calls:
            by_name[name].arguments.model_validate(arguments)


@pytest.mark.parametrize("session", range(8))
def test_markers_are_many_and_misspelt_things_none(session: int) -> None:
    """Both markers stand in the document twice at least; the misspelt thing stands nowhere in it."""
    inquiry = make_inquiry(source_of(session), 700, SAME_WORDS)
    (_, markers), _ = wrong_calls(source_of(session), inquiry, MARKER)
    assert all(inquiry.document.count(markers[name]) > 1 for name in ("start_marker", "end_marker"))
    _, (_, search) = wrong_calls(source_of(session), inquiry, NOTHING_FOUND)
    assert search["query"] not in inquiry.document
    assert sorted(search["query"]) == sorted(inquiry.thing)


def test_the_same_is_asked_after_each_error() -> None:
    """Question and document of a session don't depend on the error."""
    benchmark = Recover((700,))
    cases = [benchmark.case(cell, 3) for cell in benchmark.cells]
    assert len({(case.text, case.contexts) for case in cases}) == 1
    assert [bool(case.wrong_calls) for case in cases] == [error != NO_ERROR for error in ERRORS]


def request(tools: Sequence[Tool[Any]], choice: ToolChoice = "auto", *before: Message) -> EngineRequest:
    """A request with tools on offer."""
    return EngineRequest((Message.user("?"), *before), [tool.schema() for tool in tools], choice)


@pytest.mark.parametrize(("tools", "name"), [(PAPER, "search_context"), (RIFFLER, "find_in_context")])
async def test_the_wrong_call_comes_first_and_once(tools: Sequence[Tool[Any]], name: str) -> None:
    """The first call with tools has it, under an id that is free; before and after the engine itself is asked."""
    inner = ScriptedEngine(["a summary", "an answer"])
    engine = ErringEngine(inner)
    engine.wrong = WRONG
    assert (await complete(engine, request(()))).message.text == "a summary"
    taken = Message.assistant(None, [ToolCall("call_0", "search_context", "{}")])
    first = await complete(engine, request(tools, "auto", taken, Message.tool("call_0", "no")))
    assert [(call.id, call.name) for call in first.message.tool_calls] == [("call_1", name)]
    assert json.loads(first.message.tool_calls[0].arguments) == dict(WRONG)[name]
    assert first.finish_reason == "tool_calls"
    assert (await complete(engine, request(tools))).message.text == "an answer"
    assert len(inner.requests) == 2


async def test_what_is_not_on_offer_is_not_said() -> None:
    """Where no tool of the wrong calls is on offer, or none may be called, the engine speaks."""
    engine = ErringEngine(ScriptedEngine(lambda _request: "an answer"))
    engine.wrong = WRONG[:1]
    assert (await complete(engine, request(PAPER))).message.text == "an answer"
    engine.wrong = WRONG
    assert (await complete(engine, request(PAPER, "none"))).message.text == "an answer"
