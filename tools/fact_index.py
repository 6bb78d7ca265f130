"""Where the facts of a conversation stand: an index that grows with it.

It holds numbers only (see `fact_arrays.py`): a hash of what each fact says, and where it stands. It is a value: growing
gives another one, which shares all parts but the newest. So memories that branch off each other, and threads, can
start from the same index. Parts are merged when they are of like size, so that there are few of them.

The index reads the messages of the conversation. Those of the agent's inner steps aren't in it: searches and warnings
repeat there what stands elsewhere, or stands nowhere any more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riffler.tools.fact_arrays import (
    BLOCK,
    LENGTH_SHIFT,
    MOST_SPOTS,
    TAIL_BITS,
    FactArrays,
    FactReader,
    Hashes,
    joined,
)
from riffler.tools.fact_places import TEXT_BITS, TEXT_SHIFT, PlaceNumbers
from riffler.tools.facts import LONGEST, Kind

if TYPE_CHECKING:
    from riffler.tools.fragments import Span
    from riffler.tools.memory import Entry

_MOST_AT_A_SPOT = 16
"""More facts than that never begin at one character: there are four kinds."""

_MOST_TEXTS = 1 << TEXT_BITS
"""Texts after these, four million, aren't indexed: a session has a million fragments at most."""


class Told(NamedTuple):
    """Facts by place.

    Attributes:
        hashes: Of what they say, int64 (F,).
        places: Where they stand, uint64 (F,).
    """

    hashes: Hashes
    places: PlaceNumbers


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The facts of a few messages that follow each other.

    Attributes:
        entries: The messages, with their origins.
        slots: Message and slot of each text, in order.
        first_text: The number of the first of these texts.
        bases: The spots of their first characters, uint32 (T,).
        past: The first spot that no text of it has.
        facts: The facts.
    """

    entries: tuple[Entry, ...]
    slots: tuple[tuple[int, int], ...]
    first_text: int
    bases: NDArray[np.uint32]
    past: int
    facts: FactArrays

    @property
    def size(self) -> int:
        """What it costs to merge it."""
        return len(self.entries) + len(self.facts)

    def places(self, numbers: slice | NDArray[np.integer]) -> PlaceNumbers:
        """Give the places of facts."""
        spots = self.facts.spots[numbers]
        texts = np.searchsorted(self.bases, spots, "right") - 1
        starts = (spots - self.bases[texts]).astype(np.uint64)
        named = (texts + self.first_text).astype(np.uint64) << np.uint64(TEXT_SHIFT)
        places: PlaceNumbers = named | starts << np.uint64(TAIL_BITS) | self.facts.tails[numbers]
        return places

    def places_between(self, first: int, past: int) -> PlaceNumbers:
        """Give the places of some facts in the order of group, ascending where they are of one group."""
        return self.places(self.facts.by_group[first:past])

    def told(self, starts: NDArray[np.uint32], ends: NDArray[np.uint32]) -> Iterator[Told]:
        """Give the facts that share a character with stretches, each once, about a block at a time.

        Args:
            starts: Spots of their first characters, ascending; no stretch overlaps another.
            ends: Of one past their last.

        Yields:
            Facts by place; those of one spot are in the same block.
        """
        facts = self.facts
        firsts = np.searchsorted(facts.spots, starts - np.minimum(starts, LONGEST).astype(np.uint32))
        pasts = np.searchsorted(facts.spots, ends)
        firsts[1:] = np.maximum(firsts[1:], pasts[:-1])  # what reaches into two stretches is the first one's
        lengths = np.maximum(pasts - firsts, 0)
        begins = np.cumsum(lengths) - lengths
        at, total = 0, int(lengths.sum())
        while at < total:
            rows = np.arange(at, min(at + BLOCK + _MOST_AT_A_SPOT, total))
            stretches = np.searchsorted(begins, rows, "right") - 1
            numbers = firsts[stretches] + rows - begins[stretches]
            spots = facts.spots[numbers]
            if at + len(rows) < total:
                some = int(np.flatnonzero(spots[1:] != spots[:-1])[-1]) + 1
                numbers, stretches, spots = numbers[:some], stretches[:some], spots[:some]
            at += len(numbers)
            numbers = numbers[spots + (facts.tails[numbers] >> LENGTH_SHIFT) > starts[stretches]]
            yield Told(facts.said[facts.groups[numbers]], self.places(numbers))


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
        texts = sum(len(segment.slots) for segment in kept)
        kept.append(_read(entries[covered:], covered, texts, kept[-1].past if kept else 0))
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

    def told(self, spans: Iterable[Span]) -> Iterator[Told]:
        """Give the facts that share a character with stretches of texts, each once, about a block at a time.

        Args:
            spans: The stretches by position; none overlaps another. Those of texts that aren't in it have no facts.

        Yields:
            Facts by place; those of one spot are in the same block.
        """
        for segment, stretches in groupby(self._known(spans), key=lambda known: known[0]):
            edges = np.array([(base + span.start, base + span.end) for _, base, span in stretches], np.uint32)
            yield from segment.told(edges[:, 0], edges[:, 1])

    def _known(self, spans: Iterable[Span]) -> Iterator[tuple[Segment, int, Span]]:
        """Give the part of each stretch, and the spot of its text's first character."""
        for span in spans:
            text = self.number_of(span.message, span.slot)
            if text is not None:
                segment = next(each for each in reversed(self.segments) if each.first_text <= text)
                yield segment, int(segment.bases[text - segment.first_text]), span

    def counts(self, hashes: Hashes) -> NDArray[np.uint32]:
        """Count the places of facts.

        Args:
            hashes: Of the facts, int64 (H,).

        Returns:
            How many each has, uint32 (H,).
        """
        counts = np.zeros(len(hashes), np.uint32)
        for segment in self.segments:
            firsts, pasts = segment.facts.ranges(hashes)
            counts += pasts - firsts
        return counts

    def places_of(self, said: int) -> Iterator[PlaceNumbers]:
        """Look up where a fact stands.

        Args:
            said: Its hash.

        Yields:
            Its places in a part, ascending, of each part that has any, the newest first.
        """
        for segment in reversed(self.segments):
            (first,), (past,) = segment.facts.ranges(np.array([said], np.int64))
            if past > first:
                yield segment.places_between(int(first), int(past))

    @property
    def slots(self) -> tuple[tuple[int, int], ...]:
        """Message and slot of each text, in order."""
        return tuple(slot for segment in self.segments for slot in segment.slots)

    def groups(self) -> tuple[int, list[NDArray[np.unsignedinteger]]]:
        """Number what facts say over all parts.

        Returns:
            How many different ones there are, and for each part the numbers of its groups.
        """
        parts = [segment.facts.said for segment in self.segments]
        said = np.unique(np.concatenate(parts)) if len(parts) > 1 else parts[0] if parts else np.empty(0, np.int64)
        narrow = np.min_scalar_type(max(0, len(said) - 1))
        return len(said), [np.searchsorted(said, part).astype(narrow) for part in parts]


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


def _read(entries: tuple[Entry, ...], first_entry: int, first_text: int, first_spot: int) -> Segment:
    """Find the facts of messages."""
    slots: list[tuple[int, int]] = []
    bases: list[int] = []
    reader = FactReader()
    past = first_spot
    for index, entry in enumerate(entries, first_entry):
        if entry.origin != "app":
            continue
        for slot, text in enumerate(entry.message.texts):
            if first_text + len(slots) < _MOST_TEXTS and past + len(text) < MOST_SPOTS:
                slots.append((index, slot))
                bases.append(past)
                reader.read(text, past)
                past += len(text) + 1
    return Segment(entries, tuple(slots), first_text, np.array(bases, np.uint32), past, reader.arrays())


def _merged(one: Segment, other: Segment) -> Segment:
    return Segment(
        one.entries + other.entries,
        one.slots + other.slots,
        one.first_text,
        np.concatenate([one.bases, other.bases]),
        other.past,
        joined(one.facts, other.facts),
    )
