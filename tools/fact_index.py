"""Where the facts of a conversation stand: an index that grows with it.

It holds numbers only, twenty bytes a fact: a hash of what the fact says, and where it stands. It is a value: growing
gives another one, which shares all parts but the newest. So memories that branch off each other, and threads, can
start from the same index. Parts are merged when they are of like size, so that there are few of them.

The index reads the messages of the conversation. Those of the agent's inner steps aren't in it: searches and warnings
repeat there what stands elsewhere, or stands nowhere any more.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from riffler.tools.facts import LONGEST, Kind, raw_facts

if TYPE_CHECKING:
    from riffler.tools.memory import Entry

KINDS: tuple[Kind, ...] = ("key", "name", "number", "heading")

_KIND_BITS_OF = {kind: number << 1 for number, kind in enumerate(KINDS)}

TEXT_BITS, START_BITS, LENGTH_BITS = 22, 31, 8
_OPENING, _KIND_BITS = 1, 3  # whether it opens a sentence, and two bits of kind
_LENGTH_SHIFT = _KIND_BITS
_START_SHIFT = _LENGTH_SHIFT + LENGTH_BITS
TEXT_SHIFT = _START_SHIFT + START_BITS
"""A place has 64 bits: which text, first character, length, kind, opening. So places sort as they stand."""

_FEW = 4000
"""A look-up one by one costs about as much as copying the order of so many facts."""

_MOST_TEXTS = 1 << TEXT_BITS
"""Texts after these, four million, aren't indexed: a session has a million fragments at most."""


class Place(NamedTuple):
    """Where a fact stands.

    Attributes:
        text: The number of its text in the index (see `FactIndex.slots`).
        start: Its first character.
        end: One past its last.
        kind: What it is.
        opening: See `Fact`.
    """

    text: int
    start: int
    end: int
    kind: Kind
    opening: bool


def packed(text: int, start: int) -> int:
    """Give a number that sorts before all places that begin here or later, and after those before."""
    return text << TEXT_SHIFT | start << _START_SHIFT


def unpacked(place: int) -> Place:
    """Take a place apart."""
    return Place(*stretch_of(place), kind_of(place), bool(place & _OPENING))


def stretch_of(place: int) -> tuple[int, int, int]:
    """Give the number of a place's text, its first character, and one past its last."""
    start = place >> _START_SHIFT & (1 << START_BITS) - 1
    return place >> TEXT_SHIFT, start, start + (place >> _LENGTH_SHIFT & (1 << LENGTH_BITS) - 1)


def kind_of(place: int) -> Kind:
    """Give the kind of the fact at a place."""
    return KINDS[place >> 1 & 3]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The facts of a few messages that follow each other.

    Attributes:
        entries: The messages, with their origins.
        slots: Message and slot of each text, in order.
        places: Of the facts, ascending, uint64 (N,).
        hashes: Of what they say, int64 (N,).
        by_hash: Their numbers in the order of hash, then place, uint32 (N,).
    """

    entries: tuple[Entry, ...]
    slots: tuple[tuple[int, int], ...]
    places: NDArray[np.uint64]
    hashes: NDArray[np.int64]
    by_hash: NDArray[np.uint32]

    @property
    def size(self) -> int:
        """What it costs to merge it."""
        return len(self.entries) + len(self.places)

    def ranges(self, hashes: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Give for each hash the first of its facts in `by_hash`, and one past the last."""
        if len(hashes) * _FEW < len(self.by_hash):  # NumPy would copy the whole order first
            hash_at = lambda number: int(self.hashes[number])  # noqa: E731 - one line, used twice here
            for said in hashes:
                first = bisect_left(self.by_hash, said, key=hash_at)
                yield first, bisect_right(self.by_hash, said, first, key=hash_at)
            return
        wanted = np.array(hashes, np.int64)
        low = np.searchsorted(self.hashes, wanted, "left", self.by_hash)
        yield from zip(low.tolist(), np.searchsorted(self.hashes, wanted, "right", self.by_hash).tolist(), strict=True)


@dataclass(frozen=True, slots=True, eq=False)
class Places(Sequence[int]):
    """The places of one fact in a segment, ascending; none is read before it is asked for.

    Attributes:
        segment: The segment.
        first: The first of them in its `by_hash`.
        past: One past the last.
    """

    segment: Segment
    first: int
    past: int

    def __len__(self) -> int:
        return self.past - self.first

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...

    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        if isinstance(at, slice):
            places: list[int] = self.segment.places[self.segment.by_hash[self.first : self.past][at]].tolist()
            return places
        return int(self.segment.places[self.segment.by_hash[range(self.first, self.past)[at]]])


@dataclass(frozen=True, slots=True, eq=False)
class FactIndex:
    """Where the facts of a conversation stand.

    Attributes:
        segments: Its parts, in the order of the conversation.
    """

    segments: tuple[Segment, ...] = ()

    def of(self, entries: tuple[Entry, ...]) -> FactIndex:
        """Give the index of a conversation that begins as this one does, or doesn't.

        Args:
            entries: The conversation.

        Returns:
            This very index when it is that of the conversation; else a new one that shares the parts whose messages are
            the same. The cost is linear in the text of the others.
        """
        kept = self.shared(entries)
        covered = sum(len(segment.entries) for segment in kept)
        if covered == len(entries):
            return self if len(kept) == len(self.segments) else FactIndex(tuple(kept))
        kept.append(_read(entries[covered:], covered, sum(len(segment.slots) for segment in kept)))
        while len(kept) > 1 and kept[-1].size * 2 >= kept[-2].size:
            kept[-2:] = [_merged(kept[-2], kept[-1])]
        return FactIndex(tuple(kept))

    def shared(self, entries: tuple[Entry, ...]) -> list[Segment]:
        """Give the first parts, of which a conversation has the very same messages."""
        kept: list[Segment] = []
        covered = 0
        for segment in self.segments:
            past = covered + len(segment.entries)
            if not _same(segment.entries, entries[covered:past]):
                break
            kept.append(segment)
            covered = past
        return kept

    def number_of(self, message: int, slot: int) -> int | None:
        """Give the number of a text in the index, or None when it isn't in it."""
        first = 0
        for segment in self.segments:
            at = bisect_left(segment.slots, (message, slot))
            if at < len(segment.slots):
                return first + at if segment.slots[at] == (message, slot) else None
            first += at
        return None

    def slot_of(self, text: int) -> tuple[int, int]:
        """Give message and slot of a text of the index.

        Args:
            text: The number of the text.

        Returns:
            Message and slot.

        Raises:
            IndexError: The index has no such text.
        """
        at = text
        for segment in self.segments:
            if at < len(segment.slots):
                return segment.slots[at]
            at -= len(segment.slots)
        raise IndexError(f"the index has no text {text}")

    def within(self, text: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Give the facts that share a character with a stretch of a text.

        Args:
            text: The number of the text.
            start: The stretch's first character.
            end: One past its last.

        Yields:
            Hash and place of each, by place.
        """
        low, high = packed(text, max(0, start - LONGEST)), packed(text, end)
        for segment in self.segments:
            first, past = np.searchsorted(segment.places, np.array([low, high], np.uint64))
            pairs = zip(segment.hashes[first:past].tolist(), segment.places[first:past].tolist(), strict=True)
            yield from (pair for pair in pairs if stretch_of(pair[1])[2] > start)

    def newest_first(self, hashes: Sequence[int]) -> Iterator[tuple[int, Places]]:
        """Look up where facts stand, part by part from the newest.

        Args:
            hashes: Of the facts, each once.

        Yields:
            The number of a fact among those asked for, and its places in one part; never none.
        """
        for segment in reversed(self.segments):
            for number, (first, past) in enumerate(segment.ranges(hashes)):
                if past > first:
                    yield number, Places(segment, first, past)

    @property
    def slots(self) -> tuple[tuple[int, int], ...]:
        """Message and slot of each text, in order."""
        return tuple(slot for segment in self.segments for slot in segment.slots)

    def table(self) -> Table:
        """Give all facts, to be worked with at once."""
        places = np.concatenate([np.empty(0, np.uint64), *(segment.places for segment in self.segments)])
        hashes = np.concatenate([np.empty(0, np.int64), *(segment.hashes for segment in self.segments)])
        spots = (places >> np.uint64(_START_SHIFT)).astype(np.int64)
        below = (places & np.uint64((1 << _START_SHIFT) - 1)).astype(np.int64)
        return Table(spots, spots + (below >> _LENGTH_SHIFT), (below >> 1 & 3).astype(np.int8), below & 1 == 1, hashes)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """M facts in the order of the conversation.

    Attributes:
        spots: Text and first character, as `text << START_BITS | start`, int64 (M,).
        ends: The same of one past the last character, int64 (M,).
        kinds: Which of `KINDS`, int8 (M,).
        opening: See `Fact`, bool (M,).
        hashes: Of what they say, int64 (M,).
    """

    spots: NDArray[np.int64]
    ends: NDArray[np.int64]
    kinds: NDArray[np.int8]
    opening: NDArray[np.bool_]
    hashes: NDArray[np.int64]


class KnownFacts:
    """The index that memories of one session know: each begins with what another of them has read.

    Threads may use it at once: the index is a value, and whoever is last is kept.
    """

    def __init__(self) -> None:
        self._index = FactIndex()

    def of(self, entries: tuple[Entry, ...], read: FactIndex) -> FactIndex:
        """Give the index of a conversation, and keep it.

        Args:
            entries: The conversation.
            read: What an ancestor of the memory has read.

        Returns:
            Its index.
        """
        best = max(self._index, read, key=lambda index: sum(part.size for part in index.shared(entries)))
        self._index = index = best.of(entries)
        return index


def hash_of(kind: Kind, text: str) -> int:
    """Hash what a fact says: of this process, and never stored. No user can foresee it, so none can make two alike."""
    return hash(kind + text)


def _same(one: tuple[Entry, ...], other: tuple[Entry, ...]) -> bool:
    return len(one) == len(other) and all(
        a is b or (a.message is b.message and a.origin == b.origin) for a, b in zip(one, other, strict=True)
    )


def _read(entries: tuple[Entry, ...], first_entry: int, first_text: int) -> Segment:
    """Find the facts of messages."""
    slots: list[tuple[int, int]] = []
    places, hashes = array("Q"), array("q")
    for index, entry in enumerate(entries, first_entry):
        if entry.origin != "app":
            continue
        for slot, text in enumerate(entry.message.texts):
            number = first_text + len(slots)
            if number < _MOST_TEXTS:
                slots.append((index, slot))
                _read_text(text, number, places, hashes)
    found = np.frombuffer(places, np.uint64) if places else np.empty(0, np.uint64)
    said = np.frombuffer(hashes, np.int64) if hashes else np.empty(0, np.int64)
    order = np.argsort(found, kind="stable")
    return _sorted(entries, tuple(slots), found[order], said[order])


def _read_text(text: str, number: int, places: array[int], hashes: array[int]) -> None:
    base = number << TEXT_SHIFT
    for kind, said, start, end, opening in raw_facts(text):
        places.append(base | start << _START_SHIFT | end - start << _LENGTH_SHIFT | _KIND_BITS_OF[kind] | opening)
        hashes.append(hash(kind + said))


def _merged(one: Segment, other: Segment) -> Segment:
    return _sorted(
        one.entries + other.entries,
        one.slots + other.slots,
        np.concatenate([one.places, other.places]),
        np.concatenate([one.hashes, other.hashes]),
    )


def _sorted(
    entries: tuple[Entry, ...],
    slots: tuple[tuple[int, int], ...],
    places: NDArray[np.uint64],
    hashes: NDArray[np.int64],
) -> Segment:
    return Segment(entries, slots, places, hashes, np.argsort(hashes, kind="stable").astype(np.uint32))
