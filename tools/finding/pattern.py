"""Regular expressions, within a time limit: the `regex` package, Unicode, `^` and `$` at lines.

A pattern that backtracks for ever can't be told beforehand. `regex` stops one after a time, but reads the clock of the
whole process, which other threads use up: where this thread's own time (see `limit.py`) isn't up, the text is searched
again with twice as much. Compiling has no time limit, and a counted repeat is unrolled ("(a{1000}){1000}" is a million
nodes), so large patterns are refused before. So are patterns that call
themselves or a group: such a call that reads nothing goes on until half a gigabyte is full, within the time limit.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import prod
from typing import Protocol

import regex

from riffler.errors import InvalidArguments, PatternTooSlow
from riffler.tools.finding.base import Found, Page, Searched, by_position
from riffler.tools.finding.limit import Clock, Limit, own_time
from riffler.tools.fragments import Span
from riffler.tools.quoting import one_line

LIMIT_S = 2.0
"""For all patterns of a call."""

_SLACK = 1.25
"""So much more of the process's time `regex` gets at first, so that a lone thread's own time is up when it stops."""

_LONGEST = 1000
_MOST_NODES = 500_000
_REPEAT = re.compile(r"\{\s*(\d{1,9})")
_CALL = re.compile(r"\\.|(\(\?(?:R|[+-]?\d|&|P(?![<=])))", re.DOTALL)
"""A call of the pattern or of a group, after whatever is escaped: (?R), (?1), (?-1), (?&name), (?P>name), (?P&name)."""


class Match(Protocol):
    """A place in a text."""

    def span(self) -> tuple[int, int]:
        """Give where it begins and ends."""
        ...


class Matcher(Protocol):
    """A pattern made ready to search texts, as the package `regex` has it."""

    def finditer(self, text: str, start: int, end: int, /, *, timeout: float) -> Iterator[Match]:
        """Find the matches in a part of a text, as they follow each other.

        Args:
            text: The text.
            start: Where the part begins.
            end: Where it ends.
            timeout: Seconds of the whole process's time until it gives up.

        Returns:
            The matches. Reading on raises `TimeoutError` when the time is up, and `MemoryError` when the memory is that
            matching may take.
        """
        ...


def compile_pattern(query: str) -> Matcher:
    """Compile a pattern with the package `regex`, unless it is one that could take too long or too much memory.

    Args:
        query: The pattern.

    Returns:
        What searches for it.

    Raises:
        InvalidArguments: It is no pattern, or one that is refused.
    """
    if len(query) > _LONGEST:
        raise InvalidArguments(f"queries: a pattern may have {_LONGEST} characters, got {len(query)}")
    called = next((match for match in _CALL.finditer(query) if match[1]), None)
    if called:
        raise InvalidArguments(
            f"queries: the pattern {_quoted(query)} calls itself or a group at position {called.start()}, which is not "
            'allowed: write the group out, or "\\(" for a bracket'
        )
    nodes = len(query) * prod(max(1, int(least)) for least in _REPEAT.findall(query))
    if nodes > _MOST_NODES:
        raise InvalidArguments(f"queries: the repeats in the pattern {_quoted(query)} are too many: use * or +")
    try:
        return regex.compile(query, regex.MULTILINE, cache_pattern=False)
    except regex.error as exc:  # it names the position
        raise InvalidArguments(f"queries: the pattern {_quoted(query)} is not valid: {exc}") from exc
    except (RecursionError, OverflowError) as exc:
        raise InvalidArguments(f"queries: the pattern {_quoted(query)} is nested too deep") from exc


class Pattern:
    """Finds matches of regular expressions, as they follow each other from a text's start; empty ones don't count.

    Args:
        memory: What is searched, such as a working memory.
        areas: Where to look. A pattern sees the ends of an area as the ends of a text.
        limit_s: Seconds from now until the search is given up.
        compiler: Makes a query ready to search texts.
        clock: Measures the seconds.
    """

    def __init__(
        self,
        memory: Searched,
        areas: Sequence[Span],
        limit_s: float = LIMIT_S,
        *,
        compiler: Callable[[str], Matcher] = compile_pattern,
        clock: Clock = own_time,
    ) -> None:
        self._memory = memory
        self._areas = areas
        self._limit = Limit(limit_s, clock)
        self._compiler = compiler

    def find(self, query: str, page: Page) -> Found:
        """Find a pattern's matches.

        Args:
            query: The pattern.
            page: Which of the matches.

        Returns:
            The page.

        Raises:
            PatternTooSlow: The time is up, or the memory that matching may take.
        """
        matcher = self._compiler(query)

        def look(area: Span, low: int, high: int, most: int, *, newest: bool) -> tuple[int, list[Span]]:
            count = 0
            kept = deque[tuple[int, int]](maxlen=most if newest else None)
            for start, end in self._matches(matcher, area):
                count += 1
                if low <= start and end <= high and (newest or len(kept) < most):
                    kept.append((start, end))
            places = reversed(kept) if newest else kept
            return count, [Span(area.message, area.slot, *place) for place in places]

        try:
            return by_position(self._areas, look, page)
        except TimeoutError as exc:
            raise PatternTooSlow(
                f"queries: the pattern {_quoted(query)} took longer than {self._limit.seconds:g} s and was stopped: "
                "nest no repeats, match less often, or search for plain text"
            ) from exc
        except MemoryError as exc:  # `regex` itself limits what it keeps for going back
            raise PatternTooSlow(
                f"queries: the pattern {_quoted(query)} took too much memory and was stopped: "
                "nest no repeats, or search for plain text"
            ) from exc

    def _matches(self, matcher: Matcher, area: Span) -> Iterator[tuple[int, int]]:
        text = self._memory.messages[area.message].texts[area.slot]
        given, share = 0, _SLACK
        while True:
            left_s = self._limit.left
            if left_s <= 0:  # in a short text `regex` itself would not look at the time
                raise TimeoutError
            try:
                found = matcher.finditer(text, area.start, area.end, timeout=left_s * share)
                for match in islice(found, given, None):  # again the same ones come first
                    given += 1
                    start, end = match.span()
                    if start < end:
                        yield start, end
            except TimeoutError:
                used_s = left_s - self._limit.left
                if used_s >= left_s:
                    raise
                self._limit.give_back(used_s)
                share *= 2
            else:
                return


def _quoted(query: str) -> str:
    return f'"{one_line(query[:200])}{"..." if len(query) > 200 else ""}"'
