"""Exact text but for its case, by Unicode's full case folding: "STRASSE" finds "Straße", places stay the original's."""

from __future__ import annotations

from collections.abc import Sequence

from riffler.tools.finding.base import Found, Page, by_position
from riffler.tools.finding.exact import last_place, places_of
from riffler.tools.finding.folded import Folded, FoldedTexts
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory


class AnyCase:
    """Finds text whatever its case. A match never begins or ends inside one character.

    Args:
        memory: The working memory.
        areas: Where to look.
    """

    def __init__(self, memory: WorkingMemory, areas: Sequence[Span]) -> None:
        self._texts = FoldedTexts(memory)
        self._areas = areas

    def find(self, query: str, page: Page) -> Found:
        """Find a query's places.

        Args:
            query: The text.
            page: Which of the places.

        Returns:
            The page.
        """
        wanted = query.casefold()

        def look(area: Span, low: int, high: int, most: int, *, newest: bool) -> tuple[int, list[Span]]:
            folded = self._texts.of(area.message, area.slot)
            start, end = folded.there(area.start), folded.there(area.end)
            count = folded.text.count(wanted, start, end)
            if count and folded.grown:
                count = len(_whole_places(folded, wanted, start, end, count, newest=False))
            most = min(most, count)
            inner = (folded.there(low), folded.there(high)) if most else (0, 0)
            find = _whole_places if folded.grown else _places
            places = find(folded, wanted, *inner, most, newest=newest)
            ends = ((folded.back(place), folded.back(place + len(wanted))) for place in places)
            return count, [Span(area.message, area.slot, *pair) for pair in ends]

        return by_position(self._areas, look, page)


def _places(folded: Folded, query: str, low: int, high: int, most: int, *, newest: bool) -> list[int]:
    return places_of(folded.text, query, low, high, most, newest=newest)


def _whole_places(folded: Folded, query: str, low: int, high: int, most: int, *, newest: bool) -> list[int]:
    """Give the places of a folded text that are made of whole characters of the original."""
    text, size = folded.text, len(query)
    places: list[int] = []
    while len(places) < most:
        start = last_place(text, query, low, high) if newest else text.find(query, low, high)
        if start < 0:
            break
        whole = not folded.inside(start) and not folded.inside(start + size)
        if whole:
            places.append(start)
        if newest:
            high = start if whole else start + size - 1
        else:
            low = start + size if whole else start + 1
    return places
