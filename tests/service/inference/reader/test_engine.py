"""The reader as an engine: window, calls, streaming, sampling, and what it says of itself."""

import json
from typing import Any

import pytest

from riffler.errors import EngineRejected
from riffler.service.inference.reader import ReaderEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, TextDelta, ToolChoice, Usage, complete
from riffler.tools.carve.find_in_context import FIND_IN_CONTEXT
from riffler.tools.messages import Message, ToolCall
from riffler.tools.paper.search_context import SEARCH_CONTEXT
from riffler.tools.registry import Registry

SCHEMAS = Registry().schemas()
ANSWERED = "“The code word of the harbour is heron.”"
SEEN = Message.user("The code word of the harbour is heron.\n\nWhat is the code word of the harbour?")
HIDDEN = Message.user(
    "[[f00001 folded 812 tokens]]\n\nWhat is the code word of the harbour?\n\n[[status f00001 folded]]"
)


async def say(*messages: Message, tools: Any = SCHEMAS, choice: ToolChoice = "auto", **sampling: Any) -> Completion:
    """Ask the reader once."""
    return await complete(ReaderEngine(), EngineRequest(messages, tools, choice, Sampling(**sampling)))


def test_it_says_what_it_is() -> None:
    """It can't rewrite, and its notice for every answer says that no language model spoke."""
    info = ReaderEngine(4096).info
    assert (info.name, info.window_tokens, info.can_rewrite) == ("reader", 4096, False)
    assert "no language model" in info.notice


async def test_hidden_text_is_searched_and_the_result_answered_from() -> None:
    """The first step calls the search; with its result in the messages the next one answers."""
    first = await say(HIDDEN)
    assert first.finish_reason == "tool_calls"
    assert {call.name for call in first.message.tool_calls} == {"search_context"}
    replies = [
        Message.tool(
            call.id,
            f'1 match for "{json.loads(call.arguments)["query"]}"\n[s00001] message 1 (user), folded, fragment f00001: '
            f"The code word of the «{json.loads(call.arguments)['query']}» is heron.",
        )
        for call in first.message.tool_calls
    ]
    second = await say(HIDDEN, first.message, *replies)
    assert second.finish_reason == "stop" or second.message.tool_calls
    last = await say(HIDDEN, first.message, *replies, choice="none")
    assert "is heron" in last.message.text


@pytest.mark.parametrize(
    ("message", "tools", "choice"),
    [
        (SEEN, SCHEMAS, "auto"),
        (SEEN, (), "auto"),
        (HIDDEN, (), "auto"),
        (HIDDEN, SCHEMAS, "none"),
        (HIDDEN, SCHEMAS[:1], "auto"),
    ],
    ids=["nothing hidden", "no tools", "hidden, no tools", "none allowed", "no search on offer"],
)
async def test_without_use_or_leave_no_tool_is_called(message: Message, tools: Any, choice: ToolChoice) -> None:
    """Where nothing is hidden, or a search is not on offer or not allowed, it answers from what it sees."""
    said = await say(message, tools=tools, choice=choice)
    assert said.finish_reason == "stop"
    assert said.message.text == (ANSWERED if message is SEEN else "I did not find an answer in the text.")


@pytest.mark.parametrize("text", [SEEN.text, "What is the current value of owl?", "Hm.", "", "…"])
async def test_a_required_call_is_made(text: str) -> None:
    """`required` gives a search even where nothing is hidden, whatever the question is."""
    said = await say(Message.user(text), choice="required")
    assert said.message.tool_calls
    assert all(json.loads(call.arguments)["query"].strip() for call in said.message.tool_calls)


async def test_a_required_call_is_made_when_all_searches_are_done() -> None:
    """`required` at every step gives a call at every step."""
    messages = [Message.user("Who hid the axe?")]
    for _ in range(8):
        said = (await say(*messages, choice="required")).message
        assert said.tool_calls
        messages += [said, *(Message.tool(call.id, f'0 matches for "{call.name}"') for call in said.tool_calls)]


async def test_of_a_result_that_is_folded_in_part_whole_lines_count() -> None:
    """A line of a reply that a fold cuts is left out, and the lines beside it are read."""
    call = Message.assistant(None, [ToolCall("call_0", "search_context", '{"query": "owl"}')])
    reply = Message.tool(
        "call_0",
        '3 matches for "owl"\n[s00001] message 1 (user), folded: «owl»: gre[[f00009 folded 30 tokens]] «owl»: no; x\n'
        "[s00003] message 1 (user), folded: fox: 1; «owl»: brown; hen: 2",
    )
    asked = Message.user("[[f00001 folded 812 tokens]]\n\nWhat is the current value of owl?")
    assert (await say(asked, call, reply, choice="none")).message.text == "owl: brown"


async def test_ids_of_calls_are_new_in_the_conversation() -> None:
    """Ids go on from the calls that there are, and step over those that are taken."""
    old = [ToolCall("call_1", "lookup", "{}"), ToolCall("x", "lookup", "{}")]
    before = [Message.user("a"), Message.assistant(None, old), Message.tool("call_1", "b"), Message.tool("x", "c")]
    said = await say(*before, Message.user("What are the current values of fox, owl, hen?"), choice="required")
    assert [call.id for call in said.message.tool_calls] == ["call_2", "call_3", "call_4"]
    taken = [
        Message.user("a"),
        Message.assistant(None, [ToolCall("call_1", "lookup", "{}")]),
        Message.tool("call_1", "b"),
    ]
    said = await say(*taken, Message.user("What are the current values of fox, owl?"), choice="required")
    assert [call.id for call in said.message.tool_calls] == ["call_2", "call_3"]


async def test_an_apps_tool_results_are_material() -> None:
    """What an app's own tool said can be quoted; what the context tools said in an earlier turn isn't read twice."""
    talk = [
        Message.user("Weather?"),
        Message.assistant(None, [ToolCall("a", "weather", "{}"), ToolCall("b", "search_context", "{}")]),
        Message.tool("a", "In Ghent the wind blows from the north."),
        Message.tool(
            "b", '1 match for "wind"\n[s00001] message 1 (user), visible: the wind of Ghent blows from «nowhere»'
        ),
        Message.assistant("Fine."),
        Message.user("From where does the wind blow in Ghent?"),
    ]
    assert (await say(*talk)).message.text == "“In Ghent the wind blows from the north.”"


async def test_a_request_larger_than_the_window_is_rejected() -> None:
    """As a real server would, it refuses what doesn't fit, and says how much it is."""
    with pytest.raises(EngineRejected, match=r"about \d+ tokens, the window 100"):
        await complete(ReaderEngine(100), EngineRequest((Message.user("word " * 500),)))


async def test_a_streamed_answer_comes_word_by_word() -> None:
    """The deltas are words, and joined they are the answer; without streaming there are none."""
    items = [item async for item in ReaderEngine().generate(EngineRequest((SEEN,), stream=True))]
    deltas = [item.text for item in items if isinstance(item, TextDelta)]
    assert "".join(deltas) == ANSWERED
    assert len(deltas) == len(ANSWERED.split())
    assert [type(item) async for item in ReaderEngine().generate(EngineRequest((SEEN,)))] == [Completion]


async def test_sampling_shortens_an_answer() -> None:
    """`max_tokens` cuts at a word and says so; a stop text ends the answer before it."""
    short = await say(SEEN, max_tokens=3)
    assert short.finish_reason == "length"
    assert ANSWERED.startswith(short.message.text)
    stopped = await say(SEEN, stop=("harbour", ""))
    assert (stopped.message.text, stopped.finish_reason) == ("“The code word of the ", "stop")


async def test_usage_is_estimated_and_says_so() -> None:
    """Tokens are an estimate that grows with the request."""
    small, large = await say(SEEN, tools=()), await say(Message.user("It rained. " * 50), SEEN, tools=())
    assert small.usage.estimated
    assert small.usage.prompt_tokens < large.usage.prompt_tokens
    assert small.usage == Usage(small.usage.prompt_tokens, small.usage.completion_tokens, estimated=True)


async def test_no_messages_get_an_answer() -> None:
    """An empty request is no reason to fail."""
    assert (await say()).message.text == "I did not find an answer in the text."


async def test_closing_is_safe_twice() -> None:
    """There is nothing to give back."""
    engine = ReaderEngine()
    await engine.aclose()
    await engine.aclose()


async def test_all_texts_are_searched_for_in_one_call_where_that_is_on_offer() -> None:
    """`find_in_context` is called once with all keys, in place of `search_context`, and its reply read key by key."""
    tools = Registry((SEARCH_CONTEXT, FIND_IN_CONTEXT)).schemas()
    asked = Message.user("[[f00001 folded 812 tokens]]\n\nWhat are the current values of: owl, red fox")
    said = await say(asked, tools=tools)
    (call,) = said.message.tool_calls
    assert call.name == "find_in_context"
    assert json.loads(call.arguments)["queries"] == ["owl", "red fox"]
    reply = (
        '1 match for "owl"\n[s00001] message 1 (user), folded: «owl»: grey; x\n'
        '9 matches for "red fox", showing the newest 1\n[s00002] message 1 (user), folded: hen: 1; «red fox»: pale; y\n'
        'more: call again with after="0a-1"'
    )
    last = await say(asked, said.message, Message.tool(call.id, reply), tools=tools, choice="none")
    assert last.message.text == "owl: grey\nred fox: pale"


async def test_of_a_call_for_many_texts_a_fold_loses_none_but_what_it_hides() -> None:
    """Where a head line is folded, the matches below it aren't taken for those of the query before."""
    call = Message.assistant(None, [ToolCall("call_0", "find_in_context", '{"queries": ["owl", "hen", "fox", 3]}')])
    reply = Message.tool(
        "call_0",
        '1 match for "owl"\n[s00001] message 1 (user), folded: «owl»: grey; x\n1 match [[f00009 folded 3 tokens]]n"\n'
        '[s00003] message 1 (user), folded: owl: 1; «hen»: brown\n1 match for "fox"\n'
        "[s00004] message 1 (user), folded: «fox»: red; x",
    )
    asked = Message.user("[[f00001 folded 812 tokens]]\n\nWhat are the current values of owl, hen and fox?")
    answer = (await say(asked, call, reply, choice="none")).message.text
    assert answer == "owl: grey\nI found no value of hen.\nfox: red"
