"""The proxy before a model that runs in this process, with no server of OpenAI's API behind it."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings
from riffler.tools.messages import ToolCall

ASK: list[Any] = [{"role": "user", "content": "When does the harbour open?"}]
TOOL: dict[str, Any] = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
OFF = {"X-Riffler-Features": "off"}


def model(request: EngineRequest) -> Reply:
    """Call the client's tool where there is one, else answer in several words."""
    wants = any(tool["function"]["name"] == "weather" for tool in request.tools)
    return ToolCall("call_1", "weather", "{}") if wants else "It opens at six."


@pytest.fixture
async def client(server_folder: Path) -> AsyncIterator[openai.AsyncOpenAI]:
    """The official client of a service whose model is a script."""
    settings = read_settings(data_folder=server_folder, rewriting=False)
    made = Riffler(settings, tenant=secrets.token_hex(8), engine=ScriptedEngine(model, model="script"))
    async with made as riffler, served(riffler) as http:
        url = str(http.base_url.join("/v1"))
        async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as asking:
            yield asking


@pytest.mark.parametrize("headers", [{}, OFF], ids=["turn", "straight"])
async def test_it_answers_in_openais_shape(client: openai.AsyncOpenAI, headers: dict[str, str]) -> None:
    """Whole and streamed, text and calls, with usage, under the model's own name."""
    for name in ("script", "riffler"):
        whole = await client.chat.completions.create(model=name, messages=ASK, extra_headers=headers)
        assert whole.choices[0].message.content == "It opens at six."
        assert (whole.choices[0].finish_reason, whole.model, whole.object) == ("stop", "script", "chat.completion")
        assert whole.usage is not None
        assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens > 10
    options: Any = {"stream": True, "stream_options": {"include_usage": True}, "extra_headers": headers}
    chunks = [each async for each in await client.chat.completions.create(model="script", messages=ASK, **options)]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "It opens at six."
    assert [chunk.choices[0].delta.role for chunk in chunks[:-1] if chunk.choices[0].delta.role] == ["assistant"]
    assert chunks[-1].usage is not None
    assert len({chunk.id for chunk in chunks}) == 1
    called = await client.chat.completions.create(model="script", messages=ASK, tools=[TOOL], extra_headers=headers)  # type: ignore[list-item]
    assert called.choices[0].finish_reason == "tool_calls"
    calls = [
        each
        async for each in await client.chat.completions.create(model="script", messages=ASK, tools=[TOOL], **options)
    ]
    assert [chunk.choices[0].delta.tool_calls[0].id for chunk in calls[:-1] if chunk.choices[0].delta.tool_calls] == [
        "call_1"
    ]


@pytest.mark.parametrize("headers", [{}, OFF], ids=["turn", "straight"])
async def test_a_choice_of_one_function_is_answered(client: openai.AsyncOpenAI, headers: dict[str, str]) -> None:
    """A `tool_choice` that names a function is no error where the engine takes none; it is told as ignored."""
    choice: Any = {"type": "function", "function": {"name": "weather"}}
    raw = client.chat.completions.with_raw_response
    response = await raw.create(
        model="script",
        messages=ASK,
        tools=[TOOL],  # type: ignore[list-item]
        tool_choice=choice,
        extra_headers=headers,
    )
    assert response.parse().choices[0].finish_reason == "tool_calls"
    assert response.headers["x-riffler-ignored"] == "tool_choice"


async def test_another_model_is_unknown(client: openai.AsyncOpenAI) -> None:
    """There is one model; the error is OpenAI's own for one that isn't there."""
    with pytest.raises(openai.NotFoundError) as caught:
        await client.chat.completions.create(model="gpt-9", messages=ASK)
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError) as caught:
        await client.models.retrieve("gpt/9")
    assert caught.value.code == "model_not_found"
    assert [each.id async for each in client.models.list()] == ["script", "riffler"]


async def test_what_it_cannot_do_is_said(client: openai.AsyncOpenAI) -> None:
    """Fields that the engine can do nothing with are named in a header; what says nothing isn't."""
    fields: dict[str, Any] = {"n": 1, "temperature": 0.2, "logit_bias": {"5": 1}, "user": "ada", "logprobs": True}
    raw = client.chat.completions.with_raw_response
    response = await raw.create(model="script", messages=ASK, extra_body={"top_k": 4}, **fields)
    assert response.headers["x-riffler-ignored"] == "logit_bias, logprobs, top_k"
    assert response.parse().choices[0].message.content == "It opens at six."
