"""Exact text; case counts. As quick as a raw scan of the text, whatever is found."""

from __future__ import annotations

from collections.abc import Sequence

from riffler.tools.finding.base import Found, Page, Searched, by_position
from riffler.tools.fragments import Span

_LONG = 100
"""Python's search from the end takes query times text in the worst case; for longer queries that would be felt."""


class Exact:
    """Finds exact text. Places that overlap are taken once, from the end from which they are given.

    Args:
        memory: What is searched, such as a working memory.
        areas: Where to look.
    """

    def __init__(self, memory: Searched, areas: Sequence[Span]) -> None:
        self._memory = memory
        self._areas = areas

    def find(self, query: str, page: Page) -> Found:
        """Find a query's places.

        Args:
            query: The text.
            page: Which of the places.

        Returns:
            The page.
        """

        def look(area: Span, low: int, high: int, most: int, *, newest: bool) -> tuple[int, list[Span]]:
            text = self._memory.messages[area.message].texts[area.slot]
            count = text.count(query, area.start, area.end)
            places = places_of(text, query, low, high, most if count else 0, newest=newest)
            return count, [Span(area.message, area.slot, start, start + len(query)) for start in places]

        return by_position(self._areas, look, page)


def places_of(text: str, query: str, low: int, high: int, most: int, *, newest: bool) -> list[int]:
    """Give places of a text that don't overlap.

    Args:
        text: Where to look.
        query: What to find, not empty.
        low: Where to begin.
        high: Where to end.
        most: How many to give.
        newest: Whether to go from the end.

    Returns:
        Where they begin, in the order in which they were met.
    """
    places: list[int] = []
    while len(places) < most:
        start = last_place(text, query, low, high) if newest else text.find(query, low, high)
        if start < 0:
            break
        places.append(start)
        low, high = (low, start) if newest else (start + len(query), high)
    return places


def last_place(text: str, query: str, low: int, high: int) -> int:
    """Find the last place of a text, in time that is linear in both.

    Args:
        text: Where to look.
        query: What to find, not empty.
        low: Where to begin.
        high: Where to end.

    Returns:
        Where it begins, or -1.
    """
    if len(query) < _LONG:
        return text.rfind(query, low, high)
    place = text[low:high][::-1].find(query[::-1])
    return high - place - len(query) if place >= 0 else -1
