"""What may be written in a call, byte by byte: a call of an offered tool, as JSON that the tool's schema allows.

JSON is written as `json.dumps` does, with a space behind a comma and a colon, or none. Of a schema are heeded: type,
enum, const, properties, required, items, the least and most of items and of whole numbers from 0 on, and anyOf. What
else it says isn't, nor what nothing can fulfil, such as an empty enum or a least above the most: the tool itself
checks, and says what it expected. So whatever schema an app has, a call that is begun can be ended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from riffler.service.inference.chat.nodes import Exactly, Node, OneOf, Stack, State, Word, advance
from riffler.service.inference.chat.strings import Text

Special = Callable[[str, Mapping[str, Any]], "Node | None"]
"""Gives what a string in a property of a name and schema may be, its opening quote behind it; None is any."""
Specials = Callable[[Mapping[str, Any]], Special]
"""Gives that for the strings of a tool: its name, description and parameters."""

_COMMAS = (b", ", b",")
_WORDS = {"boolean": Word((b"true", b"false")), "null": Word((b"null",))}
_MOST_DIGITS = 18
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_BEGUN = re.compile(rb"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:(?<=[0-9])[eE][+-]?[0-9]{0,2})?)?")
"""The beginning of one. A larger exponent soon is infinity, which is no JSON."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, and what ends it: any byte of the stack behind it, so it is asked for that too."""

    least: int
    most: int
    then: Stack
    digits: bytes = b""

    def step(self, byte: int) -> Iterable[Stack]:
        """Take a digit that still leads within the bounds, or the end of a number that is."""
        longer = self.digits + bytes((byte,))
        if byte in b"0123456789" and self.digits != b"0" and _leads(longer, self.least, self.most):
            yield (Whole(self.least, self.most, self.then, longer),)
        if self.digits and self.least <= int(self.digits) <= self.most:
            yield from advance((self.then,), bytes((byte,)))


@dataclass(frozen=True, slots=True)
class Number:
    """Any number, and what ends it; see `Whole`."""

    then: Stack
    text: bytes = b""

    def step(self, byte: int) -> Iterable[Stack]:
        """Take what a number may go on with, or the end of one."""
        longer = self.text + bytes((byte,))
        if len(longer) <= _MOST_DIGITS and _BEGUN.fullmatch(longer):
            yield (Number(self.then, longer),)
        if _NUMBER.fullmatch(self.text):
            yield from advance((self.then,), bytes((byte,)))


@dataclass(frozen=True)
class Members:
    """The rest of an object: properties that it doesn't have yet, in any order, and what closes it.

    Attributes:
        left: Names and schemas.
        required: Which of these must still come.
        special: See `value_of`.
        then: What comes behind it.
        others: The schema of properties of any name; None where there are none such.
        first: Whether it has none yet.
    """

    left: tuple[tuple[str, Any], ...]
    required: frozenset[str]
    special: Special
    then: Stack
    others: Mapping[str, Any] | None = None
    first: bool = True

    def step(self, byte: int) -> Iterable[Stack]:
        """Begin one, or close."""
        return advance(self._ways, bytes((byte,)))

    @cached_property
    def _ways(self) -> State:
        """All that may come: made once, though each token of a vocabulary may be tried."""
        stacks: list[Stack] = [] if self.required else [(Exactly(b"}"), *self.then)]
        commas = (b"",) if self.first else _COMMAS
        if self.others is not None:
            value = value_of(self.others, (replace(self, first=False),), self.special, "")
            stacks.append((Word(tuple(comma + b'"' for comma in commas)), Text(), Word((b": ", b":")), *value))
        for name, schema in self.left:
            left = tuple(each for each in self.left if each[0] != name)
            rest = replace(self, left=left, required=self.required - {name}, first=False)
            key = json.dumps(name, ensure_ascii=False).encode(errors="replace")
            head = Word(tuple(comma + key + colon for comma in commas for colon in (b": ", b":")))
            stacks.append((head, *value_of(schema, (rest,), self.special, name)))
        return tuple(stacks)


@dataclass(frozen=True)
class Elements:
    """The rest of a list."""

    schema: object
    least: int
    most: int
    special: Special
    name: str
    then: Stack
    first: bool = True

    def step(self, byte: int) -> Iterable[Stack]:
        """Begin one, or close."""
        return advance(self._ways, bytes((byte,)))

    @cached_property
    def _ways(self) -> State:
        stacks: list[Stack] = [] if self.least > 0 else [(Exactly(b"]"), *self.then)]
        if self.most > 0:
            rest = replace(self, least=self.least - 1, most=self.most - 1, first=False)
            value = value_of(self.schema, (rest,), self.special, self.name)
            stacks.append(value if self.first else (Word(_COMMAS), *value))
        return tuple(stacks)


def value_of(schema: object, then: Stack, special: Special, name: str) -> Stack:
    """Give what a value may be.

    Args:
        schema: Its JSON schema. Where that names no type, or is no object (`true`), any JSON may come.
        then: What comes behind it.
        special: Says what strings may be.
        name: Of the property that it is in.

    Returns:
        Nodes for the value, and what comes behind it.
    """
    if not isinstance(schema, Mapping):
        schema = {}
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values:
        return (Word(tuple(json.dumps(value, ensure_ascii=False).encode(errors="replace") for value in values)), *then)
    if schema.get("anyOf"):
        around = {key: each for key, each in schema.items() if key != "anyOf"}
        ways = [{**around, **(each if isinstance(each, Mapping) else {})} for each in schema["anyOf"]]
        return (OneOf(tuple(value_of(each, then, special, name) for each in ways)),)
    match schema.get("type"):
        case "object":
            return (Exactly(b"{"), _members(schema, then, special))
        case "array":
            return (Exactly(b"["), _elements(schema, then, special, name))
        case "string":
            return (Exactly(b'"'), special(name, schema) or Text(empty=not schema.get("minLength")), *then)
        case "integer":
            return (_whole(schema, then),)
        case "number":
            return (Number(then),)
        case "boolean" | "null" as kind:
            return (_WORDS[kind], *then)
        case kinds:
            every = ("string", "number", "boolean", "null", "array", "object")
            each = kinds if kinds and isinstance(kinds, list) else every
            return (OneOf(tuple(value_of({**schema, "type": kind}, then, special, name) for kind in each)),)


def _members(schema: Mapping[str, Any], then: Stack, special: Special) -> Members:
    """Give an object's members. One that is required is one of them, whether the schema tells of it or not."""
    told = schema.get("properties")
    left = {name: each for name, each in told.items() if each is not False} if isinstance(told, Mapping) else {}
    more = schema.get("additionalProperties", not left)
    free = {} if more is True else more if isinstance(more, Mapping) else None
    given = schema.get("required")
    required = frozenset(given) if isinstance(given, list | tuple) else frozenset()
    if schema.get("additionalProperties") is not False:
        left |= dict.fromkeys(sorted(required - set(told or ())), free)
    return Members(tuple(left.items()), required & set(left), special, then, free)


def _elements(schema: Mapping[str, Any], then: Stack, special: Special, name: str) -> Elements:
    """Give a list's elements. minLength counts: pydantic writes it for lists that it can't see, as in our tools."""
    least = _bound(schema, "minItems", _bound(schema, "minLength", 0))
    most = max(least, _bound(schema, "maxItems", 1000))
    if schema.get("items") is False:
        least = most = 0
    return Elements(schema.get("items"), least, most, special, name, then)


def _whole(schema: Mapping[str, Any], then: Stack) -> Node:
    """Give a whole number; one without a least has a sign or none, and no bounds."""
    largest = 10**_MOST_DIGITS - 1
    least = _bound(schema, "minimum", -1)
    if least >= 0:
        most = _bound(schema, "maximum", largest)
        return Whole(least, most if most >= least else largest, then)
    return OneOf(((Whole(0, largest, then),), (Exactly(b"-"), Whole(0, largest, then))))


def _bound(schema: Mapping[str, Any], name: str, default: int) -> int:
    """Read a bound; one that is no number, or that no number here reaches, is none."""
    value = schema.get(name)
    return int(value) if isinstance(value, int | float) and abs(value) < 10**_MOST_DIGITS else default


def call_of(tools: Sequence[Mapping[str, Any]], specials: Specials) -> State:
    """Give what may stand between the tags of a call in the form of Hermes.

    Args:
        tools: Schemas of the tools on offer, in OpenAI's shape.
        specials: Says of each what its strings may be.

    Returns:
        A state. A text is a whole call when an empty stack is in what it leads to.
    """
    stacks: list[Stack] = []
    for tool in tools:
        function = tool["function"]
        name = json.dumps(function["name"], ensure_ascii=False)
        head = f'{{"name": {name}, "arguments": '.encode()
        given = function.get("parameters")
        schema = {**(given if isinstance(given, Mapping) else {}), "type": "object"}
        value = value_of(schema, (Word((b"}", b"}\n")),), specials(function), "")
        stacks.append((Word((head, b"\n" + head)), *value))
    return tuple(stacks)


def _leads(digits: bytes, least: int, most: int) -> bool:
    """Tell whether a number that begins so can be within bounds."""
    value, size = int(digits), 1
    while value * size <= most:
        if (value + 1) * size > least:
            return True
        if value == 0:
            return False
        size *= 10
    return False
