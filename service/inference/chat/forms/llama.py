"""The form of Llama 3.1 to 3.3: the whole reply is JSON with `name` and `parameters`, often after `<|python_tag|>`.

A bare `{` is a letter and no token: where a model begins its reply with JSON that it quotes, with the name of a tool on
offer, that is a call, and nothing can tell it from one that the model meant. The models of the other forms have tokens
for their openers as a rule, and then what they quote is never a call (`marks.py`).

The call of a built-in tool (`<|python_tag|>brave_search.call(query="...")`) is no JSON and stays text: no tool that is
offered here is called that way.

Source: Meta, "Llama 3.1 prompt format", https://www.llama.com/docs/model-cards-and-prompt-formats/llama3_1/, and the
chat template of Llama-3.1-8B-Instruct.
"""

from __future__ import annotations

import re
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


class Llama:
    """An object with `name` and `parameters`; several are separated by semicolons or white space."""

    name = "llama"
    signs = ("<|python_tag|>", "<|start_header_id|>ipython")
    opener = "<|python_tag|>"
    closer = ""
    bare = "{"
    forced = '{"name": "'
    tokens = ("<|python_tag|>",)

    def parse(self, body: str, opener: str, offered: Schemas) -> tuple[ParsedCall, ...] | None:
        """Read all objects of the reply."""
        return read_calls(read_values(_blanked(body, opener), ";"), ("parameters", "arguments"))

    def end(self, body: str, opener: str) -> int:
        """Find the end of the last whole object."""
        end, text = 0, _blanked(body, opener)
        while (at := len(text) - len(text[end:].lstrip(" \t\r\n;"))) < len(text) and text[at] == "{":
            found = value_end(text, at)
            if not found:
                break
            end = found
        return end

    def write(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Write one object."""
        return json_of({"name": name, "parameters": arguments})

    def inside(self, body: str) -> bool:
        """Tell whether a string is still open."""
        return in_string(body)

    def adapt(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Spread parallel calls over one message each, with their results between: the template takes one at a time."""
        adapted: list[dict[str, Any]] = []
        taken: set[int] = set()
        for at, message in enumerate(messages):
            calls = message.get("tool_calls") or ()
            if len(calls) < 2:
                if at not in taken:
                    adapted.append(message)
                continue
            for number, call in enumerate(calls):
                adapted.append({**message, "content": message["content"] if number == 0 else "", "tool_calls": [call]})
                result = _result_of(messages, at, call.get("id"))
                if result is not None:
                    taken.add(result)
                    adapted.append(messages[result])
        return adapted


def _blanked(body: str, opener: str) -> str:
    """Put blanks in the place of openers between objects; in a string the same letters are text."""
    if opener not in body or not opener:
        return body
    parts = re.compile(rf'"(?:[^"\\]++|\\.)*+"?|{re.escape(opener)}', re.DOTALL)
    return parts.sub(lambda found: " " * len(opener) if found[0] == opener else found[0], body)


def _result_of(messages: list[dict[str, Any]], after: int, call_id: object) -> int | None:
    places = range(after + 1, len(messages))
    return next((at for at in places if messages[at].get("tool_call_id") == call_id), None)
