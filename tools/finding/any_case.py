"""Exact text but for case and accents: "STRASSE" finds "Straße", "déjà" finds "Deja"; places are the original's."""

from __future__ import annotations

from collections.abc import Sequence

from riffler.tools.finding.base import Found, Page, by_position
from riffler.tools.finding.exact import Exact, last_place, places_of
from riffler.tools.finding.folded import Folded, FoldedTexts, fold, is_mark
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory


class AnyCase:
    """Finds text whatever its case and accents. A match never begins or ends inside one character, nor before a mark.

    Args:
        memory: The working memory.
        areas: Where to look.
    """

    def __init__(self, memory: WorkingMemory, areas: Sequence[Span]) -> None:
        self._texts = FoldedTexts(memory)
        self._areas = areas
        self._exact = Exact(memory, areas)

    def find(self, query: str, page: Page) -> Found:
        """Find a query's places.

        Args:
            query: The text; one of nothing but accents is looked for as it stands.
            page: Which of the places.

        Returns:
            The page.
        """
        wanted = fold(query)
        if not wanted or is_mark(query[0]):
            return self._exact.find(query, page)

        def look(area: Span, low: int, high: int, most: int, *, newest: bool) -> tuple[int, list[Span]]:
            folded = self._texts.of(area.message, area.slot)
            start, end = folded.there(area.start), folded.there(area.end)
            count = folded.text.count(wanted, start, end)
            if count and folded.inside:
                count = len(_whole_places(folded, wanted, start, end, count, newest=False))
            most = min(most, count)
            inner = (folded.there(low), folded.there(high)) if most else (0, 0)
            if folded.inside:
                places = _whole_places(folded, wanted, *inner, most, newest=newest)
            else:
                places = places_of(folded.text, wanted, *inner, most, newest=newest)
            ends = ((folded.start(place), folded.end(place + len(wanted), area.end)) for place in places)
            return count, [Span(area.message, area.slot, *pair) for pair in ends]

        return by_position(self._areas, look, page)


def _whole_places(folded: Folded, query: str, low: int, high: int, most: int, *, newest: bool) -> list[int]:
    """Give the places of a folded text that are made of whole characters of the original."""
    text, inside, size = folded.text, folded.inside or bytes(len(folded.text) + 1), len(query)
    places: list[int] = []
    while len(places) < most:
        start = last_place(text, query, low, high) if newest else text.find(query, low, high)
        if start < 0:
            break
        whole = not inside[start] and not inside[start + size]
        if whole:
            places.append(start)
        if newest:
            high = start if whole else start + size - 1
        else:
            low = start + size if whole else start + 1
    return places
