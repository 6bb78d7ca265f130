"""Pieces of about so many tokens, that end where a paragraph, a line, a sentence or a word ends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain

from riffler.tools.structure.places import nearest_place, solid
from riffler.tools.tokens import EstimatedTokens, TokenCounter

_ESTIMATE = EstimatedTokens()
_SAMPLE_CHARACTERS = 2000
_SAMPLES = 5
_ROUNDED_UP = 0.5
"""An estimate is rounded up, by half a token on average: many short lines add up to what they weigh."""


class Weigher:
    """Weighs stretches of a text in tokens, quickly: an estimate, set right by a counter on a few samples.

    A true count of every stretch that is tried would read a text many times over with a slow tokenizer.

    Args:
        text: The text.
        start: Where the stretch begins that is cut.
        end: Where it ends.
        counter: Counts tokens.
    """

    def __init__(self, text: str, start: int, end: int, counter: TokenCounter) -> None:
        self._text = text
        if end - start <= _SAMPLES * _SAMPLE_CHARACTERS:
            samples = [text[start:end]]
        else:
            step = (end - start - _SAMPLE_CHARACTERS) // (_SAMPLES - 1)
            places = range(start, end - _SAMPLE_CHARACTERS + 1, step)
            samples = [text[place : place + _SAMPLE_CHARACTERS] for place in places]
        estimate = sum(map(_ESTIMATE.count, samples))
        self._scale = sum(map(counter.count, samples)) / estimate if estimate else 1.0

    def tokens(self, start: int, end: int) -> float:
        """Estimate the tokens of a stretch.

        Args:
            start: Where it begins.
            end: Where it ends.

        Returns:
            The estimate; above zero.
        """
        return (_ESTIMATE.count(self._text[start:end]) - _ROUNDED_UP) * self._scale


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
        ideal = _ahead(weigher, place, end, wanted, (end - place) / left)
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
    text: str, start: int, end: int, cuts: Iterable[int], *, target_tokens: int, counter: TokenCounter
) -> Iterator[int]:
    """Join neighbouring pieces up to about so many tokens.

    Args:
        text: The text.
        start: The span's first character.
        end: One past its last.
        cuts: Where the pieces end and begin, ascending, strictly between start and end.
        target_tokens: A piece that is larger already stays as it is.
        counter: Counts tokens; it is asked for a few samples only.

    Yields:
        Those of the cuts that stay.
    """
    weigher = Weigher(text, start, end, counter)
    held, previous = 0.0, start
    for cut in chain(cuts, (end,)):
        tokens = weigher.tokens(previous, cut)
        if held and held + tokens > target_tokens:
            yield previous
            held = 0.0
        held += tokens
        previous = cut


def _ahead(weigher: Weigher, place: int, end: int, tokens: float, characters_a_token: float) -> int:
    """Give the offset so many tokens ahead, in steps of an eighth: a text may change its script on the way."""
    step = max(8, int(tokens * characters_a_token / 8))
    held = 0.0
    while place < end:
        stop = min(end, place + step)
        weight = weigher.tokens(place, stop)
        if held + weight >= tokens:
            return place + max(1, round((stop - place) * (tokens - held) / weight))
        held += weight
        place = stop
    return end
