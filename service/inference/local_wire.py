"""OpenAI's chat API as a server sees it: reading a request, and writing an answer or the chunks of a stream.

Pure and deterministic: ids are counted, and `created` is always 0.

Source of the shapes: OpenAI, "Create chat completion" and "The chat completion chunk object",
https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from riffler.errors import InvalidMessage
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.scripted import pieces
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, ToolChoice, Usage
from riffler.tools.messages import ToolCall, read_messages

_ARGUMENTS_PIECE = 8
"""Characters of a tool call's arguments in one chunk."""


class _StreamOptions(BaseModel):
    include_usage: bool = False


class _Body(BaseModel):
    model: str
    messages: list[dict[str, Any]] = Field(min_length=1)
    tools: list[dict[str, Any]] = []
    tool_choice: ToolChoice | dict[str, Any] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    stream: bool = False
    stream_options: _StreamOptions = _StreamOptions()


def read_request(body: object) -> tuple[EngineRequest, bool]:
    """Read what a client posted.

    Args:
        body: The decoded JSON.

    Returns:
        The request, and whether a stream is to report usage.

    Raises:
        InvalidMessage: It isn't in the API's shape.
    """
    try:
        read = _Body.model_validate(body)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        raise InvalidMessage(f"{'.'.join(str(step) for step in first['loc']) or 'body'}: {first['msg']}") from exc
    choice = "required" if isinstance(read.tool_choice, dict) else read.tool_choice or "auto"
    stop = (read.stop,) if isinstance(read.stop, str) else tuple(read.stop or ())
    most = read.max_tokens if read.max_completion_tokens is None else read.max_completion_tokens
    request = EngineRequest(
        read_messages(read.messages),
        read.tools,
        choice,
        Sampling(read.temperature, read.top_p, most, read.seed, stop),
        read.stream,
    )
    return request, read.stream_options.include_usage


def error_object(message: str, error_type: str, code: int) -> dict[str, Any]:
    """Write an error in OpenAI's shape.

    Args:
        message: What went wrong.
        error_type: Its type.
        code: Its code, usually the status.

    Returns:
        The body.
    """
    return {"error": {"message": message, "type": error_type, "param": None, "code": code}}


def write_answer(completion: Completion, number: int, fault: Fault | None, copies: int = 1) -> list[bytes]:
    """Write an answer that isn't streamed.

    Args:
        completion: What the model said.
        number: Which answer this is.
        fault: What goes wrong with it.
        copies: How many choices it has, all alike.

    Returns:
        The body in two halves.
    """
    kind = fault.kind if fault is not None else None
    said = "refusal" if kind == "refusal" else "content"
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    message[said] = completion.message.text or None
    if completion.reasoning:
        message["reasoning_content"] = completion.reasoning
    if completion.message.tool_calls:
        message["tool_calls"] = [call.to_dict() for call in completion.message.tool_calls]
    finish = None if kind == "unfinished" else completion.finish_reason
    choice = {"message": message, "logprobs": None, "finish_reason": finish}
    choices = [{"index": index, **choice} for index in range(copies)]
    body: dict[str, Any] = {"id": f"chatcmpl-{number}", "object": "chat.completion", "created": 0}
    body |= {"model": completion.model, "choices": [] if kind == "no_choices" else choices}
    if kind != "no_usage":
        body["usage"] = _usage(completion.usage)
    if fault is not None and kind == "error_event":
        body = error_object(fault.message, fault.error_type, fault.status)
    data = b"<html><body>a page</body></html>" if kind == "bad_sse" else _json(body)
    return [data[: len(data) // 2], b"" if kind == "bad_json" else data[len(data) // 2 :]]


def write_stream(
    completion: Completion, number: int, with_usage: bool, fault: Fault | None, copies: int = 1
) -> list[bytes]:
    """Write an answer as a stream of server-sent events.

    Args:
        completion: What the model said.
        number: Which answer this is.
        with_usage: Whether the client asked for usage.
        fault: What goes wrong with it.
        copies: How many choices it has, all alike.

    Returns:
        The events, the last one `[DONE]`.
    """
    kind = fault.kind if fault is not None else None
    head: dict[str, Any] = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 0}
    head["model"] = completion.model
    deltas = _deltas(completion, "refusal" if kind == "refusal" else "content")
    said: list[dict[str, Any]] = [{"delta": delta, "finish_reason": None} for delta in deltas]
    if kind != "unfinished":
        said.append({"delta": {}, "finish_reason": completion.finish_reason})
    chunks = [{**head, "choices": [{"index": index, **each}]} for each in said for index in range(copies)]
    if kind == "no_choices":
        chunks = [{**chunk, "choices": []} for chunk in chunks]
    if with_usage and kind != "no_usage":
        chunks = [{**chunk, "usage": None} for chunk in chunks]
        chunks.append({**head, "choices": [], "usage": _usage(completion.usage)})
    events = [_json(chunk) for chunk in chunks]
    middle = (len(events) + 1) // 2
    if fault is not None and kind == "error_event":
        events[middle:] = [_json(error_object(fault.message, fault.error_type, fault.status))]
    if kind == "bad_json":
        events[middle] = events[middle][: len(events[middle]) // 2]
    field = b"" if kind == "bad_sse" else b"data: "
    return [field + event + b"\n\n" for event in (*events, b"[DONE]")]


def _deltas(completion: Completion, said: str) -> Iterator[dict[str, Any]]:
    """Give the deltas as OpenAI does: the role, the text by words, then the pieces of the calls by turns.

    What the model thought comes before, as vLLM, SGLang and DeepSeek send it: OpenAI's own server sends none of it.
    """
    yield {"role": "assistant", "content": ""}
    for piece in pieces(completion.reasoning):
        yield {"reasoning_content": piece}
    for piece in pieces(completion.message.text):
        yield {said: piece}
    calls = completion.message.tool_calls
    for index, call in enumerate(calls):
        function = {"name": call.name, "arguments": ""}
        yield {"tool_calls": [{"index": index, "id": call.id, "type": "function", "function": function}]}
    longest = max((len(call.arguments) for call in calls), default=0)
    for start in range(0, longest, _ARGUMENTS_PIECE):
        for index, piece in _pieces_at(calls, start):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _pieces_at(calls: tuple[ToolCall, ...], start: int) -> Iterator[tuple[int, str]]:
    for index, call in enumerate(calls):
        piece = call.arguments[start : start + _ARGUMENTS_PIECE]
        if piece:
            yield index, piece


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
