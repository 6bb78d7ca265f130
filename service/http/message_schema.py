"""What a message may be, as JSON schema: the same that `Message.of` takes, and a test holds that it is."""

from __future__ import annotations

from typing import Any

_ROLES = ["system", "developer", "user", "assistant"]
_PARTS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"type": {"type": "string"}, "text": {"type": ["string", "null"]}},
        "required": ["type"],
        "if": {"properties": {"type": {"const": "text"}}},
        "then": {"properties": {"text": {"type": "string"}}, "required": ["text"]},
    },
}
_CALL = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "type": {"type": "string"},
        "function": {
            "type": ["object", "null"],
            "properties": {"name": {"type": "string"}, "arguments": {"type": "string"}},
            "required": ["name", "arguments"],
        },
    },
    "required": ["id"],
}
_CALLS: dict[str, Any] = {"type": "array", "items": _CALL}
_FIELDS: dict[str, Any] = {
    "content": {"anyOf": [{"type": "string"}, _PARTS, {"type": "null"}]},
    "tool_calls": {"anyOf": [_CALLS, {"type": "null"}]},
    "tool_call_id": {"type": ["string", "null"]},
}
_SPEAKS: dict[str, Any] = {"role": {"enum": _ROLES}} | _FIELDS
MESSAGE: dict[str, Any] = {
    "title": "Message",
    "description": "A chat message in OpenAI's shape: text, content parts, tool calls, a tool's result, or fields "
    "unknown to Riffler, with at most 100 lists and objects inside each other. It is kept as it comes.",
    "anyOf": [
        {
            "type": "object",
            "properties": _SPEAKS | {"content": {"anyOf": [{"type": "string"}, _PARTS]}},
            "required": ["role", "content"],
        },
        {
            "type": "object",
            "properties": _SPEAKS | {"tool_calls": _CALLS | {"minItems": 1}},
            "required": ["role", "tool_calls"],
        },
        {
            "type": "object",
            "properties": _FIELDS | {"role": {"const": "tool"}, "tool_call_id": {"type": "string"}},
            "required": ["role", "tool_call_id"],
        },
        {
            "type": "object",
            "properties": _SPEAKS,
            "required": ["role"],
            "not": {"propertyNames": {"enum": ["role", *_FIELDS]}},
        },
    ],
    "examples": [{"role": "user", "content": "The harbour opens at six."}],
}
