"""Tools of Riffler's inside, and of the client's own beside them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.service.integrations.openai_proxy.bench import MODEL, Bench, benched
from tests.service.integrations.openai_proxy.test_transcripts import CALLS, WEATHER

from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import Completion, EngineRequest, Usage
from riffler.tools.messages import Message, ToolCall

LOOK = ToolCall("call_o", "find_in_context", '{"queries": ["harbour"]}')
ASK: dict[str, Any] = {"role": "user", "content": "When does the harbour open?"}


def names(body: dict[str, Any]) -> list[str]:
    """Name the tools of a request."""
    return [tool["function"]["name"] for tool in body.get("tools", [])]


def model(request: EngineRequest) -> Reply:
    """Look first, with a remark; ask for what the question names; then answer. Each call of it costs the same."""
    last = request.messages[-1]
    offered = {tool["function"]["name"] for tool in request.tools}
    question = next(message.text for message in reversed(request.messages) if message.role == "user")
    used = Usage(100, 7, 64)
    if last.role == "user" and "find_in_context" in offered and "again" not in question:
        calls = [LOOK, *(CALLS if "mixed" in question else ())]
        return Completion(Message.assistant("Let me look.", calls), "tool_calls", used, MODEL)
    if last.role == "user" and "weather" in offered:
        return Completion(Message.assistant(None, CALLS), "tool_calls", used, MODEL)
    if "both" in question and not any(call.name == "weather" for each in request.messages for call in each.tool_calls):
        return Completion(Message.assistant(None, CALLS), "tool_calls", used, MODEL)
    return Completion(Message.assistant("At six."), "stop", used, MODEL)


@pytest.fixture
async def bench(server_folder: Path) -> AsyncIterator[Bench]:
    """A bench with Riffler's tools on offer."""
    async with benched(server_folder, model, rewriting=False) as made:
        yield made


async def text_of(bench: Bench, messages: list[Any], *, stream: bool, **fields: Any) -> tuple[Any, str, list[Any]]:
    """Ask, and give the response, the text and the calls that the client hears, and hold the usage to two calls."""
    if not stream:
        response = await bench.ask(messages, **fields)
        answer = response.parse()
        assert answer.usage.prompt_tokens_details.cached_tokens == 64 * (answer.usage.prompt_tokens // 100)
        message = answer.choices[0].message
        return response, message.content or "", [call.model_dump() for call in message.tool_calls or ()]
    async with bench.through.chat.completions.stream(model=MODEL, messages=messages, **fields) as events:
        async for _ in events:
            pass
        message = (await events.get_final_completion()).choices[0].message
        calls = [call.model_dump(exclude={"index"}) for call in message.tool_calls or ()]
        return events._response, message.content or "", calls


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_inner_calls_are_invisible(bench: Bench, stream: bool) -> None:
    """A client hears the answer alone; the session has the step; the next request goes on in it, with the step seen."""
    response, text, calls = await text_of(bench, [ASK], stream=stream)
    assert (text, calls) == ("At six.", [])
    session = response.headers["x-riffler-session"]
    said = [ASK, {"role": "assistant", "content": text}, {"role": "user", "content": "Is it so, again?"}]
    onward, _, _ = await text_of(bench, said, stream=stream)
    assert onward.headers["x-riffler-session"] == session
    held = await bench.messages(session)
    assert [message["role"] for message in held] == ["user", "assistant", "tool", "assistant", "user"]
    assert [held[0], *held[3:]] == said
    assert bench.bodies[-1]["messages"][:4] == held[:4]
    assert names(bench.bodies[-1])[0] == "find_in_context"


async def test_usage_is_of_all_calls(bench: Bench) -> None:
    """The usage is what the model's server counts for both calls, cached tokens too, whole and streamed."""
    answer = (await bench.ask([ASK])).parse()
    chunks = await bench.through.chat.completions.create(
        model=MODEL, messages=[ASK], stream=True, stream_options={"include_usage": True}
    )
    last = [chunk async for chunk in chunks][-1]
    for usage in (answer.usage, last.usage):
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (200, 14, 214)
        assert usage.prompt_tokens_details is not None
        assert usage.prompt_tokens_details.cached_tokens == 128


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_steps_are_shown_to_who_asks(bench: Bench, stream: bool) -> None:
    """With the header a client sees each step, and hears the same answer."""
    headers = {"X-Riffler-Show": "steps"}
    answer = await bench.through.chat.completions.create(
        model=MODEL, messages=[ASK], stream=stream, extra_headers=headers
    )
    shown = [each.riffler async for each in answer if not each.choices] if stream else answer.riffler
    steps = [each["step"] for each in shown if "step" in each]
    assert [(step["tool"], step["arguments"], step["refused"]) for step in steps] == [
        (LOOK.name, LOOK.arguments, False)
    ]
    assert [each["rewriting"]["arm"] for each in shown if "rewriting" in each] == ["none"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("asked", ["after a look, both", "mixed with a look"])
async def test_parallel_calls_of_the_clients_tools_go_out(bench: Bench, asked: str, stream: bool) -> None:
    """Calls of the client's tools come to it alone, and their results, in any order, go on with the same turn."""
    question = {"role": "user", "content": f"What is the weather, {asked}?"}
    first, text, calls = await text_of(bench, [question], stream=stream, tools=[WEATHER])
    assert [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls] == [
        (call.id, call.name, call.arguments) for call in CALLS
    ]
    assert text == ("Let me look." if "mixed" in asked else "")
    said = [
        question,
        {"role": "assistant", "content": text or None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call_b", "content": "19 degrees"},
        {"role": "tool", "tool_call_id": "call_a", "content": "4 degrees"},
    ]
    second, text, calls = await text_of(bench, said, stream=stream, tools=[WEATHER])
    assert (text, calls) == ("At six.", [])
    session = first.headers["x-riffler-session"]
    assert second.headers["x-riffler-session"] == session
    held = await bench.messages(session)
    assert [message["role"] for message in held] == ["user", "assistant", "tool", "assistant", "tool", "tool"]
    assert [call["function"]["name"] for call in held[1]["tool_calls"]] == ["find_in_context"]
    assert [held[0], *held[3:]] == said == [held[0], *bench.bodies[-1]["messages"][3:]]


async def test_a_result_goes_on_under_the_same_decision(server_folder: Path) -> None:
    """A request that ends in a tool's result has the decision of its question, and the model sees the same rewrite."""
    settings = {"tools": "none", "policy": "fixed:reread", "rewrites_by": "rule"}
    async with benched(server_folder, model, **settings) as bench:
        first = await bench.ask([ASK], tools=[WEATHER])
        said = [ASK, first.parse().choices[0].message.model_dump()]
        said += [{"role": "tool", "tool_call_id": call.id, "content": "4 degrees"} for call in CALLS]
        second = await bench.ask(said, tools=[WEATHER])
        decision = first.headers["x-riffler-decision"]
        assert second.headers["x-riffler-decision"] == decision
        assert second.headers["x-riffler-arm"] == first.headers["x-riffler-arm"] == "reread"
        asked = [body["messages"][0]["content"] for body in bench.bodies]
        assert asked[0] == asked[1] != ASK["content"]
        listed = (await bench.http.get("/api/v1/decisions")).json()["items"]
        assert [each["decision"] for each in listed] == [decision]
        rewarded = await bench.http.post(f"/api/v1/decisions/{decision}/reward", json={"reward": 1.0})
        assert rewarded.json()["counted"] is True


async def test_a_result_of_an_unknown_conversation_asks_nothing_new(server_folder: Path) -> None:
    """A client that trims its history goes on with its tool loop: no new decision, and its question stays as it is."""
    settings = {"tools": "none", "policy": "fixed:reread", "rewrites_by": "rule"}
    async with benched(server_folder, model, **settings) as bench:
        said = [ASK, Message.assistant(None, CALLS).to_dict()]
        said += [{"role": "tool", "tool_call_id": call.id, "content": "4 degrees"} for call in CALLS]
        response = await bench.ask(said, tools=[WEATHER])
        assert response.parse().choices[0].message.content == "At six."
        assert "x-riffler-decision" not in response.headers
        assert bench.bodies[0]["messages"][0]["content"] == ASK["content"]
        assert (await bench.http.get("/api/v1/decisions")).json()["items"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [WEATHER], "tool_choice": "required"},
        {"tools": [WEATHER], "tool_choice": "none"},
        {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "weather"}}},
        {"tools": [{"type": "function", "function": {"name": "find_in_context", "parameters": {}}}]},
    ],
    ids=["required", "none", "a named one", "a name of ours"],
)
async def test_the_clients_choice_of_tools_rules(bench: Bench, fields: dict[str, Any]) -> None:
    """Where a client says what is to be called, or has a tool of one of our names, only its own tools are offered."""
    await bench.http.post("/v1/chat/completions", json={"model": MODEL, "messages": [ASK], **fields})
    body = bench.bodies[-1]
    assert (body["tools"], body.get("tool_choice")) == (fields["tools"], fields.get("tool_choice"))


async def test_inner_calls_come_to_an_end(server_folder: Path) -> None:
    """After the most steps that a turn may have only the client's tools are offered; the client gets an answer."""

    def eager(request: EngineRequest) -> Reply:
        """Look as long as that is on offer."""
        look = any(tool["function"]["name"] == "find_in_context" for tool in request.tools)
        return LOOK if look else CALLS[0]

    async with benched(server_folder, eager, rewriting=False, step_cap=2) as bench:
        answer = (await bench.ask([ASK], tools=[WEATHER])).parse()
        assert [call.function.name for call in answer.choices[0].message.tool_calls] == ["weather"]
        assert [names(body)[-1] for body in bench.bodies] == ["weather"] * 3
        assert len(names(bench.bodies[-1])) == 1


def cut_off(finish: Any) -> Any:
    """Make a model whose calls of Riffler's tools end in their middle, after 16 tokens; without them it answers."""

    def model(request: EngineRequest) -> Reply:
        if any(tool["function"]["name"] == "find_in_context" for tool in request.tools):
            call = ToolCall("call_o", "find_in_context", '{"queries": ["har')
            return Completion(Message.assistant("Let me look.", [call]), finish, Usage(100, 16), MODEL)
        return Completion(Message.assistant("At si"), "length", Usage(100, 16), MODEL)

    return model


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("tools", [[], [WEATHER]], ids=["ours alone", "the client's beside"])
@pytest.mark.parametrize(
    ("finish", "limit"),
    [
        ("length", {"max_tokens": 16}),
        ("length", {"max_completion_tokens": 16}),
        ("length", {}),
        ("tool_calls", {"max_tokens": 16}),
        ("stop", {"stop": ["bour"]}),
    ],
    ids=["max_tokens", "max_completion_tokens", "the server's limit", "a limit that isn't told", "stop"],
)
async def test_a_limit_within_a_call_costs_one_more(
    server_folder: Path, finish: Any, limit: dict[str, Any], tools: list[Any], stream: bool
) -> None:
    """A reply that ends within a call of Riffler's is asked for once more, with the client's tools alone.

    Its usage counts, and nothing of it is heard or kept.
    """
    async with benched(server_folder, cut_off(finish), rewriting=False) as bench:
        fields = {**limit, **({"tools": tools} if tools else {})}
        if stream:
            chunks = [
                chunk
                async for chunk in await bench.through.chat.completions.create(
                    model=MODEL, messages=[ASK], stream=True, stream_options={"include_usage": True}, **fields
                )
            ]
            usage, choices = chunks[-1].usage, [chunk.choices[0] for chunk in chunks if chunk.choices]
            text = "".join(choice.delta.content or "" for choice in choices)
            calls, reason = [choice for choice in choices if choice.delta.tool_calls], choices[-1].finish_reason
        else:
            answer = (await bench.ask([ASK], **fields)).parse()
            usage, (choice,) = answer.usage, answer.choices
            text, calls, reason = choice.message.content, choice.message.tool_calls or [], choice.finish_reason
        assert (text, calls, reason, usage.total_tokens) == ("At si", [], "length", 232)
        first, second = bench.bodies
        assert "find_in_context" in names(first)
        assert names(second) == [tool["function"]["name"] for tool in tools]
        assert second["messages"] == first["messages"] == [ASK]


async def test_a_call_that_is_badly_written_is_tried_again(server_folder: Path) -> None:
    """Under a limit that the reply didn't come to, a call that is no JSON is refused, and the tools stay on offer."""

    def model(request: EngineRequest) -> Reply:
        if request.messages[-1].role == "tool":
            return Completion(Message.assistant("At six."), "stop", Usage(100, 7), MODEL)
        bad = ToolCall("call_o", "find_in_context", '{"queries": ["har')
        return Completion(Message.assistant(None, [bad]), "tool_calls", Usage(100, 7), MODEL)

    async with benched(server_folder, model, rewriting=False) as bench:
        response = await bench.ask([ASK], max_tokens=16)
        assert response.parse().choices[0].message.content == "At six."
        assert "find_in_context" in names(bench.bodies[1])
        held = await bench.messages(response.headers["x-riffler-session"])
        assert [message["role"] for message in held] == ["user", "assistant", "tool"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", ["call_0", ""], ids=["repeated", "omitted"])
@pytest.mark.parametrize("tools", ["none", "riffler"])
async def test_calls_of_one_id_are_one_session(server_folder: Path, tools: Any, name: str, stream: bool) -> None:
    """A server that gives each call the same id, or none: the client hears one of its own, and goes on in its session.

    However many calls it has made: no step of its tool loop is a fork.
    """

    def calling(request: EngineRequest) -> Reply:
        if request.messages[-1].role == "user":
            return Completion(
                Message.assistant(None, [ToolCall(name, "weather", "{}")]), "tool_calls", Usage(100, 7, 64), MODEL
            )
        return Completion(Message.assistant("Cold."), "stop", Usage(100, 7, 64), MODEL)

    async with benched(server_folder, calling, rewriting=False, tools=tools) as bench:
        said: list[Any] = []
        sessions, ids = set(), []
        for number in range(3):
            said.append({"role": "user", "content": f"Is it warm, {number}?"})
            response, _, (call,) = await text_of(bench, said, stream=stream, tools=[WEATHER])
            ids.append(call["id"])
            said += [
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": call["id"], "content": "4 degrees"},
            ]
            second, text, _ = await text_of(bench, said, stream=stream, tools=[WEATHER])
            said.append({"role": "assistant", "content": text})
            sessions |= {each.headers["x-riffler-session"] for each in (response, second)}
        assert len(sessions) == 1
        assert len(set(ids)) == 3
        assert all(ids)
        assert await bench.messages(*sessions) == said[:-1]
