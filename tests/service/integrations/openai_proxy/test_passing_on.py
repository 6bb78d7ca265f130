"""With tools and rewriting on, all that a client asks for reaches the model's server, in each call of the turn."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.service.integrations.openai_proxy.bench import MODEL, Bench, benched
from tests.service.integrations.openai_proxy.test_transcripts import WEATHER

from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import ToolCall

LOOK = ToolCall("call_o", "find_in_context", '{"queries": ["harbour"]}')
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}
SCHEMA = {"name": "Opening", "strict": True, "schema": {"type": "object", "properties": {"hour": {"type": "integer"}}}}
OURS = {"messages", "tools", "stream_options"}
"""Fields that Riffler has a part in."""
CASES: dict[str, dict[str, Any]] = {
    "a schema": {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
    "an object": {"response_format": {"type": "json_object"}},
    "stop": {"stop": ["\n\n", "END"]},
    "logprobs": {"logprobs": True, "top_logprobs": 3, "logit_bias": {"50256": -100}},
    "sampling": {"temperature": 0.5, "top_p": 0.9, "seed": 7, "presence_penalty": 0.1, "frequency_penalty": 0.2},
    "a limit": {"max_completion_tokens": 4000},
    "who asks": {"user": "u-1", "safety_identifier": "s-1", "metadata": {"team": "piers"}, "store": False},
    "effort": {"reasoning_effort": "low", "verbosity": "low", "service_tier": "flex"},
    "unknown fields": {"extra_body": {"top_k": 40, "chat_template_kwargs": {"enable_thinking": False}, "odd": [None]}},
    "an image": {"parts": [IMAGE]},
    "an image and tools": {"parts": [IMAGE], "tools": [WEATHER], "parallel_tool_calls": False, "tool_choice": "auto"},
}
pytestmark = pytest.mark.asyncio(loop_scope="module")


def model(request: EngineRequest) -> Reply:
    """Look first, then answer."""
    return LOOK if request.messages[-1].role == "user" else '{"hour": 6}'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(server_folder: Path) -> AsyncIterator[Bench]:
    """A bench for all tests here, whose questions all have the same rewrite."""
    async with benched(server_folder, model, policy="fixed:reread", rewrites_by="rule") as made:
        yield made


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", CASES)
async def test_all_fields_are_in_each_call(bench: Bench, case: str, stream: bool) -> None:
    """The reworded question and the call inside both ask for what the client did: no field is lost, changed or new."""
    fields, before = {**CASES[case], **({"stream": True} if stream else {})}, len(bench.bodies)
    parts = fields.pop("parts", [])
    question = f"When does the harbour open? ({case}, {stream})"
    content = [{"type": "text", "text": question}, *parts] if parts else question
    response = await bench.ask(
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": content}], **fields
    )
    answer = response.parse()
    if stream:
        texts = [choice.delta.content or "" async for chunk in answer for choice in chunk.choices]
    else:
        texts = [choice.message.content for choice in answer.choices]
    assert "".join(texts) == '{"hour": 6}'
    assert "x-riffler-off" not in response.headers
    calls = bench.bodies[before:]
    assert len(calls) == 2
    asked = {"model": MODEL, **fields.pop("extra_body", {}), **fields}
    for body in calls:
        assert {name: body[name] for name in body.keys() - OURS} == {name: asked[name] for name in asked.keys() - OURS}
        offered = [tool["function"]["name"] for tool in body["tools"]]
        assert "find_in_context" in offered
        assert [tool for tool in body["tools"] if tool in fields.get("tools", [])] == fields.get("tools", [])
        system, user, *_ = body["messages"]
        assert system == {"role": "system", "content": "Be brief."}
        sent = user["content"]
        assert [part for part in sent if part in parts] == parts if parts else isinstance(sent, str)
        words = next(part["text"] for part in sent if part["type"] == "text") if parts else sent
        assert words.startswith(question)
        assert len(words) > len(question)
