"""Shapes of OpenAI's API, as far as Riffler knows them: what else comes in or goes out passes through.

Source: OpenAI, "Create chat completion", https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from riffler.service.http.described import Described
from riffler.service.http.message_schema import MESSAGE

_ASKED = {"model": "riffler", "messages": [{"role": "user", "content": "When does the harbour open?"}]}
_REQUEST: dict[str, Any] = {
    "type": "object",
    "title": "ChatRequest",
    "description": "A chat request. Fields that aren't named here go to the model's server as they came.",
    "required": ["model", "messages"],
    "properties": {
        "model": {
            "type": "string",
            "minLength": 1,
            "description": "A model of `GET /v1/models`, or `riffler` for the one of the settings. Sessions, tools and "
            "rewriting are for that one; a request for another one goes straight to the model's server.",
        },
        "messages": {"type": "array", "minItems": 1, "items": MESSAGE, "description": "All that was said."},
        "stream": {"type": ["boolean", "null"], "description": "Whether chunks are wanted."},
    },
    "examples": [_ASKED],
}
ChatRequest = Annotated[dict[str, Any], Body(), WithJsonSchema(_REQUEST)]


class ChatCompletionOut(BaseModel):
    """An answer in the shape of OpenAI's API: the model's server's own, whatever fields that has."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="The answer's id, of the model's server.")
    object: str = Field(description="`chat.completion`.")
    created: int = Field(description="When it was made, in seconds since 1970.")
    model: str = Field(description="The model that answered.")
    choices: list[dict[str, Any]] = Field(description="The answer, or several where several were asked for.")
    usage: dict[str, Any] | None = Field(
        None, description="Tokens of all calls of the model that the answer took, those inside among them."
    )


class ModelsOut(BaseModel):
    """Models in the shape of OpenAI's API."""

    model_config = ConfigDict(extra="allow")

    object: str = Field(description="`list`.")
    data: list[dict[str, Any]] = Field(description="The models.")


class ModelOut(BaseModel):
    """A model in the shape of OpenAI's API, with whatever fields the model's server has beside."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="Its name.")
    object: str = Field(description="`model`.")
    created: int | None = Field(None, description="When it was made, in seconds since 1970; 0 where nobody knows.")
    owned_by: str | None = Field(None, description="Whose it is, as the model's server says.")


class OpenAIErrorOut(BaseModel):
    """An error in the shape of OpenAI's API."""

    error: dict[str, Any] = Field(description="With `message`, `type`, `param` and `code`.")


ANSWER: dict[str, Any] = {
    "id": "chatcmpl-7f3a",
    "object": "chat.completion",
    "created": 1795528800,
    "model": "Qwen3-8B",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "The harbour opens at six."},
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 412,
        "completion_tokens": 9,
        "total_tokens": 421,
        "prompt_tokens_details": {"cached_tokens": 384},
    },
}
CHUNK_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "A chunk as JSON, an error in OpenAI's shape, or `[DONE]` at the end.",
    "required": ["data"],
    "properties": {"data": {"type": "string"}},
}
CHUNKS = (
    'data: {"id":"chatcmpl-7f3a","object":"chat.completion.chunk","created":1795528800,"model":"Qwen3-8B",'
    '"choices":[{"index":0,"delta":{"role":"assistant","content":"At six."},"finish_reason":"stop"}]}\n\n'
    "data: [DONE]\n\n"
)
MODELS: dict[str, Any] = {
    "object": "list",
    "data": [
        {"id": "Qwen3-8B", "object": "model", "created": 1795528800, "owned_by": "vllm"},
        {"id": "riffler", "object": "model", "created": 0, "owned_by": "riffler"},
    ],
}
_ERROR: dict[str, Any] = {
    "error": {
        "message": "messages: expected a list of at least one message",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_input",
    }
}
_FAILURES: Mapping[int | str, str] = MappingProxyType(
    {
        400: "The request isn't one that can be answered.",
        413: "The body has more bytes, or more values, than the service takes.",
        415: "The body isn't JSON.",
        "4XX": "What the model's server refused, with its status and in its words.",
        "5XX": "Riffler, Redis or the model's server failed. Try again, after `Retry-After` if given.",
    }
)
_TEXT = {"type": "string"}
HEADERS: dict[str, Any] = {
    "X-Riffler-Session": {"description": "The session that the conversation is.", "schema": _TEXT},
    "X-Riffler-Decision": {"description": "The decision to reward; absent when there is none.", "schema": _TEXT},
    "X-Riffler-Arm": {"description": "The arm that was drawn for the question.", "schema": _TEXT},
    "X-Riffler-Saved-Tokens": {
        "description": "Tokens that the model read fewer than the conversation has, over all calls; of a stream, over "
        "the first one.",
        "schema": {"type": "integer"},
    },
    "X-Riffler-Off": {
        "description": "Why Riffler did nothing: `client`, `settings`, or the field of the request that is the reason.",
        "schema": _TEXT,
    },
    "X-Riffler-Ignored": {
        "description": "Fields that the engine, which is no server of this API, can do nothing with.",
        "schema": _TEXT,
    },
}


def failures(*, body: bool) -> Described:
    """Describe the errors of a route of OpenAI's API.

    Args:
        body: Whether its requests have one.

    Returns:
        What FastAPI takes as `responses`.
    """
    content = {"application/json": {"example": _ERROR}}
    return {
        status: {"description": about, "model": OpenAIErrorOut, "content": content}
        for status, about in _FAILURES.items()
        if body or isinstance(status, str)
    }
