"""Facts as arrays of numbers: eleven to fourteen bytes each, and twelve for each different one.

A *spot* is the number of a character, counted over all texts that an index has read; texts have a gap of one between
them. Dense text has a fact every two or three characters, so that a wide number for each would be more than the text
itself many times over. That is why facts are gathered, sorted and numbered a block at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riffler.tools.facts import Kind, raw_facts

KINDS: tuple[Kind, ...] = ("key", "name", "number", "heading")
_KIND_BITS_OF = {kind: number << 1 for number, kind in enumerate(KINDS)}

LENGTH_BITS = 8
LENGTH_SHIFT = 3  # two bits of kind, and whether it opens a sentence
TAIL_BITS = LENGTH_SHIFT + LENGTH_BITS
MOST_SPOTS = (1 << 32) - 1
"""Texts after these, four billion characters, aren't indexed."""

BLOCK = 1 << 13
"""Facts that are worked with at once, in wide numbers."""

_SAMPLES = 16
"""Of a block, to part the sorting of all blocks into steps of about a block."""

Numbers = NDArray[np.unsignedinteger]
Hashes = NDArray[np.int64]


class Block(NamedTuple):
    """About `BLOCK` facts in a row. Facts that begin at the same spot are in the same one.

    Attributes:
        spots: Of their first characters, int64.
        ends: Of one past their last, int64.
        kinds: Which of `KINDS`, uint8.
        loose: See `Fact`, bool.
        groups: Numbers of what they say, int64.
    """

    spots: NDArray[np.int64]
    ends: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    loose: NDArray[np.bool_]
    groups: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FactArrays:
    """N facts by place, of which G are different.

    Attributes:
        spots: Of their first characters, uint32 (N,).
        tails: Length, kind and loose in `TAIL_BITS` bits, uint16 (N,); facts of one spot are in its order.
        groups: What each says: a number in `said`, in as few bytes as G takes (N,).
        said: Hashes of the different ones, ascending, int64 (G,).
        by_group: Numbers of facts in the order of group, then place, uint32 (N,).
        firsts: Where each group begins in `by_group`, and N, uint32 (G + 1,).
    """

    spots: NDArray[np.uint32]
    tails: NDArray[np.uint16]
    groups: Numbers
    said: Hashes
    by_group: NDArray[np.uint32]
    firsts: NDArray[np.uint32]

    def __len__(self) -> int:
        """How many facts there are."""
        return len(self.spots)

    def ranges(self, hashes: Hashes) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Tell where the facts stand that say something.

        Args:
            hashes: Of what they say, int64 (H,).

        Returns:
            For each the first of its facts in `by_group`, and one past the last, uint32 (H,) both; the same for none.
        """
        at = np.searchsorted(self.said, hashes)
        known = at < len(self.said)
        known[known] = self.said[at[known]] == hashes[known]
        low = self.firsts[at]
        return low, np.where(known, self.firsts[np.minimum(at + 1, len(self.said))], low)

    def blocks(self) -> Iterator[Block]:
        """Give all facts by place."""
        at = 0
        while at < len(self):
            past = min(at + BLOCK, len(self))
            while past < len(self) and self.spots[past] == self.spots[past - 1]:
                past += 1
            tails = self.tails[at:past]
            spots = self.spots[at:past].astype(np.int64)
            kinds = (tails >> 1 & 3).astype(np.uint8)
            groups = self.groups[at:past].astype(np.int64)
            yield Block(spots, spots + (tails >> LENGTH_SHIFT), kinds, tails & 1 == 1, groups)
            at = past


class FactReader:
    """Gathers the facts of texts."""

    def __init__(self) -> None:
        self._places, self._hashes = array("Q"), array("q")
        self._runs: list[_Run] = []

    def read(self, text: str, base: int) -> None:
        """Find the facts of a text.

        Args:
            text: The text.
            base: The spot of its first character, after all that was read before.
        """
        found = raw_facts(text)
        while True:
            places, hashes = self._places, self._hashes
            for kind, said, start, end, loose in islice(found, BLOCK - len(places)):
                length = end - start << LENGTH_SHIFT
                places.append(base + start << TAIL_BITS | length | _KIND_BITS_OF[kind] | loose)
                hashes.append(hash(kind + said))
            if len(places) < BLOCK:
                return
            self._flush()

    def arrays(self) -> FactArrays:
        """Give all that was found, and forget it."""
        if self._places:
            self._flush()
        runs, self._runs = self._runs, []
        said = _union([run.said for run in runs])
        return _numbered(*_sorted(runs, said), said)

    def _flush(self) -> None:
        places, hashes = np.frombuffer(self._places, np.uint64), np.frombuffer(self._hashes, np.int64)
        order = np.argsort(places, kind="stable")
        said, codes = np.unique(hashes[order], return_inverse=True)
        spots, tails = _parted(places[order])
        self._runs.append(_Run(spots, tails, codes.astype(np.uint16), said))
        self._places, self._hashes = array("Q"), array("q")


def joined(one: FactArrays, other: FactArrays) -> FactArrays:
    """Join facts with those of texts that come after them.

    Args:
        one: Facts.
        other: Facts that all stand after these.

    Returns:
        Both.
    """
    said = _union([one.said, other.said])
    groups: Numbers = np.empty(len(one) + len(other), _narrow(len(said)))
    groups[: len(one)] = _numbers_in(said, one.said)[one.groups]
    groups[len(one) :] = _numbers_in(said, other.said)[other.groups]
    spots, tails = np.concatenate([one.spots, other.spots]), np.concatenate([one.tails, other.tails])
    return _numbered(spots, tails, groups, said)


@dataclass(slots=True, eq=False)
class _Run:
    """Up to a block of facts by place, and how many of them were taken."""

    spots: NDArray[np.uint32]
    tails: NDArray[np.uint16]
    codes: NDArray[np.uint16]
    """Numbers in `said`."""
    said: Hashes
    taken: int = field(default=0)

    def take(self, below: int, said: Hashes) -> tuple[NDArray[np.uint64], Numbers]:
        """Give the places of the next ones before a spot, and the numbers in `said` of what they say."""
        some = slice(self.taken, int(np.searchsorted(self.spots, np.array(below, np.uint32))))
        self.taken = some.stop
        places = self.spots[some].astype(np.uint64) << np.uint64(TAIL_BITS) | self.tails[some]
        return places, _numbers_in(said, self.said)[self.codes[some]]


def _sorted(runs: list[_Run], said: Hashes) -> tuple[NDArray[np.uint32], NDArray[np.uint16], Numbers]:
    """Sort all by place; runs are used up, and freed as soon as that can be, for together they are as large."""
    count = sum(len(run.spots) for run in runs)
    spots, tails, groups = np.empty(count, np.uint32), np.empty(count, np.uint16), np.empty(count, _narrow(len(said)))
    samples = sorted(spot for run in runs for spot in run.spots[:: BLOCK // _SAMPLES].tolist())
    waiting = sorted(runs, key=lambda run: int(run.spots[0]), reverse=True)
    runs.clear()
    begun: list[_Run] = []
    at = 0
    for below in [*samples[_SAMPLES::_SAMPLES], MOST_SPOTS]:
        while waiting and waiting[-1].spots[0] < below:
            begun.append(waiting.pop())
        taken = [run.take(below, said) for run in begun]
        begun = [run for run in begun if run.taken < len(run.spots)]
        if taken:
            places = np.concatenate([places for places, _ in taken])
            order = np.argsort(places, kind="stable")
            some = slice(at, at + len(order))
            spots[some], tails[some] = _parted(places[order])
            groups[some] = np.concatenate([numbers for _, numbers in taken])[order]
            at = some.stop
    return spots, tails, groups


def _numbered(spots: NDArray[np.uint32], tails: NDArray[np.uint16], groups: Numbers, said: Hashes) -> FactArrays:
    """Work out the order of group: a counting sort, block by block."""
    sizes = np.zeros(len(said) + 1, np.uint32)
    starts = range(0, len(groups), BLOCK)
    for at in starts:
        np.add.at(sizes, groups[at : at + BLOCK].astype(np.intp) + 1, np.uint32(1))
    firsts = np.cumsum(sizes, dtype=np.uint32)
    free = firsts.copy()
    by_group = np.empty(len(groups), np.uint32)
    for at in starts:
        some = groups[at : at + BLOCK]
        order = np.argsort(some, kind="stable")
        ordered = some[order]
        begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        counts = np.diff(np.append(begins, len(ordered)))
        by_group[free[ordered] + (np.arange(len(ordered)) - np.repeat(begins, counts))] = order + at
        free[ordered[begins]] += counts.astype(np.uint32)
    return FactArrays(spots, tails, groups, said, by_group, firsts)


def _parted(places: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    tails = (places & np.uint64((1 << TAIL_BITS) - 1)).astype(np.uint16)
    return (places >> np.uint64(TAIL_BITS)).astype(np.uint32), tails


def _union(parts: Sequence[Hashes]) -> Hashes:
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _numbers_in(said: Hashes, some: Hashes) -> Numbers:
    return np.searchsorted(said, some).astype(_narrow(len(said)))


def _narrow(count: int) -> np.dtype[np.unsignedinteger]:
    """Give the smallest type that numbers so many things."""
    return np.min_scalar_type(max(0, count - 1))
