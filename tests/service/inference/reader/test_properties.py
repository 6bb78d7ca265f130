"""What holds for the reader on any conversation."""

import re
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.service.inference.reader import ReaderEngine
from riffler.service.ports.engine import EngineRequest, ToolChoice, complete
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import Registry

Ask = Callable[..., tuple[str, list[dict[str, Any]]]]

SCHEMAS = Registry().schemas()
WORDS = st.sampled_from(
    "red fox: green; owl = 7 | Ann's father is Tom. reports to (Max) the mill gets rain? from [[f00001 folded 3 "
    'tokens]] «x» ⏎ <key> \\boxed{} “so” -> "q" current value of who where 1871 Zoë 王 \n \n\n … don\'t, and'.split(" ")
)
TEXT = st.lists(WORDS, max_size=60).map(" ".join) | st.text(max_size=120)
QUESTION = (
    st.sampled_from(
        [
            "What is the current value of red fox?",
            "What are the current values of owl, red fox and x?",
            "Who is the eldest relative that Ann can trace back to?",
            "Where does the rain originally come from?",
            "Who is Tom?",
        ]
    )
    | TEXT
)
CALLS = st.builds(
    ToolCall,
    st.sampled_from(["call_0", "call_1", "a"]),
    st.sampled_from(["search_context", "get_search_detail", "lookup"]),
    st.sampled_from(['{"query": "fox"}', '{"query": 3}', "{", "[]", '{"search_id": "s00001"}', ""]),
)
RESULTS = st.sampled_from(
    [
        '2 matches for "fox"\n[s00001] message 1 (user), visible: red «fox»: green; owl...\n[s00002] broken',
        "[s00001] message 1 (user), characters 0-9 of 40:\nred fox: 1",
        "error: no match s00001",
        "",
    ]
)
MESSAGE = st.one_of(
    TEXT.map(Message.user),
    TEXT.map(Message.system),
    TEXT.map(Message.assistant),
    st.lists(CALLS, min_size=1, max_size=3).map(lambda calls: Message.assistant(None, calls)),
    st.tuples(st.sampled_from(["call_0", "call_1", "a"]), RESULTS | TEXT).map(lambda pair: Message.tool(*pair)),
)


@settings(max_examples=80, deadline=None)
@given(material=TEXT, question=QUESTION, hidden=st.booleans())
def test_every_turn_ends_with_quotations_of_the_text(ask: Ask, material: str, question: str, hidden: bool) -> None:
    """Played with the real tools, a turn ends within its steps, each time the same way, and quotes what is there."""
    answer, calls = ask(material, question, hidden)
    assert ask(material, question, hidden) == (answer, calls)
    assert len(calls) == len({str(sorted(call.items())) for call in calls}), "no call is made twice"
    # In a text with «» of its own, a reply can't tell which of them are the search's.
    said = _plain(f"{material}\n\n{question}")
    if answer.startswith("“"):
        for quote in answer[1:-1].split("” “"):
            assert _plain(quote) in said


@settings(max_examples=200, deadline=None)
@given(st.lists(MESSAGE, max_size=6), st.sampled_from(["auto", "none", "required"]), st.booleans())
async def test_any_request_gets_a_completion(messages: list[Message], choice: ToolChoice, tools: bool) -> None:
    """Whatever the messages are (errors, garbage, foreign calls), there is one completion, always the same."""
    request = EngineRequest(tuple(messages), SCHEMAS if tools else (), choice)
    said = await complete(ReaderEngine(), request)
    assert said == await complete(ReaderEngine(), request)
    assert bool(said.message.tool_calls) == (said.finish_reason == "tool_calls")
    if not tools or choice == "none":
        assert not said.message.tool_calls
        assert said.message.text
    if tools and choice == "required":
        assert said.message.tool_calls
    known = {call.id for message in messages for call in message.tool_calls}
    new = [call.id for call in said.message.tool_calls]
    assert len(new) == len(set(new)) == len(set(new) - known)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["red fox", "dark red fox", "fox", "owl"]), min_size=1, max_size=60),
    st.booleans(),
    st.sampled_from(["{}: {}; ", "{} = {}\n", "The {} is now {}. ", '{{"{}": "{}"}}\n']),
)
def test_the_newest_value_of_a_stream_is_reported(ask: Ask, keys: list[str], hidden: bool, form: str) -> None:
    """In a stream of updates in any of these forms, the value reported is the one that was stated last."""
    pairs = [(key, f"v{number}") for number, key in enumerate(keys)]
    text = "".join(form.format(key, value) for key, value in pairs)
    answer, _ = ask(text, "What is the current value of fox?", hidden)
    last = dict(pairs)
    if "fox" in last:
        assert answer == f"fox: {last['fox']}"
    else:
        assert not re.search(r"^fox: ", answer)


def _plain(text: str) -> str:
    return " ".join(text.replace("⏎", " ").replace("«", "").replace("»", "").split())
