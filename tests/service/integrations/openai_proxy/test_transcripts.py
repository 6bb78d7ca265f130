"""With all features off a client hears through Riffler what it hears straight from the model's server."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
import pytest_asyncio
from pydantic import BaseModel
from tests.service.integrations.openai_proxy.bench import MODEL, Bench, benched

from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import Completion, EngineRequest, Usage
from riffler.tools.messages import Message, ToolCall

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tell the weather.",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}
CALLS = [ToolCall("call_a", "weather", '{"place": "Oslo"}'), ToolCall("call_b", "weather", '{"place": "Rome"}')]
ANSWER_ID = re.compile(r"\bid='chatcmpl[^']*'")
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Opening(BaseModel):
    """What a structured answer has."""

    place: str
    hour: int


def model(request: EngineRequest) -> Reply:
    """Answer by what is asked: with text, one call, two, text with calls, JSON, or half of one."""
    asked = request.messages[-1].text
    if "both" in asked:
        return CALLS
    if "one" in asked:
        return CALLS[0]
    if "remark" in asked:
        return Message.assistant("Let me look at that. " * 20, CALLS)
    if "brief" in asked:
        return Completion(Message.assistant('{"place": "harb'), "length", Usage(20, 4), MODEL)
    if "structured" in asked:
        return '{"place": "harbour", "hour": 6}'
    if "piece" in asked:
        call = ToolCall("call_a", "weather", '{"pla')
        return Completion(Message.assistant(None, [call]), "length", Usage(20, 2), MODEL)
    if "half" in asked:
        return Completion(Message.assistant("The harbour"), "length", Usage(20, 2, 16), MODEL)
    return f"The harbour opens at six, ää 港, after {len(request.messages)} messages.\n"


CASES: dict[str, dict[str, Any]] = {
    "text": {},
    "usage": {"stream_options": {"include_usage": True}},
    "one call": {"ask": "one", "tools": [WEATHER]},
    "parallel calls": {"ask": "both", "tools": [WEATHER], "parallel_tool_calls": True},
    "text and calls": {"ask": "remark", "tools": [WEATHER], "tool_choice": "auto"},
    "a chosen tool": {"ask": "one", "tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "w"}}},
    "cut off": {"ask": "half", "max_tokens": 2, "stream_options": {"include_usage": True}},
    "a call cut off": {"ask": "piece", "max_tokens": 2, "tools": [WEATHER]},
    "a call of nothing": {"ask": "one"},
    "sampling": {"temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": ["\n\n"], "max_completion_tokens": 99},
    "several choices": {"n": 2},
    "unknown fields": {"extra_body": {"top_k": 40, "chat_template_kwargs": {"enable_thinking": False}}},
    "an image": {
        "ask": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
        ]
    },
    "a result": {
        "before": [
            {"role": "user", "content": "Is it warm?"},
            {"role": "assistant", "content": None, "tool_calls": [CALLS[0].to_dict()]},
        ],
        "last": {"role": "tool", "tool_call_id": "call_a", "content": "4 degrees"},
        "tools": [WEATHER],
    },
}
OFF: dict[str, dict[str, Any]] = {
    "sessions only": {"tools": "none", "rewriting": False},
    "nothing": {"tools": "none", "rewriting": False, "fitting": False},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=OFF, ids=OFF)
async def bench(server_folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """A bench for all tests here, with all features off: with sessions, and without anything to do at all."""
    async with benched(server_folder, model, **OFF[request.param]) as made:
        yield made


def request_of(case: str, *, stream: bool) -> dict[str, Any]:
    """Make a case's request."""
    fields = dict(CASES[case])
    last = fields.pop("last", {"role": "user", "content": fields.pop("ask", "When does it open?")})
    messages = [{"role": "system", "content": "Be brief."}, *fields.pop("before", []), last]
    if not stream:
        fields.pop("stream_options", None)
    return {"model": MODEL, "messages": messages, **fields, **({"stream": True} if stream else {})}


async def heard(client: openai.AsyncOpenAI, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Give all that a client hears, in order, without the ids that count the server's answers."""
    answer = await client.chat.completions.create(**request)
    items = [item async for item in answer] if request.get("stream") else [answer]
    return [{**item.model_dump(exclude_unset=True), "id": ""} for item in items]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", CASES)
async def test_the_same_is_heard(bench: Bench, case: str, stream: bool) -> None:
    """Content and order of all that comes are the same, and the model's server gets the same request."""
    request = request_of(case, stream=stream)
    straight = await heard(bench.straight, request)
    through = await heard(bench.through, request)
    assert through == straight
    own, passed = bench.bodies[-2:]
    if stream:  # Riffler counts tokens whether the client does or not
        own, passed = ({**body, "stream_options": None} for body in (own, passed))
    assert passed == own


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_client_turns_everything_off(server_folder: Path, stream: bool) -> None:
    """A header takes one request past tools, rewriting and sessions, and the answer says so."""
    request = request_of("text", stream=stream)
    async with benched(server_folder, model) as bench:
        headers = {"X-Riffler-Features": "off"}
        response = await bench.through.chat.completions.with_raw_response.create(**request, extra_headers=headers)
        assert response.headers["x-riffler-off"] == "client"
        assert "x-riffler-session" not in response.headers
        straight = await heard(bench.straight, request)
        assert await heard(bench.through.with_options(default_headers=headers), request) == straight
        assert (await bench.http.get("/api/v1/sessions")).json()["items"] == []
        assert bench.bodies[0] == bench.bodies[1]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"n": 2}, "n"),
        ({"model": "another"}, "model"),
        ({"functions": [WEATHER["function"]]}, "functions"),
        ({"tools": [{"type": "custom", "custom": {"name": "shell"}}]}, "tools"),
        ({"messages": [{"role": "function", "name": "weather", "content": "4 degrees"}]}, "messages"),
        ({"messages": [{"role": "tool", "tool_call_id": "call_9", "content": "4 degrees"}]}, "messages"),
    ],
    ids=["n", "model", "functions", "custom tools", "an old role", "no call"],
)
async def test_what_riffler_cannot_do_goes_straight(server_folder: Path, fields: dict[str, Any], why: str) -> None:
    """With all features on, what they can't be used for reaches the model's server as it came, and it says so."""
    request = {**request_of("text", stream=False), **fields}
    async with benched(server_folder, model) as bench:
        response = await bench.http.post("/v1/chat/completions", json=request)
        assert response.headers["x-riffler-off"] == why
        assert bench.bodies == [request]
        own = await bench.http.post(f"{bench.upstream.base_url}/chat/completions", json=request)
        assert response.status_code == own.status_code
        assert {**response.json(), "id": ""} == {**own.json(), "id": ""}


async def test_the_alias_is_the_model_of_the_settings(bench: Bench) -> None:
    """Who asks for `riffler` gets the model that there is."""
    answer = await bench.through.chat.completions.create(model="riffler", messages=[{"role": "user", "content": "Hi"}])
    assert answer.model == MODEL == bench.bodies[-1]["model"]


async def helped(client: openai.AsyncOpenAI, ask: str) -> list[str]:
    """Let the client's own helpers read a structured answer, whole and streamed; give all that they tell, in order."""
    asked: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": ask}], "response_format": Opening}
    told = []
    try:
        told.append(repr(await client.chat.completions.parse(**asked)))
    except openai.LengthFinishReasonError as exc:
        told.append(repr(exc))
    async with client.chat.completions.stream(**asked) as stream:
        try:
            told += [repr(event) async for event in stream]
            told.append(repr(await stream.get_final_completion()))
        except openai.LengthFinishReasonError as exc:
            told.append(repr(exc))
    return [ANSWER_ID.sub("id=''", each) for each in told]


def helped_sync(client: openai.OpenAI, ask: str) -> list[str]:
    """Do the same with the synchronous client."""
    asked: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": ask}], "response_format": Opening}
    told = []
    try:
        told.append(repr(client.chat.completions.parse(**asked)))
    except openai.LengthFinishReasonError as exc:
        told.append(repr(exc))
    with client.chat.completions.stream(**asked) as stream:
        try:
            told += [repr(event) for event in stream]
            told.append(repr(stream.get_final_completion()))
        except openai.LengthFinishReasonError as exc:
            told.append(repr(exc))
    return [ANSWER_ID.sub("id=''", each) for each in told]


@pytest.mark.parametrize("ask", ["structured", "brief"])
async def test_structured_answers_are_parsed_alike(bench: Bench, ask: str) -> None:
    """Both clients' helpers tell the same of an answer, whole and event by event, also when it was cut off."""
    own, passed = await helped(bench.straight, ask), await helped(bench.through, ask)
    assert passed == own
    assert bench.bodies[-1]["response_format"]["json_schema"]["name"] == "Opening"
    mark = "Opening(place='harbour', hour=6)" if ask == "structured" else "LengthFinishReasonError"
    assert mark in passed[0]
    assert mark in passed[-1]
    assert await bench.synchronous(bench.url, helped_sync, ask) == own


async def test_the_sync_client_hears_the_same(bench: Bench) -> None:
    """All cases, whole and streamed, in one synchronous client: content and order are those of the model's server."""
    requests = [request_of(case, stream=stream) for case in CASES for stream in (False, True)]

    def ask(client: openai.OpenAI) -> list[Any]:
        answers = [client.chat.completions.create(**request) for request in requests]
        items = [list(answer) if isinstance(answer, openai.Stream) else [answer] for answer in answers]
        return [[{**item.model_dump(exclude_unset=True), "id": ""} for item in each] for each in items]

    straight, through = [await bench.synchronous(url, ask) for url in (bench.upstream.base_url, bench.url)]
    assert through == straight
    assert [len(items) > 1 for items in through] == [False, True] * len(CASES)


async def test_the_models_are_the_servers(bench: Bench) -> None:
    """The list of models is that of the model's server, and then `riffler`; each is found by its name."""
    *through, own = [each.model_dump() async for each in bench.through.models.list()]
    assert through == [each.model_dump() async for each in bench.straight.models.list()]
    assert (own["id"], own["object"]) == ("riffler", "model")
    for row in (*through, own):
        assert (await bench.through.models.retrieve(row["id"])).model_dump() == row
