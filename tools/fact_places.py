"""The place of a fact as one number, so that places sort as they stand, and are worked with in arrays.

It has 64 bits: which text, first character, length, kind, loose. P places are uint64 (P,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riffler.tools.fact_arrays import KINDS, LENGTH_BITS, LENGTH_SHIFT, TAIL_BITS
from riffler.tools.facts import Kind

TEXT_BITS, START_BITS = 22, 31
TEXT_SHIFT = TAIL_BITS + START_BITS

PlaceNumbers = NDArray[np.uint64]


def packed(text: int, start: int) -> int:
    """Give a number that sorts before all places that begin here or later, and after those before."""
    return text << TEXT_SHIFT | start << TAIL_BITS


def stretch_of(place: int) -> tuple[int, int, int]:
    """Give the number of a place's text, its first character, and one past its last."""
    start = place >> TAIL_BITS & (1 << START_BITS) - 1
    return place >> TEXT_SHIFT, start, start + (place >> LENGTH_SHIFT & (1 << LENGTH_BITS) - 1)


def texts_of(places: PlaceNumbers) -> PlaceNumbers:
    """Give the numbers of places' texts."""
    texts: PlaceNumbers = places >> np.uint64(TEXT_SHIFT)
    return texts


def edges_of(places: PlaceNumbers) -> tuple[PlaceNumbers, PlaceNumbers]:
    """Give where places begin, and one past where they end, both as `packed` numbers."""
    starts = places >> np.uint64(TAIL_BITS)
    lengths = places >> np.uint64(LENGTH_SHIFT) & np.uint64((1 << LENGTH_BITS) - 1)
    return starts << np.uint64(TAIL_BITS), (starts + lengths) << np.uint64(TAIL_BITS)


def kinds_of(places: PlaceNumbers) -> PlaceNumbers:
    """Give the numbers in `KINDS` of places' kinds."""
    kinds: PlaceNumbers = places >> np.uint64(1) & np.uint64(3)
    return kinds


def kind_of(place: int) -> Kind:
    """Give the kind of the fact at a place."""
    return KINDS[place >> 1 & 3]


def are_loose(places: PlaceNumbers) -> NDArray[np.bool_]:
    """Tell which places are of loose facts (see `Fact`)."""
    loose: NDArray[np.bool_] = (places & np.uint64(1)) > 0
    return loose
