"""What strings may be in calls of our own tools: ids are those of the view, and text to be copied is.

An app's tools are left alone, whatever their properties are called: a tool is ours by its name and its parameters.

An id is *of the view* when it stands in it, or inside a range that does: `f00001-f00009` also tells of f00005. Numbers
are given in order and never taken back, so each of these exists, if both ends do. What is left: a view doesn't say
whether Riffler wrote an id or a user did, so one that a user made up may be written too, and the tool then says which
there are. Where a view has none at all, any of the right form may.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from riffler.service.inference.chat.grammar import Specials
from riffler.service.inference.chat.nodes import Exactly, Node, OneOf, Stack
from riffler.service.inference.chat.strings import Copied, Source
from riffler.tools.fragments import FRAGMENT_ID, LAST_ID, SEARCH_ID
from riffler.tools.registry import EVERY_TOOL
from riffler.tools.selection import EVERYTHING

_COPIED = frozenset({"start_marker", "end_marker"})
"""Properties whose text is copied from the view."""
_LISTS = frozenset({"fragments", "but"})
"""Properties that are ids, ranges of them, or all; their schema says only that they are texts."""
_SINGLE = "fragment"
"""A property that is one id; its schema says only that it is a text."""
_ALL = Exactly(f'{EVERYTHING}"'.encode())
_ID = re.compile(r"\b([fs])([0-9a-f]{5})\b(?:-\1([0-9a-f]{5})\b)?")
_DIGITS = 5


def strings_from(texts: Iterable[str]) -> Specials:
    """Say what strings of our tools may be, as far as a view says so. The view is read when a string is begun.

    Args:
        texts: The view's.

    Returns:
        For `call_of`.
    """
    texts = list(texts)
    source = cache(lambda: Source(texts))  # takes a millisecond a kilobyte, and few calls copy

    @cache
    def of_form(form: str) -> Node:
        if form in _LISTS:
            one = _id("f", ids_in(texts, "f"))
            return OneOf(((*one, Exactly(b'"')), (*one, Exactly(b"-"), *one, Exactly(b'"')), (_ALL,)))
        letter = "s" if form == SEARCH_ID else "f"
        return OneOf(((*_id(letter, ids_in(texts, letter)), Exactly(b'"')),))

    def special(name: str, schema: Mapping[str, Any]) -> Node | None:
        if name in _COPIED:
            return Copied(source()) if source() else None
        if schema.get("pattern") in {FRAGMENT_ID, SEARCH_ID}:
            return of_form(schema["pattern"])
        if name == _SINGLE:
            return of_form(FRAGMENT_ID)
        return of_form("fragments") if name in _LISTS else None

    return lambda function: special if _is_ours(function) else _anything


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers, as runs that don't touch.

    Attributes:
        starts: The first of each run, ascending.
        ends: The last of each.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def some_in(self, least: int, most: int) -> bool:
        """Tell whether one of them is within bounds."""
        at = bisect_left(self.ends, least)
        return at < len(self.starts) and self.starts[at] <= most


def ids_in(texts: Iterable[str], letter: str) -> Numbers:
    """Find the numbers of a view's ids; see the module.

    Args:
        texts: The view's.
        letter: `f` of fragments, `s` of search hits.

    Returns:
        Them; all that an id can have where there is none.
    """
    found: set[tuple[int, int]] = set()
    for text in texts:
        for match in _ID.finditer(text):
            if match[1] == letter:
                first, last = int(match[2], 16), int(match[3] or match[2], 16)
                found |= {(first, last)} if first <= last else {(first, first), (last, last)}
    runs: list[list[int]] = []
    for first, last in sorted(found) or [(1, LAST_ID)]:
        if runs and first <= runs[-1][1] + 1:
            runs[-1][1] = max(runs[-1][1], last)
        else:
            runs.append([first, last])
    return Numbers(tuple(first for first, _ in runs), tuple(last for _, last in runs))


@dataclass(frozen=True, slots=True)
class _Digits:
    """The rest of an id's hexadecimal digits, which make one of some numbers; `value` is what those before say."""

    numbers: Numbers
    left: int = _DIGITS
    value: int = 0

    def step(self, byte: int) -> Iterable[Stack]:
        """Take the next digit, if one of the numbers goes on so."""
        if byte in b"0123456789abcdef":
            value, size = self.value * 16 + int(chr(byte), 16), 16 ** (self.left - 1)
            if self.numbers.some_in(value * size, (value + 1) * size - 1):
                yield (_Digits(self.numbers, self.left - 1, value),) if self.left > 1 else ()


def _id(letter: str, numbers: Numbers) -> Stack:
    return (Exactly(letter.encode()), _Digits(numbers))


def _is_ours(function: Mapping[str, Any]) -> bool:
    known = _parameters().get(str(function.get("name")))
    return known is not None and function.get("parameters") == known


def _anything(_name: str, _schema: Mapping[str, Any]) -> None:
    """Leave an app's strings alone."""


@cache
def _parameters() -> dict[str, Any]:
    return {tool.name: tool.schema()["function"]["parameters"] for tool in EVERY_TOOL}
