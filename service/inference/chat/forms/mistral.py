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
    read_values,
    value_end,
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
        if body.lstrip().startswith("["):
            lists = read_values(body.replace(opener, " ")) or []
            items = [item for value in lists for item in (value if isinstance(value, list) else [None])]
            return read_calls(items, ("arguments",))
        values: list[object] = []
        for piece in filter(str.strip, body.split(opener)):
            named = _NAMED.match(piece)
            arguments = read_values(piece[named.end() :]) if named is not None else None
            if named is None or arguments is None or len(arguments) != 1:
                return None
            values.append({"name": named[1], "arguments": arguments[0]})
        return read_calls(values, ("arguments",))

    def end(self, body: str, opener: str) -> int:
        """Find the end of the last list, or of the last name's arguments."""
        start = body.rfind(opener) + len(opener) if opener in body else 0
        piece = body[start:]
        named = _NAMED.match(piece)
        end = value_end(piece, named.end() if named is not None else len(piece) - len(piece.lstrip()))
        return start + end if end else 0

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
