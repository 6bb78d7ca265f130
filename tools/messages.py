"""Chat messages in OpenAI's shape, immutable and kept byte for byte.

A message is kept as the JSON text it was first written as: unknown fields, key order and absent fields survive. Its
*text slots* are what tools can carve: the content, when that is a string, or each text part, when it is a list. All
else (images, audio, tool calls, names) passes through untouched.

Source of the shape: OpenAI, "Create chat completion", https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riffler.errors import InvalidMessage
from riffler.tools.counting.features import NAMES, Features, features_of

Role = Literal["system", "developer", "user", "assistant", "tool"]

_NO_TEXT = "a message needs text, content parts or tool calls"
DEEPEST = 100
"""Most lists and objects inside each other: far from where recursion ends, in any library that reads them."""
"""Most lists and objects inside each other. What is deeper could be stored, but not everything that reads it would."""


T = TypeVar("T")
_Some = Annotated[list[T], Field(fail_fast=True)]
"""A list of which only the first wrong item is told: to word a million complaints takes a minute."""


class _Open(BaseModel):
    """A shape of which only the named fields are checked."""

    model_config = ConfigDict(extra="allow", strict=True)


class _Function(_Open):
    name: str
    arguments: str


class _Call(_Open):
    id: str
    type: str = "function"
    function: _Function | None = None


class _Part(_Open):
    type: str
    text: str | None = None


class _Shape(_Open):
    role: Role
    content: str | _Some[_Part] | None = None
    tool_calls: _Some[_Call] | None = None
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's call of a function.

    Attributes:
        id: The model's name for this call; the result repeats it.
        name: The function.
        arguments: JSON text as the model wrote it, which may be invalid.
    """

    id: str
    name: str
    arguments: str

    def to_dict(self) -> dict[str, Any]:
        """Give the call in OpenAI's shape.

        Returns:
            A new dictionary with `id`, `type` and `function`.
        """
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}}


@dataclass(frozen=True)
class Message:
    """One chat message. Make it with `Message.of` or the constructors by role.

    Attributes:
        json: The message as JSON text: what is stored, compared and given back.
    """

    json: str

    @classmethod
    def of(cls, value: Mapping[str, Any], where: str = "message") -> Message:
        """Check a message in OpenAI's shape and keep it.

        Args:
            value: The message, as a client sends it.
            where: What to call it in an error, for example `messages[3]`.

        Returns:
            The message.

        Raises:
            InvalidMessage: A field has the wrong type, a tool message has no `tool_call_id`, the role is unknown, or a
                text can't be encoded as UTF-8 or JSON, or something in it is nested too deep.
        """
        try:
            shape = _Shape.model_validate(value)
        except ValidationError as exc:
            raise InvalidMessage(f"{where}{_first_complaint(exc)}") from exc
        if shape.role == "tool" and shape.tool_call_id is None:
            raise InvalidMessage(f"{where}.tool_call_id: a tool message needs the id of its call, got none")
        if shape.role != "tool" and shape.content is None and not shape.tool_calls and not (shape.model_extra or {}):
            raise InvalidMessage(f"{where}.content: {_NO_TEXT}, got none of them")
        if isinstance(shape.content, list):
            for number, part in enumerate(shape.content):
                if part.type == "text" and part.text is None:
                    raise InvalidMessage(f"{where}.content[{number}].text: expected a string, got none")
        try:
            text = _dumped(value)
            text.encode()
        except (TypeError, ValueError, RecursionError) as exc:  # UnicodeEncodeError is a ValueError
            raise InvalidMessage(f"{where}: can't be kept as UTF-8 JSON ({exc})") from exc
        if text.count("[") + text.count("{") > DEEPEST and deeper(value, DEEPEST):
            raise InvalidMessage(f"{where}: expected at most {DEEPEST} lists and objects inside each other, got more")
        return cls(text)

    @classmethod
    def of_json(cls, text: str) -> Message:
        """Take a message back from the JSON text that `json` gave.

        Args:
            text: The stored text. It was checked when it was stored, so it isn't checked again.

        Returns:
            The same message.
        """
        return cls(text)

    @classmethod
    def system(cls, text: str) -> Message:
        """Make a system message.

        Args:
            text: Its text.

        Returns:
            The message.
        """
        return cls.of({"role": "system", "content": text})

    @classmethod
    def user(cls, text: str) -> Message:
        """Make a user message.

        Args:
            text: Its text.

        Returns:
            The message.
        """
        return cls.of({"role": "user", "content": text})

    @classmethod
    def assistant(cls, text: str | None, tool_calls: Sequence[ToolCall] = ()) -> Message:
        """Make an assistant message.

        Args:
            text: Its text; may be None when there are calls.
            tool_calls: Its calls, in order.

        Returns:
            The message.
        """
        value: dict[str, Any] = {"role": "assistant", "content": text}
        if tool_calls:
            value["tool_calls"] = [call.to_dict() for call in tool_calls]
        return cls.of(value)

    @classmethod
    def tool(cls, call_id: str, text: str) -> Message:
        """Make a tool's result.

        Args:
            call_id: The id of the call that it answers.
            text: The result.

        Returns:
            The message.
        """
        return cls.of({"role": "tool", "tool_call_id": call_id, "content": text})

    @cached_property
    def _value(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.json)
        return value

    @property
    def role(self) -> Role:
        """Who speaks."""
        role: Role = self._value["role"]
        return role

    @property
    def tool_call_id(self) -> str | None:
        """Which call a tool message answers."""
        return self._value.get("tool_call_id")

    @cached_property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The function calls of an assistant message, in order. Calls of other types pass through unseen."""
        calls = self._value.get("tool_calls") or ()
        return tuple(
            ToolCall(call["id"], call["function"]["name"], call["function"]["arguments"])
            for call in calls
            if call.get("function")
        )

    @property
    def call_ids(self) -> tuple[str, ...]:
        """The ids of all calls of an assistant message, in order, also of those that aren't function calls."""
        return tuple(call["id"] for call in self._value.get("tool_calls") or ())

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The text slots: the string content, or the texts of the text parts in order."""
        content = self._value.get("content")
        if isinstance(content, str):
            return (content,)
        return tuple(part["text"] for part in content or () if part["type"] == "text")

    @cached_property
    def counts(self) -> dict[object, int]:
        """Tokens by counter, as `tokens.py` counted them, of the newest few counters: a message never changes."""
        return {}

    @cached_property
    def features(self) -> Features:
        """What of its texts and calls decides how many tokens they have, added up: learned counts read this only."""
        found = np.zeros(len(NAMES), np.int64)
        for text in (*self.texts, *(part for call in self.tool_calls for part in (call.name, call.arguments))):
            found += features_of(text)
        return found

    @property
    def is_text(self) -> bool:
        """Whether it holds nothing but texts and function calls: all of it that costs tokens can be counted."""
        content = self._value.get("content")
        parts = content if isinstance(content, list) else ()
        return all(part["type"] == "text" for part in parts) and len(self.tool_calls) == len(self.call_ids)

    @property
    def text(self) -> str:
        """All text slots, joined by line feeds."""
        return "\n".join(self.texts)

    def with_texts(self, texts: Sequence[str]) -> Message:
        """Give this message with other texts in its slots, all else unchanged.

        Args:
            texts: One text a slot.

        Returns:
            This very message when nothing differs, else a new one.

        Raises:
            ValueError: The number of texts isn't the number of slots.
        """
        if len(texts) != len(self.texts):
            raise ValueError(f"{len(texts)} texts for {len(self.texts)} slots")
        if tuple(texts) == self.texts:
            return self
        value = self.to_dict()
        if isinstance(value["content"], str):
            value["content"] = texts[0]
        else:
            slots = (part for part in value["content"] if part["type"] == "text")
            for part, text in zip(slots, texts, strict=True):
                part["text"] = text
        return Message(_dumped(value))  # of the same shape as this one, which was checked

    def to_dict(self) -> dict[str, Any]:
        """Give the message as a new dictionary in OpenAI's shape.

        Returns:
            The dictionary; changing it changes nothing here.
        """
        value: dict[str, Any] = json.loads(self.json)
        return value


def read_messages(values: Iterable[Mapping[str, Any]]) -> tuple[Message, ...]:
    """Check a conversation, message by message.

    Args:
        values: Messages as a client sends them.

    Returns:
        The messages, in order.
    """
    return tuple(Message.of(value, f"messages[{index}]") for index, value in enumerate(values))


def _dumped(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def deeper(value: object, most: int) -> bool:
    """Tell whether a value has more lists and objects inside each other than this; without recursion of its own.

    Args:
        value: JSON.
        most: How many may be.

    Returns:
        Whether there are more.
    """
    level = [value]
    for _ in range(most + 1):
        level = [
            inner
            for each in level
            if isinstance(each, Mapping | list | tuple)
            for inner in (each.values() if isinstance(each, Mapping) else each)
        ]
        if not level:
            return False
    return True


def _first_complaint(exc: ValidationError) -> str:
    """Word the first of pydantic's complaints as `.field: what was expected, what came`."""
    complaint = exc.errors(include_url=False)[0]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in complaint["loc"])
    path = path.replace(".str", "").replace(".list[_Part]", "")
    expected = re.sub(r"dictionary or instance of _\w+", "object", complaint["msg"])  # our classes' names say nothing
    return f"{path}: {expected}, got {type(complaint['input']).__name__}"
