"""Answers as different servers write them become the same completion, and what can't be read is said to be garbled."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineBusy, EngineFailed, EngineGarbled, EngineRejected
from riffler.service.inference.local_wire import read_request, write_answer, write_stream
from riffler.service.inference.openai_reading import AnswerReader
from riffler.service.ports.engine import Completion, EngineRequest, FinishReason, Usage
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import EstimatedTokens

ASK = EngineRequest((Message.user("How deep is the harbour?"),))


def read(chunks: list[Any], request: EngineRequest = ASK) -> Completion:
    """Read chunks to the end."""
    reader = AnswerReader(request, "engine")
    for chunk in chunks:
        reader.add(chunk)
    return reader.completion("asked", EstimatedTokens())


def delta(finish: str | None = None, **fields: object) -> dict[str, Any]:
    """Write a chunk."""
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def piece(
    index: int | None = None, call_id: str | None = None, name: str | None = None, arguments: str = ""
) -> dict[str, Any]:
    """Write a chunk with a piece of a call."""
    call: dict[str, Any] = {"function": {"name": name, "arguments": arguments}, "id": call_id}
    return delta(tool_calls=[call if index is None else {**call, "index": index}])


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
CALLS = st.lists(
    st.builds(ToolCall, st.uuids().map(str), st.from_regex(r"\A[a-z_]{1,12}\Z"), TEXTS), max_size=4, unique_by=id
)


@st.composite
def completions(draw: st.DrawFn) -> Completion:
    """Draw what a model can say."""
    calls = draw(CALLS)
    text = draw(TEXTS)
    finish: FinishReason = "tool_calls" if calls else draw(st.sampled_from(["stop", "length", "content_filter"]))
    numbers = st.integers(0, 10**6)
    usage = Usage(draw(numbers), draw(numbers), draw(numbers))
    return Completion(Message.assistant(text if text or not calls else None, calls), finish, usage, "served")


@given(completions())
def test_what_is_written_as_a_stream_is_read_back(completion: Completion) -> None:
    """Texts, parallel calls in pieces by turns, and usage in a chunk without choices come back whole."""
    events = write_stream(completion, 1, with_usage=True, fault=None)
    assert events[-1] == b"data: [DONE]\n\n"
    assert read([json.loads(event.removeprefix(b"data: ")) for event in events[:-1]]) == completion


@given(completions())
def test_what_is_written_whole_is_read_back(completion: Completion) -> None:
    """The one object of an answer without a stream comes back whole."""
    assert read([json.loads(b"".join(write_answer(completion, 1, None)))]) == completion


@pytest.mark.parametrize(
    "chunks",
    [
        [piece(0, "a", "f", '{"x"'), piece(0, None, None, ":1}"), piece(1, "b", "g", "{}")],
        [piece(0, "a", "f"), piece(1, "b", "g"), piece(1, arguments="{}"), piece(0, arguments='{"x":1}')],
        [piece(None, "a", "f", '{"x":'), piece(None, None, None, "1}"), piece(None, "b", "g", "{}")],
        [piece(0, "a", "f", '{"x":1}'), piece(0, "b", "g", "{}")],
        [piece(0, "a", "f", '{"x":'), piece(0, "a", "f", "1}"), piece(1, "b", "g", "{}")],
        [piece(0, "a", "f", '{"x":1}'), piece(2, "b", "g", "{}")],
    ],
    ids=["in turn", "by turns", "no index", "one index", "all repeated", "a gap"],
)
@pytest.mark.parametrize("finish", ["tool_calls", "stop"])
def test_calls_in_pieces_are_merged(chunks: list[Any], finish: str) -> None:
    """However a server cuts and numbers its pieces, the same two calls come out."""
    answer = read([*chunks, delta(finish)])
    assert answer.message.tool_calls == (ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", "{}"))
    assert answer.message.texts == ()
    assert answer.finish_reason == "tool_calls"


@pytest.mark.parametrize("given_id", [None, "", "call_0"])
def test_a_call_without_an_id_of_its_own_gets_a_free_one(given_id: str | None) -> None:
    """Ids stay unique over the conversation, so that results can be paired."""
    before = Message.assistant(None, [ToolCall("call_0", "f", "{}"), ToolCall("call_2", "f", "{}")])
    request = EngineRequest((*ASK.messages, before, Message.tool("call_0", "a"), Message.tool("call_2", "b")))
    answer = read([piece(0, given_id, "f", "{}"), piece(1, given_id, "g", "{}"), delta("tool_calls")], request)
    ids = [call.id for call in answer.message.tool_calls]
    assert ids == ["call_3", "call_4"]


@pytest.mark.parametrize("given_id", [None, "", "call_0", "fresh"])
@pytest.mark.parametrize("repeats", [False, True])
def test_what_came_gets_the_calls_ids(given_id: str | None, repeats: bool) -> None:
    """A client that puts a stream's pieces together, or reads the whole, has each call under its id in the answer."""
    before = Message.assistant(None, [ToolCall("call_0", "f", "{}")])
    request = EngineRequest((*ASK.messages, before, Message.tool("call_0", "a")))
    more = piece(0, given_id if repeats else None, None, "}")
    chunks = [piece(0, given_id, "f", "{"), more, delta("tool_calls")]
    (call,) = read(chunks, request).message.tool_calls
    assert call == ToolCall(call.id, "f", "{}")
    assert (call.id == "call_0") is False
    assert (call.id == given_id) is (given_id == "fresh")
    first, second = (chunk["choices"][0]["delta"]["tool_calls"][0]["id"] for chunk in chunks[:2])
    assert first == call.id
    assert second in {call.id, None, ""}
    said = {"role": "assistant", "content": None, "tool_calls": [{"id": given_id, "function": {"name": "f"}}]}
    whole = {"choices": [{"message": said, "finish_reason": "tool_calls"}]}
    (call,) = read([whole], request).message.tool_calls
    assert said["tool_calls"][0]["id"] == call.id  # type: ignore[index]


def test_an_id_that_comes_late_is_not_added_to_the_calls_own() -> None:
    """A client joins what comes as an id, so each call is named once, by the piece that begins it."""
    chunks = [piece(0, None, "f"), piece(0, "late", None, "{}"), delta("tool_calls")]
    (call,) = read(chunks).message.tool_calls
    assert call == ToolCall("call_0", "f", "{}")
    assert [chunk["choices"][0]["delta"]["tool_calls"][0]["id"] for chunk in chunks[:2]] == ["call_0", None]


def test_arguments_that_are_no_json_are_the_models_word() -> None:
    """A model that ends by itself may write bad arguments; the tool tells it so."""
    answer = read([piece(0, "a", "f", "{oops"), delta("tool_calls")])
    assert answer.message.tool_calls[0].arguments == "{oops"


def test_arguments_cut_at_the_token_limit_are_garbled() -> None:
    """A call that broke off is never handed to a tool."""
    with pytest.raises(EngineGarbled, match="arguments of f are cut off"):
        read([piece(0, "a", "f", '{"x": "lo'), delta("length")])


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3}, Usage(7, 3)),
        ({"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": None}, Usage(7, 3)),
        (
            {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 5}},
            Usage(7, 3, cached_tokens=5),
        ),
    ],
)
def test_reported_usage_is_taken(usage: object, expected: Usage) -> None:
    """Usage is read with and without details, beside choices or alone."""
    assert read([delta("stop", content="x") | {"usage": usage}]).usage == expected
    assert read([delta("stop", content="x"), {"choices": [], "usage": usage}]).usage == expected


@pytest.mark.parametrize(
    "usage", [None, {}, "seven", {"prompt_tokens": -1, "completion_tokens": 3}, {"total_tokens": 9}]
)
def test_missing_or_bad_usage_is_estimated(usage: object) -> None:
    """An answer isn't lost for its bill, and the bill says that it is our own."""
    estimated = read([delta("stop", content="Nine metres.") | {"usage": usage}]).usage
    assert estimated.estimated
    assert estimated.prompt_tokens > 0
    assert estimated.completion_tokens > 0


def test_the_last_usage_counts() -> None:
    """Servers that report after every chunk report running sums."""
    chunks = [delta(content="x") | {"usage": {"prompt_tokens": 7, "completion_tokens": n}} for n in (1, 2, 3)]
    assert read([*chunks, delta("stop")]).usage == Usage(7, 3)


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("eos_token", "stop"),
        ("stop_sequence", "stop"),
    ],
)
def test_finish_reasons(finish: str, expected: str) -> None:
    """The four of the API, and another server's words for `stop`."""
    assert read([delta(content="x"), delta(finish)]).finish_reason == expected


def test_a_refusal_is_a_text_that_was_filtered() -> None:
    """Users see the model's own words, and the reason tells that it refused."""
    answer = read([delta(refusal="I can't "), delta(refusal="say."), delta("stop")])
    assert (answer.message.text, answer.finish_reason) == ("I can't say.", "content_filter")


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_is_kept_apart(field: str) -> None:
    """What a model thought, in a stream or whole, is never part of its text."""
    answer = read([delta(**{field: "It is "}), delta(**{field: "deep."}), delta(content="Nine metres."), delta("stop")])
    assert (answer.reasoning, answer.message.text) == ("It is deep.", "Nine metres.")
    whole = read([{"choices": [{"message": {"content": "Nine.", field: "It is deep."}, "finish_reason": "stop"}]}])
    assert (whole.reasoning, whole.message.text) == ("It is deep.", "Nine.")


@pytest.mark.parametrize("thought", [None, {"effort": "low"}, ["a"], 5])
def test_reasoning_that_is_no_text_is_passed_over(thought: object) -> None:
    """A server's own way of telling how it thought doesn't cost the answer; both fields count once."""
    assert read([delta("stop", content="Nine.", reasoning=thought)]).reasoning == ""
    assert read([delta("stop", content="Nine.", reasoning="deep", reasoning_content="deep")]).reasoning == "deep"


def test_only_the_first_choice_is_read() -> None:
    """A server that gives several choices doesn't get them mixed."""
    other = {"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "length"}]}
    assert read([delta(content="one"), other, delta("stop"), other]).message.text == "one"


@pytest.mark.parametrize("text", ["", "Here it is."])
def test_calls_against_none_are_dropped_beside_a_text(text: str) -> None:
    """A server that ignores `none` can't bring a call in; without a text nothing would be left."""
    request = EngineRequest(ASK.messages, tool_choice="none")
    chunks = [delta(content=text), piece(0, "a", "f", "{}"), delta("tool_calls")]
    if text:
        answer = read(chunks, request)
        assert (answer.message, answer.finish_reason) == (Message.assistant(text), "stop")
    else:
        with pytest.raises(EngineGarbled, match="tool_choice is none"):
            read(chunks, request)


def test_an_empty_answer_is_a_message() -> None:
    """A model that says nothing has said the empty text."""
    assert read([{"choices": [{"message": {"content": None}, "finish_reason": "stop"}]}]).message.text == ""


@pytest.mark.parametrize(("reported", "expected"), [("served", "served"), (None, "asked")])
def test_the_model_is_the_one_that_answered(reported: str | None, expected: str) -> None:
    """The server's name of the model comes before ours."""
    assert read([delta("stop", content="x") | {"model": reported}]).model == expected


@pytest.mark.parametrize(
    ("chunks", "why"),
    [
        ([], "without a finish_reason"),
        ([delta(content="half")], "without a finish_reason"),
        ([{"choices": []}], "without a finish_reason"),
        ([delta("abort", content="x")], "'abort' is unknown"),
        ([delta("tool_calls")], "there is no call"),
        ([piece(0, "a", None, "{}"), delta("tool_calls")], "has no name"),
        ([{}], "choices: Field required"),
        (["text"], "the whole"),
        ([None], "the whole"),
        ([{"choices": [{"delta": {"content": 5}}]}], r"choices.0.delta.content"),
        ([delta("stop", content="\ud83d")], "surrogate"),
        ([piece(0, "a", "f", '"\ud83d"'), delta("tool_calls")], "UTF-8"),
    ],
)
def test_what_is_not_in_the_shape_is_garbled(chunks: list[Any], why: str) -> None:
    """The error names what is wrong."""
    with pytest.raises(EngineGarbled, match=why):
        read(chunks)


@pytest.mark.parametrize(
    ("error", "leaf"), [({"message": "too long", "code": 400}, EngineRejected), ({"code": 429}, EngineBusy)]
)
def test_an_error_in_the_place_of_an_answer_is_raised(error: object, leaf: type[EngineFailed]) -> None:
    """Status 200 with an error object is no answer."""
    with pytest.raises(leaf):
        read([{"error": error}])


NAMES = st.sampled_from(
    [
        "choices",
        "delta",
        "message",
        "content",
        "refusal",
        "reasoning",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "id",
        "index",
    ]
) | st.sampled_from(["finish_reason", "usage", "error"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["", "stop", "length", "tool_calls", "{}", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)


@given(st.lists(ANYTHING | st.fixed_dictionaries({"choices": st.lists(ANYTHING)}), max_size=4))
def test_any_json_gives_a_completion_or_an_engines_failure(chunks: list[Any]) -> None:
    """Nothing that a server can write raises anything else."""
    try:
        answer = read(chunks)
    except EngineFailed:
        return
    assert answer.message.role == "assistant"
    assert bool(answer.message.tool_calls) <= (answer.finish_reason != "stop")


def test_the_double_reads_what_the_engine_means() -> None:
    """The local server's reading of a request keeps its tools, choice, sampling and stream."""
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "x", "unknown": [1]}],
        "tools": [{"type": "function"}],
        "tool_choice": "required",
        "max_completion_tokens": 5,
        "stop": "END",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    request, with_usage = read_request(body)
    assert [message.to_dict() for message in request.messages] == body["messages"]
    assert (request.tools, request.tool_choice) == (body["tools"], "required")
    assert (request.sampling.max_tokens, request.sampling.stop) == (5, ("END",))
    assert request.stream
    assert with_usage
