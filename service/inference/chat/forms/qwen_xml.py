"""The form of Qwen3-Coder: `<tool_call>`, then `<function=name>` with a `<parameter=name>` for each argument.

Arguments are bare text without a type, so the tool's schema says what each is: text that may be a string is one, of any
other type it is read as JSON, and what can't be read so stays text, for the tool to refuse.

An argument ends at a `</parameter>` that is followed by another parameter or by the function's end. A text that spells
just that can't be told from it: such a call has other arguments than its model meant, but never another function.

Source: Qwen, the chat template and the tool parser of Qwen3-Coder-30B-A3B-Instruct,
https://huggingface.co/Qwen/Qwen3-Coder-30B-A3B-Instruct
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from riffler.service.inference.chat.forms.form import ParsedCall, Schemas, json_of, read_call, read_values

_BEGIN = re.compile(r"\s*<function=([^>\s]+)>\s*")
_PARAMETER = re.compile(r"<parameter=([^>\n]+)>\n?")
_PARAMETER_END = re.compile(r"\n?</parameter>\s*(?=<parameter=|</function>)")
_END = re.compile(r"</function>\s*\Z")
_PYTHON = {"True": True, "False": False, "None": None}


class QwenXml:
    """`<tool_call>` and `</tool_call>` around one function, whose parameters are text."""

    name = "qwen_xml"
    signs = ("<parameter=",)
    opener = "<tool_call>"
    closer = "</tool_call>"
    bare = ""
    forced = "<tool_call>\n<function="
    tokens = ("<tool_call>", "</tool_call>")

    def parse(self, body: str, opener: str, offered: Schemas) -> tuple[ParsedCall, ...] | None:
        """Read one function with its parameters."""
        body = body.replace(opener, self.opener)
        begin = _BEGIN.match(body)
        if begin is None:
            return None
        types = _types(offered.get(begin[1]))
        arguments: dict[str, object] = {}
        at = begin.end()
        while parameter := _PARAMETER.match(body, at):
            end = _PARAMETER_END.search(body, parameter.end() - parameter[0].endswith("\n"))
            name = parameter[1]
            if end is None or name in arguments:
                return None
            arguments[name] = _value(body[parameter.end() : end.start()], types.get(name, frozenset()))
            at = end.end()
        if not _END.match(body, at):
            return None
        call = read_call({"name": begin[1], "arguments": arguments}, ("arguments",))
        return None if call is None else (call,)

    def end(self, body: str, opener: str) -> int:
        """Give none: it closes its calls."""
        return 0

    def write(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Write each argument as bare text, or as JSON where it is none."""
        texts = {key: value if isinstance(value, str) else json_of(value) for key, value in arguments.items()}
        parameters = "".join(f"<parameter={key}>\n{text}\n</parameter>\n" for key, text in texts.items())
        return f"{self.opener}\n<function={name}>\n{parameters}</function>\n{self.closer}"

    def inside(self, body: str) -> bool:
        """Tell whether a parameter is still open."""
        return body.rfind("<parameter=") > body.rfind("</parameter>")

    def adapt(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give the messages as they are."""
        return messages


def _types(schema: object) -> dict[str, frozenset[str]]:
    """Give the types that each argument may have, as far as its schema, a client's, says."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return {}
    return {name: frozenset(_types_of(each)) for name, each in properties.items()}


def _types_of(schema: object) -> Iterable[str]:
    for choice in (schema, *_listed(schema, "anyOf"), *_listed(schema, "oneOf")):
        named = choice.get("type") if isinstance(choice, dict) else None
        yield from (each for each in (*_listed(choice, "type"), named) if isinstance(each, str))
        if any(isinstance(each, str) for each in _listed(choice, "enum")):
            yield "string"


def _listed(schema: object, key: str) -> list[object]:
    value = schema.get(key) if isinstance(schema, dict) else None
    return value if isinstance(value, list) else []


def _value(text: str, types: frozenset[str]) -> object:
    """Read an argument's text."""
    if "string" in types and not (text.strip() == "null" and "null" in types):
        return text
    if text.strip() in _PYTHON and types & {"boolean", "null"}:
        return _PYTHON[text.strip()]
    values = read_values(text)
    if values is None or len(values) != 1 or (not types and not isinstance(values[0], dict | list)):
        return text
    try:
        json.dumps(values[0], allow_nan=False)
    except (ValueError, RecursionError):
        return text
    return values[0]
