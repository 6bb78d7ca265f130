"""Regular expressions, within a time limit: the `regex` package, Unicode, `^` and `$` at lines.

The limit is the one place where a tool looks at a clock: a pattern that backtracks for ever can't be told beforehand.
What is found never depends on it, only whether the call is refused. Compiling has no time limit, and a counted repeat
is unrolled ("(a{1000}){1000}" is a million nodes), so large patterns are refused before. So are patterns that call
themselves or a group: such a call that reads nothing goes on until half a gigabyte is full, within the time limit.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from math import prod

import regex

from riffler.errors import InvalidArguments, PatternTooSlow
from riffler.tools.finding.base import Found, Page, by_position
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.quoting import one_line

LIMIT_S = 2.0
"""Of the processor's time, as `regex` reads it, for all patterns of a call."""

_LONGEST = 1000
_MOST_NODES = 500_000
_REPEAT = re.compile(r"\{\s*(\d{1,9})")
_CALL = re.compile(r"\\.|(\(\?(?:R|[+-]?\d|&|P(?![<=])))", re.DOTALL)
"""A call of the pattern or of a group, after whatever is escaped: (?R), (?1), (?-1), (?&name), (?P>name), (?P&name)."""


class Pattern:
    """Finds matches of regular expressions, as they follow each other from a text's start; empty ones don't count.

    Args:
        memory: The working memory.
        areas: Where to look. A pattern sees the ends of an area as the ends of a text.
        limit_s: Seconds from now until the search is given up.
    """

    def __init__(self, memory: WorkingMemory, areas: Sequence[Span], limit_s: float = LIMIT_S) -> None:
        self._memory = memory
        self._areas = areas
        self._limit_s = limit_s
        self._end_s = time.process_time() + limit_s

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
        compiled = _compile(query)

        def look(area: Span, low: int, high: int, most: int, *, newest: bool) -> tuple[int, list[Span]]:
            count = 0
            kept = deque[tuple[int, int]](maxlen=most if newest else None)
            for start, end in self._matches(compiled, area):
                count += 1
                if low <= start and end <= high and (newest or len(kept) < most):
                    kept.append((start, end))
            places = reversed(kept) if newest else kept
            return count, [Span(area.message, area.slot, *place) for place in places]

        try:
            return by_position(self._areas, look, page)
        except TimeoutError as exc:
            raise PatternTooSlow(
                f"queries: the pattern {_quoted(query)} took longer than {self._limit_s:g} s and was stopped: "
                "nest no repeats, match less often, or search for plain text"
            ) from exc
        except MemoryError as exc:  # `regex` itself limits what it keeps for going back
            raise PatternTooSlow(
                f"queries: the pattern {_quoted(query)} took too much memory and was stopped: "
                "nest no repeats, or search for plain text"
            ) from exc

    def _matches(self, pattern: regex.Pattern[str], area: Span) -> Iterator[tuple[int, int]]:
        text = self._memory.messages[area.message].texts[area.slot]
        left_s = self._end_s - time.process_time()
        if left_s <= 0:  # in a short text `regex` itself would not look at the time
            raise TimeoutError
        for match in pattern.finditer(text, area.start, area.end, timeout=left_s):
            start, end = match.span()
            if start < end:
                yield start, end


def _compile(query: str) -> regex.Pattern[str]:
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


def _quoted(query: str) -> str:
    return f'"{one_line(query[:200])}{"..." if len(query) > 200 else ""}"'
