"""What may be written, byte by byte: a call of an offered tool, as JSON that the tool's schema allows.

A state is some stacks of nodes, the next one first. A byte takes each stack to those that may follow it; no stack left
means that the byte isn't allowed. All of it is immutable, so that one can try.

JSON is written as `json.dumps` does, with a space behind a comma and a colon, or none. Of a schema are heeded: type,
enum, const, properties, required, items, the least and most of items and of whole numbers from 0 on, and anyOf. What
else it says isn't: the tool itself checks, and says what it expected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

Stack = tuple["Node", ...]
"""Nodes, the next one first."""
State = tuple[Stack, ...]
"""All that may come; empty when nothing may."""
Special = Callable[[str, Mapping[str, Any]], "Node | None"]
"""Gives what a string in a property of a name and schema may be, its opening quote behind it; None is any."""

_COMMAS = (b", ", b",")
_MOST_DIGITS = 18
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_BEGUN = re.compile(rb"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:(?<=[0-9])[eE][+-]?[0-9]{0,2})?)?")
"""The beginning of one. A larger exponent soon is infinity, which is no JSON."""
_CHARACTER = re.compile(rb"\\u[0-9a-f]{4}|\\.|[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*")
"""One, as JSON writes it in a string."""


class Node(Protocol):
    """A part of what may be written. Takes one byte at least."""

    def step(self, byte: int) -> Iterable[Stack]:
        """Give what may come after a byte: nothing where it isn't allowed, an empty stack where it is the last."""
        ...


def advance(state: State, text: bytes) -> State:
    """Write on.

    Args:
        state: What may come.
        text: What comes.

    Returns:
        What may come then; empty when the text isn't allowed.
    """
    for byte in text:
        state = tuple((*new, *rest[1:]) for rest in state if rest for new in rest[0].step(byte))
        if not state:
            break
    return state


@dataclass(frozen=True, slots=True)
class Exactly:
    """One text; at least one byte."""

    text: bytes

    def step(self, byte: int) -> Iterable[Stack]:
        """Take its next byte."""
        if self.text[0] == byte:
            yield (Exactly(self.text[1:]),) if len(self.text) > 1 else ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several stacks, none of them empty."""

    stacks: tuple[Stack, ...]

    def step(self, byte: int) -> Iterable[Stack]:
        """Take it in each."""
        return advance(self.stacks, bytes((byte,)))


@dataclass(frozen=True, slots=True)
class Word:
    """One of several texts, told apart at byte `at`; many of them cost little."""

    words: tuple[bytes, ...]
    at: int = 0

    def step(self, byte: int) -> Iterable[Stack]:
        """Keep those that go on so."""
        after = self.at + 1
        left = tuple(word for word in self.words if word[self.at] == byte)
        longer = tuple(word for word in left if len(word) > after)
        if longer:
            yield (Word(longer, after),)
        if len(longer) < len(left):
            yield ()


@dataclass(frozen=True, slots=True)
class Text:
    """A string behind its opening quote, with the closing one. `escape` is what is still needed of an escape."""

    empty: bool = True
    escape: int = 0

    def step(self, byte: int) -> Iterable[Stack]:
        """Take what JSON allows in a string."""
        if self.escape == -1:  # behind a backslash
            if byte == ord("u"):
                yield (Text(True, 4),)
            elif byte in b'"\\/bfnrt':
                yield (Text(),)
        elif self.escape:
            if byte in b"0123456789abcdefABCDEF":
                yield (Text(True, self.escape - 1),)
        elif byte == ord("\\"):
            yield (Text(True, -1),)
        elif byte == ord('"'):
            if self.empty:
                yield ()
        elif byte >= 0x20:
            yield (Text(),)


class Source:
    """Texts to copy from, as JSON writes them in a string.

    Args:
        texts: The texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        # a byte between them that no string of JSON has; half a surrogate pair, which no string can have, is lost
        written = (json.dumps(text, ensure_ascii=False)[1:-1] for text in texts)
        self.data = b"\0".join(text.encode(errors="replace") for text in written) + b"\0"
        self.starts: dict[int, list[int]] = {}
        for found in _CHARACTER.finditer(self.data):
            self.starts.setdefault(self.data[found.start()], []).append(found.start())
        self.cuts = frozenset(place for places in self.starts.values() for place in places)

    def __bool__(self) -> bool:
        return any(byte >= 0x20 for byte in self.starts)


@dataclass(frozen=True, slots=True)
class Copied:
    """A string behind its opening quote, copied from a source, with the closing quote.

    Attributes:
        source: What is copied from. A copy begins and ends between its characters.
        places: Where in the source the next byte may stand; None before the first.
    """

    source: Source
    places: tuple[int, ...] | None = None

    def step(self, byte: int) -> Iterable[Stack]:
        """Take what comes next somewhere in the source, or the closing quote."""
        data = self.source.data
        if self.places is None:
            fits = self.source.starts.get(byte, [])
        else:
            fits = [place for place in self.places if data[place] == byte]
            if byte == ord('"') and any(place in self.source.cuts for place in self.places):
                yield ()
        if byte >= 0x20 and fits:
            yield (Copied(self.source, tuple(place + 1 for place in fits)),)


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


@dataclass(frozen=True, slots=True)
class Members:
    """The rest of an object: properties that it doesn't have yet, in any order, and what closes it.

    Attributes:
        left: Names and schemas.
        required: Which must still come.
        special: See `value_of`.
        then: What comes behind it.
        others: The schema of properties of any name; None where there are none such.
        first: Whether it has none yet.
    """

    left: tuple[tuple[str, Mapping[str, Any]], ...]
    required: frozenset[str]
    special: Special
    then: Stack
    others: Mapping[str, Any] | None = None
    first: bool = True

    def step(self, byte: int) -> Iterable[Stack]:
        """Begin one, or close."""
        stacks: list[Stack] = [] if self.required else [(Exactly(b"}"), *self.then)]
        commas = (b"",) if self.first else _COMMAS
        if self.others is not None:
            value = value_of(self.others, (replace(self, first=False),), self.special, "")
            stacks.append((Word(tuple(comma + b'"' for comma in commas)), Text(), Word((b": ", b":")), *value))
        for name, schema in self.left:
            left = tuple(each for each in self.left if each[0] != name)
            rest = replace(self, left=left, required=self.required - {name}, first=False)
            key = json.dumps(name, ensure_ascii=False).encode()
            head = Word(tuple(comma + key + colon for comma in commas for colon in (b": ", b":")))
            stacks.append((head, *value_of(schema, (rest,), self.special, name)))
        return advance(tuple(stacks), bytes((byte,)))


@dataclass(frozen=True, slots=True)
class Elements:
    """The rest of a list."""

    schema: Mapping[str, Any]
    least: int
    most: int
    special: Special
    name: str
    then: Stack
    first: bool = True

    def step(self, byte: int) -> Iterable[Stack]:
        """Begin one, or close."""
        stacks: list[Stack] = [] if self.least > 0 else [(Exactly(b"]"), *self.then)]
        if self.most > 0:
            rest = replace(self, least=self.least - 1, most=self.most - 1, first=False)
            value = value_of(self.schema, (rest,), self.special, self.name)
            stacks.append(value if self.first else (Word(_COMMAS), *value))
        return advance(tuple(stacks), bytes((byte,)))


def value_of(schema: Mapping[str, Any], then: Stack, special: Special, name: str) -> Stack:
    """Give what a value may be.

    Args:
        schema: Its JSON schema. Where that names no type, any JSON may come.
        then: What comes behind it.
        special: Says what strings may be.
        name: Of the property that it is in.

    Returns:
        Nodes for the value, and what comes behind it.
    """
    if "enum" in schema or "const" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        return (Word(tuple(json.dumps(value, ensure_ascii=False).encode() for value in values)), *then)
    if "anyOf" in schema:
        return (OneOf(tuple(value_of(each, then, special, name) for each in schema["anyOf"])),)
    match schema.get("type"):
        case "object":
            left = tuple((schema.get("properties") or {}).items())
            others = schema.get("additionalProperties", not left)
            free = {} if others is True else others if isinstance(others, dict) else None
            return (Exactly(b"{"), Members(left, frozenset(schema.get("required", ())), special, then, free))
        case "array":
            least = schema.get("minItems", schema.get("minLength", 0))
            most = schema.get("maxItems", 1000)
            return (Exactly(b"["), Elements(schema.get("items") or {}, least, most, special, name, then))
        case "string":
            return (Exactly(b'"'), special(name, schema) or Text(empty=not schema.get("minLength")), *then)
        case "integer":
            return (_whole(schema, then),)
        case "number":
            return (Number(then),)
        case "boolean":
            return (Word((b"true", b"false")), *then)
        case "null":
            return (Exactly(b"null"), *then)
        case kinds:
            each = kinds if isinstance(kinds, list) else ("string", "number", "boolean", "null", "array", "object")
            return (OneOf(tuple(value_of({**schema, "type": kind}, then, special, name) for kind in each)),)


def _whole(schema: Mapping[str, Any], then: Stack) -> Node:
    """Give a whole number; one without a least has a sign or none, and no bounds."""
    most = 10**_MOST_DIGITS - 1
    if schema.get("minimum", -1) >= 0:
        return Whole(int(schema["minimum"]), int(schema.get("maximum", most)), then)
    return OneOf(((Whole(0, most, then),), (Exactly(b"-"), Whole(0, most, then))))


def call_of(tools: Sequence[Mapping[str, Any]], special: Special) -> State:
    """Give what may stand between the tags of a call in the form of Hermes.

    Args:
        tools: Schemas of the tools on offer, in OpenAI's shape.
        special: Says what strings may be.

    Returns:
        A state. A text is a whole call when an empty stack is in what it leads to.
    """
    stacks: list[Stack] = []
    for tool in tools:
        function = tool["function"]
        name = json.dumps(function["name"], ensure_ascii=False)
        head = f'{{"name": {name}, "arguments": '.encode()
        schema = {**(function.get("parameters") or {}), "type": "object"}
        value = value_of(schema, (Word((b"}", b"}\n")),), special, "")
        stacks.append((Word((head, b"\n" + head)), *value))
    return tuple(stacks)


def is_whole(state: State) -> bool:
    """Tell whether what was written may end here."""
    return () in state


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
