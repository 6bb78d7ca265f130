"""What a conversation is known by: a chain of digests over its messages, one for each beginning of it.

Two messages that say the same have the same digest, however a client writes them: clients send an answer back with
fewer fields, with others, or with the text in a part. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

_OF_ANSWERS = ("role", "content", "refusal", "tool_calls", "name", "audio")
"""What clients send back of an answer. The rest of it (annotations, reasoning, what was parsed) some leave out."""

_READ = 65_536
"""Most characters of a message's arguments that are read as JSON: nothing else of the process runs meanwhile. Longer
ones come back from clients as they were given, and are compared so."""


def links(messages: Iterable[Mapping[str, Any]], seed: str = "") -> list[str]:
    """Give what each beginning of a conversation is known by.

    Args:
        messages: The conversation, as a client sends it.
        seed: Tells conversations apart that say the same: the name that the client has for this one.

    Returns:
        One digest more than there are messages; the one at `n` is of the first `n` of them.
    """
    chain = [_digest(seed, "")]
    for message in messages:
        chain.append(linked(chain[-1], message))
    return chain


def linked(link: str, message: Mapping[str, Any]) -> str:
    """Give what a conversation is known by once a message has come to it.

    Args:
        link: What it was known by before.
        message: The message.

    Returns:
        The digest.
    """
    return _digest(link, json.dumps(told(message), sort_keys=True, separators=(",", ":")))


def told(message: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a message says, without how a client writes it.

    Args:
        message: The message; its fields may have any type.

    Returns:
        Its fields that say something. An answer's text has no white space around it, and its calls' arguments are
        written in one way.
    """
    answer = message.get("role") == "assistant"
    fields = {
        name: value
        for name, value in message.items()
        if value not in (None, "", []) and (not answer or name in _OF_ANSWERS)
    }
    if answer and isinstance(fields.get("refusal"), str):  # the one or the other, by client
        refusal = fields.pop("refusal")
        fields["content"] = f"{fields.get('content', '')}{refusal}"
    text = _text_of(fields.get("content"))
    if text is not None:
        fields["content"] = text.strip() if answer else text
        if not fields["content"]:
            del fields["content"]
    if isinstance(fields.get("tool_calls"), list):
        calls = fields["tool_calls"]
        read = sum(len(_arguments(call) or "") for call in calls) <= _READ
        fields["tool_calls"] = [_call(call, read=read) for call in calls]
    return fields


def _text_of(content: object) -> str | None:
    """Give the text of a content that is nothing but text; None for another one."""
    if isinstance(content, str):
        return content
    part = content[0] if isinstance(content, list) and len(content) == 1 else None  # two aren't one text: read apart
    text = part.get("text") if isinstance(part, dict) and part.keys() == {"type", "text"} else None
    return text if isinstance(text, str) else None


def _arguments(call: object) -> str | None:
    """Give a call's arguments as they came; None where they are no text."""
    function = call.get("function") if isinstance(call, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return arguments if isinstance(arguments, str) else None


def _call(call: object, *, read: bool) -> object:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict):
        return call
    arguments = function.get("arguments")
    if read and isinstance(arguments, str):
        with suppress(ValueError, RecursionError):  # what is no JSON, or too deep to write, is compared as it is
            arguments = json.dumps(json.loads(arguments), sort_keys=True)
    return {"id": call.get("id"), "name": function.get("name"), "arguments": arguments}


def _digest(link: str, text: str) -> str:
    return hashlib.sha256(f"{link}\n{text}".encode()).hexdigest()[:32]
