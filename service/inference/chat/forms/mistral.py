"""The form of Mistral: `[TOOL_CALLS]` and a JSON list, or newer `[TOOL_CALLS]name[ARGS]{...}` for each call.

Source: Mistral, mistral-common, "Tool calling" and its tokenizer versions v3 (the list) and v11 to v13 (names), and the
chat template of Mistral-7B-Instruct-v0.3, https://github.com/mistralai/mistral-common
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Mapping
from typing import Any

from riffler.service.inference.chat.forms.form import (
    ParsedCall,
    Schemas,
    in_string,
    json_of,
    read_calls,
    value_at,
)

_NAMED = re.compile(r"\s*([\w.-]+)\s*(?:\[CALL_ID\]\s*\w*\s*)?(?:\[ARGS\])?\s*(?=\{)")
_ID = re.compile(r"[A-Za-z0-9]{9}\Z")
_LETTERS = string.ascii_letters + string.digits


class Mistral:
    """A list of objects with `name` and `arguments`, or a name and its arguments after each `[TOOL_CALLS]`."""

    name = "mistral"
    signs = ("[TOOL_CALLS]",)
    opener = "[TOOL_CALLS]"
    closer = ""
    bare = ""
    forced = "[TOOL_CALLS]"
    tokens = ("[TOOL_CALLS]", "[ARGS]", "[CALL_ID]")

    def parse(self, body: str, opener: str, offered: Schemas) -> tuple[ParsedCall, ...] | None:
        """Read the list, or each name with its arguments."""
        items: list[object] = []
        found, end = _scan(body, opener)
        for name, value in found:
            if name:
                items.append({"name": name, "arguments": value})
            else:
                items += value if isinstance(value, list) else [None]
        return read_calls(items, ("arguments",)) if _skip(body, end, opener) == len(body) else None

    def end(self, body: str, opener: str) -> int:
        """Find the end of the last list, or of the last name's arguments; 0 where another one has begun behind it."""
        _, end = _scan(body, opener)
        return 0 if opener in body[end : _skip(body, end, opener)] else end

    def write(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Write a list of one."""
        return f"{self.opener}[{json_of({'name': name, 'arguments': arguments})}]"

    def inside(self, body: str) -> bool:
        """Tell whether a string is still open."""
        return in_string(body)

    def adapt(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give every call an id of nine letters or digits, and its result the same: the template refuses others."""
        for message in messages:
            for call in message.get("tool_calls") or ():
                call["id"] = nine_letters(str(call.get("id")))
            if "tool_call_id" in message:
                message["tool_call_id"] = nine_letters(str(message["tool_call_id"]))
        return messages


def _scan(body: str, opener: str) -> tuple[list[tuple[str, object]], int]:
    """Read values, each with the name before it, up to the first that isn't whole; an opener in a string is text.

    Returns:
        Names and values, and the place behind the last.
    """
    found: list[tuple[str, object]] = []
    end = 0
    while True:
        at = _skip(body, end, opener)
        named = _NAMED.match(body, at)
        if named is not None and found and opener not in body[end:at]:
            return found, end  # a name stands behind an opener
        read = value_at(body, at if named is None else named.end())
        if read is None:
            return found, end
        found.append((named[1] if named is not None else "", read[0]))
        end = read[1]


def _skip(body: str, at: int, opener: str) -> int:
    """Find the first place that is neither white space nor an opener."""
    while at < len(body):
        if body.startswith(opener, at):
            at += len(opener)
        elif body[at].isspace():
            at += 1
        else:
            break
    return at


def nine_letters(name: str) -> str:
    """Make an id that Mistral's templates accept.

    Args:
        name: Any id.

    Returns:
        The same when it is nine letters or digits already, else nine that always come out of this id.
    """
    if _ID.match(name):
        return name
    digest = hashlib.sha256(name.encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:9])
