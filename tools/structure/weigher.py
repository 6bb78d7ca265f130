"""What stretches of a text weigh in tokens, each for the price of a subtraction."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riffler.tools.tokens import TokenCounter

_SAMPLE_CHARACTERS = 2000
_SAMPLES = 5
_CHUNK = 1 << 18
"""Characters that are weighed at once: what is worked out on the way takes a few megabytes, however long the text."""

_MOST_IN_INT32 = (2**31 - 1) // 90
_WIDE = (
    (0x1100, 0x1200),
    (0x2E80, 0xA000),
    (0xAC00, 0xD7B0),
    (0xF900, 0xFB00),
    (0xFF00, 0xFFF0),
    (0x1F000, 0x1FB00),
    (0x20000, 0x40000),
)


@cache
def _hundredths() -> NDArray[np.uint8]:
    """Give the weight of every code point in hundredths of a token: those of `EstimatedTokens`."""
    weights = np.full(0x110000, 50, np.uint8)
    weights[:0x80] = 55
    weights[ord("A") : ord("Z") + 1] = weights[ord("a") : ord("z") + 1] = 22
    weights[ord("0") : ord("9") + 1] = 40
    weights[ord(" ")] = 3
    for first, end in _WIDE:
        weights[first:end] = 90
    return weights


class Weigher:
    """Weighs stretches of a text in tokens: an estimate, set right by a counter on a few samples.

    A true count of every stretch that is tried would read a text many times over with a slow tokenizer. The estimate
    reads it once, and keeps what the text weighs up to each character: four bytes a character.

    Args:
        text: The text.
        start: Where the stretch begins that is cut.
        end: Where it ends.
        counter: Counts tokens.
    """

    def __init__(self, text: str, start: int, end: int, counter: TokenCounter) -> None:
        self._start = start
        sums: NDArray[Any] = np.zeros(end - start + 1, np.int32 if end - start <= _MOST_IN_INT32 else np.int64)
        for place in range(start, end, _CHUNK):
            chunk = text[place : min(end, place + _CHUNK)].encode("utf-32-le", "surrogatepass")
            weights = _hundredths()[np.frombuffer(chunk, np.uint32)]
            first = place - start + 1
            np.cumsum(weights, out=sums[first : first + len(weights)])
            sums[first : first + len(weights)] += sums[first - 1]
        self._sums = sums.data  # gives Python's own numbers, and quicker than an array gives NumPy's
        spans = [(start, end)]
        if end - start > _SAMPLES * _SAMPLE_CHARACTERS:
            step = (end - start - _SAMPLE_CHARACTERS) // (_SAMPLES - 1)
            places = range(start, end - _SAMPLE_CHARACTERS + 1, step)
            spans = [(place, place + _SAMPLE_CHARACTERS) for place in places]
        estimate = sum(self._between(*span) for span in spans)
        counted = sum(counter.count(text[one:other]) for one, other in spans)
        self._scale = counted / estimate if estimate else 1.0

    def tokens(self, start: int, end: int) -> float:
        """Estimate the tokens of a stretch.

        Args:
            start: Where it begins, in what is cut.
            end: Where it ends.

        Returns:
            The estimate; it adds up: two neighbours weigh what they weigh together.
        """
        return self._between(start, end) * self._scale

    def ahead(self, place: int, tokens: float) -> int:
        """Find where so many tokens from a place end.

        Args:
            place: An offset in what is cut.
            tokens: How many, above zero.

        Returns:
            The last offset up to which there are no more.
        """
        if not self._scale:
            return self._start + len(self._sums) - 1  # the counter counts nothing at all
        most = self._sums[place - self._start] + tokens / self._scale
        return self._start + bisect_right(self._sums, most, place - self._start) - 1

    def _between(self, start: int, end: int) -> int:
        return self._sums[end - self._start] - self._sums[start - self._start]
