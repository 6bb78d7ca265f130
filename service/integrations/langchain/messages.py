"""LangChain's messages as OpenAI's, and back. Pure but for LangChain's own conversion.

On the way back a message that the view leaves as it came is the very object that LangChain had, with all that only its
provider understands. Of one that the view words otherwise, the text alone is another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    convert_to_messages,
    convert_to_openai_messages,
)

from riffler.errors import InvalidMessage
from riffler.service.ports.engine import Completion, FinishReason, Usage
from riffler.tools.messages import Message, ToolCall

_ROLES: Final[tuple[tuple[type[BaseMessage], str], ...]] = (
    (SystemMessage, "system"),
    (HumanMessage, "user"),
    (AIMessage, "assistant"),
    (ToolMessage, "tool"),
)
_REASONS: Final[dict[str, FinishReason]] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "refusal": "content_filter",
}
_CALL_BLOCKS: Final = frozenset({"tool_use", "tool_call", "tool_call_chunk", "function_call"})
"""Parts of a content that repeat a call, by provider."""


def openai_of(message: BaseMessage) -> dict[str, Any]:
    """Write a message in OpenAI's shape.

    Args:
        message: LangChain's.

    Returns:
        A new dictionary. What OpenAI has no word for isn't in it.

    Raises:
        InvalidMessage: Its kind has no place in a conversation.
    """
    role = next((role for kind, role in _ROLES if isinstance(message, kind)), None)
    if role is None:
        raise InvalidMessage(f"messages: expected system, human, ai and tool messages, got {message.type!r}")
    value: dict[str, Any] = {"role": role, "content": _content_of(message)}
    if message.name and role != "tool":
        value["name"] = message.name
    if isinstance(message, ToolMessage):
        value["tool_call_id"] = message.tool_call_id
    if isinstance(message, AIMessage):
        calls = [call.to_dict() for call in calls_of(message)]
        if calls:
            value["tool_calls"] = calls
    return value


def calls_of(message: AIMessage) -> tuple[ToolCall, ...]:
    """Give the calls of an answer, those with arguments that are no JSON behind the others.

    Args:
        message: The answer.

    Returns:
        The calls.
    """
    good = [
        ToolCall(call["id"] or "", call["name"], json.dumps(call["args"], ensure_ascii=False))
        for call in message.tool_calls
    ]
    bad = [ToolCall(call["id"] or "", call["name"] or "", call["args"] or "") for call in message.invalid_tool_calls]
    return (*good, *bad)


def completion_of(message: AIMessage, model: str) -> Completion:
    """Read an answer as an engine gives it.

    Args:
        message: The answer.
        model: The model's name.

    Returns:
        The completion.
    """
    calls, text, said = calls_of(message), str(message.text), message.response_metadata
    reason = _REASONS.get(str(said.get("finish_reason") or said.get("stop_reason") or ""))
    counted = message.usage_metadata
    usage = Usage(0, 0, estimated=True)
    if counted is not None:
        cached = (counted.get("input_token_details") or {}).get("cache_read") or 0
        usage = Usage(counted["input_tokens"], counted["output_tokens"], cached)
    return Completion(
        Message.assistant(text if text or not calls else None, calls),
        reason or ("tool_calls" if calls else "stop"),
        usage,
        model,
    )


def langchain_of(view: Sequence[Message], said: Iterable[BaseMessage]) -> list[BaseMessage]:
    """Give a view as LangChain's messages.

    Args:
        view: What the model is to see: the conversation's messages in their order, and steps between them.
        said: The conversation as LangChain has it.

    Returns:
        One message for each of the view's.
    """
    waiting = list(said)
    messages: list[BaseMessage] = []
    for seen in view:
        value = seen.to_dict()
        own = openai_of(waiting[0]) if waiting else {}
        if not _same(value, own):
            messages += convert_to_messages([value])
            continue
        original = waiting.pop(0)
        if value.get("content") == own["content"]:
            messages.append(original)
        else:
            messages.append(original.model_copy(update={"content": _reworded(original, value["content"])}))
    return messages


def without_calls(message: AIMessage, ids: frozenset[str]) -> AIMessage:
    """Take calls out of an answer.

    Args:
        message: The answer.
        ids: Of the calls.

    Returns:
        The answer without them; the very same where there is nothing to take.
    """
    if not ids:
        return message
    content = message.content
    if isinstance(content, list):
        content = [part for part in content if not _repeats(part, ids)]
    update: dict[str, Any] = {
        "content": content,
        "tool_calls": [call for call in message.tool_calls if call["id"] not in ids],
        "invalid_tool_calls": [call for call in message.invalid_tool_calls if call["id"] not in ids],
    }
    raw = message.additional_kwargs.get("tool_calls")
    if raw:
        kept = [call for call in raw if call.get("id") not in ids]
        update["additional_kwargs"] = {**message.additional_kwargs, "tool_calls": kept}
    return message.model_copy(update=update)


def _content_of(message: BaseMessage) -> str | list[Any] | None:
    if isinstance(message, AIMessage):
        text = str(message.text)
        return text if text or not (message.tool_calls or message.invalid_tool_calls) else None
    if isinstance(message.content, str):
        return message.content
    try:
        written = convert_to_openai_messages([message])
    except (ValueError, KeyError, TypeError):  # a part that only its provider understands
        return str(message.text)
    content: str | list[Any] = written[0]["content"]
    return content


def _same(value: dict[str, Any], own: dict[str, Any]) -> bool:
    """Tell whether a view's message is the next one of the conversation, however it is worded."""
    if not own or value["role"] != own["role"] or value.get("tool_call_id") != own.get("tool_call_id"):
        return False
    return _ids(value) == _ids(own)


def _ids(value: dict[str, Any]) -> list[str]:
    return [call["id"] for call in value.get("tool_calls") or ()]


def _reworded(original: BaseMessage, content: Any) -> Any:  # noqa: ANN401 - text, or parts of it
    """Put a view's text in the place of a message's own; what isn't text stays."""
    if isinstance(original.content, str) or not isinstance(content, str):
        return content
    others = [part for part in original.content if not isinstance(part, str) and part.get("type") != "text"]
    before = [part for part in others if part.get("type") not in _CALL_BLOCKS]
    return [*before, {"type": "text", "text": content}, *(part for part in others if part not in before)]


def _repeats(part: object, ids: frozenset[str]) -> bool:
    return (
        isinstance(part, dict)
        and part.get("type") in _CALL_BLOCKS
        and bool({part.get("id"), part.get("call_id")} & ids)
    )
