"""Pieces of about so many tokens, that end where a paragraph, a line, a sentence or a word ends."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise

from riffler.tools.structure.places import blank, nearest_place, solid
from riffler.tools.structure.weigher import Weigher
from riffler.tools.tokens import TokenCounter

_SOLID = re.compile(r"\S")


def pieces_of(text: str, start: int, end: int, target_tokens: int, counter: TokenCounter) -> list[int]:
    """Choose where to cut a span into pieces of about so many tokens.

    Args:
        text: The text.
        start: The span's first character.
        end: One past its last.
        target_tokens: Of a piece, at least 1; a piece is up to a third larger or smaller.
        counter: Counts tokens; it is asked for a few samples only.

    Returns:
        The cuts strictly between start and end, ascending. Linear in the span.
    """
    weigher = Weigher(text, start, end, counter)
    left = weigher.tokens(start, end)
    pieces = max(1, math.ceil(left / target_tokens - 0.15))
    size = left / pieces
    cuts: list[int] = []
    place = start
    while left > size * 1.25 and place < end:
        wanted = left / max(2, round(left / size))  # the rest in even parts: no last piece of a few tokens
        ideal = min(end, max(place + 1, weigher.ahead(place, wanted)))
        cut = nearest_place(text, ideal, (ideal - place) / 3, place, end)
        weight = weigher.tokens(place, cut)
        if not 0.6 * wanted < weight < 1.4 * wanted:  # another script begins here: more tokens in as many characters
            cut = nearest_place(text, ideal, (ideal - place) / 12, place, end)
            weight = weigher.tokens(place, cut)
        if cut >= end:
            break
        cuts.append(cut)
        left -= weight
        place = cut
    return list(solid(text, start, end, cuts))


def merged(
    text: str,
    start: int,
    end: int,
    places: Iterable[int],
    *,
    target_tokens: int,
    counter: TokenCounter,
    allowed: Callable[[str, int], bool],
) -> Iterator[int]:
    """Choose those of some places that make pieces of up to about so many tokens.

    Which places are allowed, and make no blank piece, is looked at only near the end of each piece: two million short
    lines are no more than two million comparisons of numbers.

    Args:
        text: The text.
        start: The span's first character.
        end: One past its last.
        places: Offsets, ascending, none beyond the end.
        target_tokens: A piece that is larger already stays as it is.
        counter: Counts tokens; it is asked for a few samples only.
        allowed: Tells whether the text may be cut at a place.

    Yields:
        The cuts strictly between start and end, ascending.
    """
    solid_from = _SOLID.search(text, start, end)
    if solid_from is None:
        return
    weigher = Weigher(text, start, end, counter)
    most = weigher.ahead(start, target_tokens)
    last = solid_from.start()  # a piece that ends no later has blanks only
    held: list[int] = []  # places behind the last cut that weren't refused
    for place in chain(places, (end,)):
        if place <= last:
            continue
        if place > most and held:
            found = next(
                (
                    one
                    for other, one in pairwise((place, *reversed(held)))
                    if allowed(text, one) and not blank(text, one, other)
                ),
                None,
            )
            held.clear()
            if found is not None:
                yield found
                most = weigher.ahead(found, target_tokens)
        held.append(place)
        last = place
