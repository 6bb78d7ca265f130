"""The best place to cut near a wanted one: where a paragraph ends, else a line, a sentence, a word, a clause."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from riffler.tools.structure.joints import between_characters, between_parts, may_cut

_BOUNDARIES = (
    re.compile(r"\n[ \t]*\n+"),  # paragraphs
    re.compile(r"\n"),  # lines
    re.compile(r"[.!?;؟।॥۔。！？；]['\"’”)\]]*\s+|[。！？；][」』”’）】]*"),  # sentences and list items
    re.compile(r"\s+"),  # words
    re.compile(r"[,;，、；|}\])>）】]+"),  # clauses and values, where a text has no blanks
)
_SIGNS = re.compile(r"\W+")
_NEAR = 32
_FURTHEST = 1000
"""Characters to each side in which the end of a word is looked for: one that is longer is no word."""

_MOST_LOOKS = 64
"""Boundaries of one kind that are tried: a word with more signs in it (`1,2,3,...` without end) is no word."""


def nearest_place(text: str, ideal: int, reach: float, first: int, end: int) -> int:
    """Find the best place to cut near a wanted one.

    Args:
        text: The text.
        ideal: The wanted place.
        reach: How far, in characters, a better boundary may be.
        first: Where the piece begins that the cut ends.
        end: The span's end.

    Returns:
        A place in `(first, end]`; `end` where there is none before it. It lies inside no word, number or character,
        unless one is longer than three times the reach: then it lies between two parts of it, or two characters.
    """
    low, high = max(int(ideal - reach), first, 0), min(int(ideal + reach) + 1, end)
    for boundary in _BOUNDARIES:
        places = [match.end() for match in boundary.finditer(text, low, high)]
        best = _nearest(text, ideal, places, may_cut)
        if best is not None and best > first:
            return best
    return _nearest_allowed(text, ideal, min(int(3 * reach) + 1, _FURTHEST), first, end)


def solid(text: str, start: int, end: int, places: Iterable[int]) -> Iterator[int]:
    """Leave out places that would make a piece of blanks only, or an empty one.

    Args:
        text: The text.
        start: The span's first character.
        end: One past its last.
        places: Offsets, ascending.

    Yields:
        Those that stay, strictly between start and end. Blanks stay with the piece before them, at the beginning with
        the one after them.
    """
    cut: int | None = None  # the end of a piece that has more than blanks, and may get those after it
    seen = start
    for place in places:
        if not seen < place < end:
            continue
        if not blank(text, seen, place):
            if cut is not None:
                yield cut
            cut = place
        elif cut is not None:
            cut = place
        seen = place
    if cut is not None and not blank(text, cut, end):
        yield cut


def blank(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch that isn't empty has blanks only."""
    return text[start].isspace() and (end - start == 1 or text[start:end].isspace())


def _nearest(text: str, ideal: int, places: Sequence[int], allowed: Callable[[str, int], bool]) -> int | None:
    """Give the nearest of some places, ascending, that is allowed; nearly always the first that is looked at."""
    middle = bisect_left(places, ideal)
    near = sorted(places[max(0, middle - _MOST_LOOKS) : middle + _MOST_LOOKS], key=lambda place: abs(place - ideal))
    return next((place for place in near[:_MOST_LOOKS] if allowed(text, place)), None)


def _nearest_allowed(text: str, ideal: int, reach: int, first: int, end: int) -> int:
    low, high = max(ideal - reach, first + 1), min(ideal + reach + 1, end)
    near = range(max(low, ideal - _NEAR), min(high, ideal + _NEAR))
    best = _nearest(text, ideal, near, may_cut)
    if best is not None:
        return best
    edges = [edge for match in _SIGNS.finditer(text, low, high) for edge in match.span()]
    for allowed in (may_cut, between_parts):  # the second parts a word longer than a piece, at its signs
        best = _nearest(text, ideal, [edge for edge in edges if low <= edge < high], allowed)
        if best is not None:
            return best
    place = max(ideal, first + 1)
    last = min(end, place + 64)
    while place < last and not between_characters(text, place):
        place += 1
    return place
