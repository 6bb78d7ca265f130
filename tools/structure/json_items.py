"""Places between the items of JSON: the elements of an array or an object, or one value a line.

Every item is read once, by Python's own parser, so that what is cut is known to be valid. Text around the JSON stays
whole. An array or object that holds a single array or object is opened, three deep, as in `{"results": [...]}`.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from riffler.errors import NotJson

_VALUE = r"[\[{\"\-0-9]|true\b|false\b|null\b"
_CONTAINER = rf"(?:\[(?=\s*+(?:\]|{_VALUE}))|\{{(?=\s*+[\"}}]))"
_AT_MARGIN = re.compile(rf"^[ \t]*+(?={_CONTAINER})", re.MULTILINE)
_ANYWHERE = re.compile(_CONTAINER)
_PLAIN_ITEM = re.compile(
    r"(?:-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+|\"[^\"\\\x00-\x1f]*+\")\s*+,\s*+"
)
"""A number or a text without escapes that isn't an array's last item: what there may be millions of. See RFC 8259."""

_BLANKS = re.compile(r"\s*+")
_SHORT = str  # numbers stay texts: one of 5,000 digits is valid JSON, and Python refuses to read it
_DECODER = json.JSONDecoder(parse_int=_SHORT, parse_float=_SHORT)
_DEEPEST_OPENED = 3


@dataclass(frozen=True, slots=True)
class _Container:
    """An array or object: where it begins and ends, where its items begin, and the value of the first of them."""

    start: int
    end: int
    items: array[int]
    value: int


def json_places(text: str, start: int, end: int) -> Iterator[int]:
    """Give the places where JSON and its items begin, and where it ends.

    Args:
        text: The text.
        start: Where to begin.
        end: Where to stop.

    Yields:
        Offsets, ascending; none for a text in which nothing begins like an array or object.

    Raises:
        NotJson: It begins like JSON and isn't; the error says where and what was expected.
    """
    whole = text[start:end]  # the parser knows no end but the text's
    pattern = _AT_MARGIN if _AT_MARGIN.search(whole) else _ANYWHERE
    spans: list[tuple[int, int]] = []
    first: _Container | None = None
    match = pattern.search(whole)
    while match:
        container = _container(whole, match.end() if pattern is _AT_MARGIN else match.start())
        first = first or container
        spans.append((container.start, container.end))
        match = pattern.search(whole, container.end)
    for begin, stop in spans:
        yield start + begin
        if first and len(spans) == 1:
            yield from (start + item for item in _opened(whole, first).items[1:])
        yield start + _past_blanks(whole, stop)


def _opened(text: str, container: _Container) -> _Container:
    """Give the outermost container in this one that has more than one item, if it isn't too deep."""
    inner = container
    for _ in range(_DEEPEST_OPENED):
        if len(inner.items) != 1 or text[inner.value] not in "[{":
            break
        inner = _container(text, inner.value)
    return inner


def _container(text: str, start: int) -> _Container:
    """Read the array or object that begins here."""
    keyed = text[start] == "{"
    close = "}" if keyed else "]"
    items = array("q")  # a number of eight bytes each: 4 MB may have two million
    first = start
    place = _past_blanks(text, start + 1)
    if text.startswith(close, place):
        return _Container(start, place + 1, items, first)
    while True:
        while not keyed and (plain := _PLAIN_ITEM.match(text, place)):
            first = first if items else place
            items.append(place)
            place = plain.end()
        value = place
        if keyed:
            if not text.startswith('"', place):
                raise _refusal(text, place, "a key in double quotes")
            value = _past_blanks(text, _value_end(text, place))
            if not text.startswith(":", value):
                raise _refusal(text, value, "':' after a key")
            value = _past_blanks(text, value + 1)
        first = first if items else value
        items.append(place)
        place = _past_blanks(text, _value_end(text, value))
        if text.startswith(close, place):
            return _Container(start, place + 1, items, first)
        if not text.startswith(",", place):
            raise _refusal(text, place, f"',' or '{close}'")
        place = _past_blanks(text, place + 1)


def _value_end(text: str, place: int) -> int:
    try:
        return _DECODER.raw_decode(text, place)[1]
    except json.JSONDecodeError as exc:
        raise _refusal(text, exc.pos, f"valid JSON ({exc.msg})") from exc
    except RecursionError as exc:
        raise _refusal(text, place, "fewer lists and objects inside each other") from exc


def _refusal(text: str, place: int, expected: str) -> NotJson:
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    came = repr(text[place : place + 20]) if place < len(text) else "the end of the text"
    return NotJson(f"not valid JSON at line {line}, column {column}: expected {expected}, got {came}")


def _past_blanks(text: str, place: int) -> int:
    match = _BLANKS.match(text, place)
    return match.end() if match else place
