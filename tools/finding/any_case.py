"""Exact text but for case and accents: "STRASSE" finds "Straße", "déjà" finds "Deja"; places are the original's."""

from __future__ import annotations

from collections.abc import Sequence

from riffler.tools.finding.base import Found, Page, Searched, by_position
from riffler.tools.finding.exact import Exact, last_place, places_of
from riffler.tools.finding.folded import Folded, FoldedTexts, fold, is_mark
from riffler.tools.fragments import Span

_LONG = 200
"""Of longer queries no text has many places."""


class AnyCase:
    """Finds text whatever its case and accents. A match never begins or ends inside one character, nor before a mark.

    Args:
        memory: What is searched, such as a working memory.
        areas: Where to look.
    """

    def __init__(self, memory: Searched, areas: Sequence[Span]) -> None:
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
            count = _count(folded, wanted, start, end)
            most = min(most, count)
            inner = (folded.there(low), folded.there(high)) if most else (0, 0)
            if folded.inside:
                places = _whole_places(folded, wanted, *inner, most, newest=newest)
            else:
                places = places_of(folded.text, wanted, *inner, most, newest=newest)
            ends = ((folded.start(place), folded.end(place + len(wanted), area.end)) for place in places)
            return count, [Span(area.message, area.slot, *pair) for pair in ends]

        return by_position(self._areas, look, page)


def _count(folded: Folded, query: str, low: int, high: int) -> int:
    """Count the places that are made of whole characters of the original.

    Python counts all places at once. Those that begin or end inside a character are taken off, one for each such place
    of the text; where those are more than the query's places, or its places overlap, its places are gone through.

    Returns:
        How many there are that don't overlap.
    """
    text, inside, size = folded.text, folded.inside, len(query)
    count = text.count(query, low, high)
    if not count or not inside:
        return count
    if inside.count(1, low, high) > count or _overlaps(text, query, low, high):
        return len(_whole_places(folded, query, low, high, count, newest=False))
    place = inside.find(1, low, high)
    while place >= 0:
        count -= text.startswith(query, place, high)
        first = place - size
        count -= first >= low and not inside[first] and text.startswith(query, first, high)
        place = inside.find(1, place + 1, high)
    return count


def _overlaps(text: str, query: str, low: int, high: int) -> bool:
    """Tell whether two of a query's places overlap; of a long query, whether they could."""
    size = len(query)
    if size > _LONG:
        return True
    steps = (step for step in range(1, size) if query.endswith(query[: size - step]))
    return any(text.find(query[:step] + query, low, high) >= 0 for step in steps)


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
