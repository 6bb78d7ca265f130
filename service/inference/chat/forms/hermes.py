"""The form of Hermes and Qwen: `<tool_call>` JSON `</tool_call>`, once for each call, with text before it or none.

Source: NousResearch, Hermes-Function-Calling, https://github.com/NousResearch/Hermes-Function-Calling, and the chat
template of Qwen2.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riffler.service.inference.chat.forms.form import (
    ParsedCall,
    Schemas,
    in_string,
    json_of,
    read_calls,
    read_values,
)


class Hermes:
    """`<tool_call>` and `</tool_call>` around an object with `name` and `arguments`."""

    name = "hermes"
    signs = ("<tool_call>",)
    opener = "<tool_call>"
    closer = "</tool_call>"
    bare = ""
    forced = '<tool_call>\n{"name": "'
    tokens = ("<tool_call>", "</tool_call>")

    def parse(self, body: str, opener: str, offered: Schemas) -> tuple[ParsedCall, ...] | None:
        """Read one object, or several one after another."""
        return read_calls(read_values(body.replace(opener, self.opener)), ("arguments", "parameters"))

    def end(self, body: str, opener: str) -> int:
        """Give none: it closes its calls."""
        return 0

    def write(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Write one object between the tags."""
        return f"{self.opener}\n{json_of({'name': name, 'arguments': arguments})}\n{self.closer}"

    def inside(self, body: str) -> bool:
        """Tell whether a string is still open."""
        return in_string(body)

    def adapt(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give the messages as they are."""
        return messages
