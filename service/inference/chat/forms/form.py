"""The interface of a form of tool calls, and what all forms need to read JSON that a model wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from riffler.tools.messages import DEEPEST, deeper

_DECODER = json.JSONDecoder(strict=False)
"""Models write line breaks into strings as they are."""

Schemas = Mapping[str, Mapping[str, Any]]
"""The JSON schema of each tool's arguments, by the tool's name."""


@dataclass(frozen=True, slots=True)
class ParsedCall:
    """A call as the model wrote it; it gets its id later.

    Attributes:
        name: The function.
        arguments: JSON text.
    """

    name: str
    arguments: str


class ToolForm(Protocol):
    """How one family of models writes its tool calls."""

    @property
    def name(self) -> str:
        """What the setting `tool_form` calls it."""
        ...

    @property
    def signs(self) -> tuple[str, ...]:
        """Texts of which a chat template of this form has at least one."""
        ...

    @property
    def opener(self) -> str:
        """What begins a call."""
        ...

    @property
    def closer(self) -> str:
        """What ends it; empty where only the reply's end does."""
        ...

    @property
    def bare(self) -> str:
        """What a reply begins with that may be a call without the opener; empty where there is none such."""
        ...

    @property
    def forced(self) -> str:
        """What is written into the model's turn when a call is required."""
        ...

    @property
    def tokens(self) -> tuple[str, ...]:
        """Tokens that are part of a call's text, where the vocabulary has them: opener and closer first of all."""
        ...

    def parse(self, body: str, opener: str, offered: Schemas) -> tuple[ParsedCall, ...] | None:
        """Read what stands between the opener and the closer.

        Args:
            body: The text, without both.
            opener: What stands in the body for another opener: its text, or a character that no text has where the
                vocabulary has a token for it.
            offered: The tools on offer.

        Returns:
            One call or more, or None when this is no call, or not a whole one.
        """
        ...

    def end(self, body: str, opener: str) -> int:
        """Find where the calls end that began with a token, for forms that close none.

        Args:
            body: What comes after the opener's token, up to the reply's end.
            opener: See `parse`.

        Returns:
            The length of what may be calls, so that the rest is text; 0 for none.
        """
        ...

    def write(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Write a call, for models whose chat template shows none.

        Args:
            name: The function.
            arguments: Its arguments.

        Returns:
            What the model would have written.
        """
        ...

    def inside(self, body: str) -> bool:
        """Tell whether a body ends within an argument's text, so that a closer which comes next is part of that.

        Args:
            body: What comes before the closer.

        Returns:
            Whether it does.
        """
        ...

    def adapt(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Put a conversation into the order and shape that templates of this form accept.

        Args:
            messages: Messages in OpenAI's shape, with arguments as objects. They may be changed.

        Returns:
            The messages for the template.
        """
        ...


def json_of(value: object) -> str:
    """Write JSON as models do.

    Args:
        value: What `json` writes.

    Returns:
        One line, with letters of all scripts as they are.
    """
    return json.dumps(value, ensure_ascii=False)


def in_string(text: str) -> bool:
    """Tell whether JSON text ends within a string.

    Args:
        text: The text.

    Returns:
        Whether it does.
    """
    inside = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = inside
        elif character == '"':
            inside = not inside
    return inside


def read_values(text: str, separators: str = "") -> list[object] | None:
    """Read JSON values that stand one after another.

    Args:
        text: The text.
        separators: Characters that may stand between them, beside white space.

    Returns:
        The values, or None when something else stands there, or the text ends within a value.
    """
    skipped = " \t\r\n" + separators
    values: list[object] = []
    rest = text.strip(skipped)
    while rest:
        try:
            value, end = _DECODER.raw_decode(rest)
        except (ValueError, RecursionError):
            return None
        values.append(value)
        rest = rest[end:].lstrip(skipped)
    return values


def value_end(text: str, at: int) -> int:
    """Find where a JSON value ends.

    Args:
        text: The text.
        at: Where it begins.

    Returns:
        The place after it; 0 where there is no whole one.
    """
    found = value_at(text, at)
    return 0 if found is None else found[1]


def value_at(text: str, at: int) -> tuple[object, int] | None:
    """Read the JSON value that begins at a place.

    Args:
        text: The text.
        at: Where it begins.

    Returns:
        The value and the place after it; None where there is no whole one.
    """
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None


def read_call(value: object, keys: Sequence[str]) -> ParsedCall | None:
    """Take a JSON value for a call.

    Args:
        value: The value.
        keys: Under which of these names the arguments may stand.

    Returns:
        The call, or None when it has no name, or no object (or JSON text of one) as its arguments, or one that is
        nested deeper than a message may be: no template could show it again.
    """
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"]:
        return None
    given = next((value[key] for key in keys if key in value), None)
    if isinstance(given, str):  # some models write the arguments as OpenAI does: JSON text within JSON
        inner = read_values(given)
        given = inner[0] if inner is not None and len(inner) == 1 else None
    if not isinstance(given, dict) or deeper(given, DEEPEST):
        return None
    try:
        arguments = json.dumps(given, ensure_ascii=False, allow_nan=False)
        (value["name"] + arguments).encode()
    except (ValueError, RecursionError):  # NaN or infinity is no JSON; half of a surrogate pair: no message can keep it
        return None
    return ParsedCall(value["name"], arguments)


def read_calls(values: Sequence[object] | None, keys: Sequence[str]) -> tuple[ParsedCall, ...] | None:
    """Take JSON values for calls.

    Args:
        values: The values; None stands for a text that is no JSON.
        keys: See `read_call`.

    Returns:
        The calls, or None unless there is at least one value and each is a call.
    """
    calls = [call for value in values or () if (call := read_call(value, keys)) is not None]
    return tuple(calls) if calls and len(calls) == len(values or ()) else None
