"""What the facts of a conversation say for and against folding its fragments, worked out for all of them at once.

N fragments, M facts, and G different ones. A *spot* is the number of a character (see `fact_arrays.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riffler.tools.fact_arrays import KINDS, Block
from riffler.tools.fact_index import FactIndex
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.old_pairs import LastPair

_RARE = 8
"""A fact of so many places at most is worth noticing where it is taken up again."""

_KEY = KINDS.index("key")

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bases = dict[tuple[int, int], int]
"""The spot of each text's first character, by message and slot."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What speaks for each of N fragments, and what against it.

    Attributes:
        keeps: How many facts are visible nowhere later and nowhere outside these fragments, int64 (N,). A name or a
            number in an older pair of a key is none: newer ones stand for it.
        superseded: Whether it is made of pairs, and a newer pair of each key is visible outside it, bool (N,).
        wanted: Whether a search found something in it, or a later answer has a rare fact of it, bool (N,).
    """

    keeps: Ints
    superseded: Flags
    wanted: Flags


def weigh(memory: WorkingMemory, fragments: Sequence[Fragment]) -> Weights:
    """Weigh fragments against each other.

    Args:
        memory: The working memory.
        fragments: Visible ones by position, of which none lies in another: all that may be folded.

    Returns:
        What speaks for and against each. Those of inner steps have no facts.
    """
    index = memory.facts
    bases: Bases = {}
    for segment in index.segments:
        bases.update(zip(segment.slots, segment.bases.tolist(), strict=True))
    spans = [fragment.span for fragment in fragments]
    stretches = _Stretches.of(bases, spans)
    hidden = _Stretches.of(bases, (span for slot in bases for span in memory.hidden_spans(*slot)))
    table = _Table(index, stretches, hidden)
    known = _Known.of(table, _Answers.of(memory, bases))

    keeps, stated, current, taken_up, searched = (_Count(len(stretches.starts)) for _ in range(5))
    covered = np.zeros(len(stretches.starts) + 1, np.int64)
    pairs_before = LastPair()
    for rows in table:
        block, group = rows.block, rows.block.groups
        newest = known.newest_in(rows)
        prose = rows.keys & block.loose
        stale = pairs_before.stale(block.spots, block.ends, rows.keys, rows.visible & ~newest & ~prose)
        keeps.add(rows, newest & rows.in_one & ~(known.safe[group] & ~rows.keys) & ~stale)
        pairs = rows.visible & rows.keys & rows.in_one
        stated.add(rows, pairs)
        current.add(rows, pairs & (newest | prose))
        np.add.at(covered, rows.first[pairs], (block.ends - block.spots)[pairs])
        rare = known.counts[group] <= _RARE
        taken_up.add(rows, rows.in_one & rare & (known.latest[group] > block.spots))
    found = _Stretches.of(bases, {hit.span for hit in memory.hits.values()})
    searched.add_stretches(*stretches.touched_by(found.starts, found.ends))

    half = covered[:-1] * 2 >= stretches.ends - stretches.starts
    indexed = np.array([(span.message, span.slot) in bases for span in spans], np.bool_)
    count = len(fragments)
    weights = Weights(np.zeros(count, np.int64), np.zeros(count, np.bool_), np.zeros(count, np.bool_))
    weights.keeps[indexed] = keeps.counts()
    weights.superseded[indexed] = (stated.counts() > 0) & (current.counts() == 0) & half
    weights.wanted[indexed] = taken_up.counts() + searched.counts() > 0
    return weights


@dataclass(frozen=True, slots=True, eq=False)
class _Stretches:
    """Stretches of texts that have no character in common: first spot of each, and one past its last, ascending."""

    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, bases: Bases, spans: Iterable[Span]) -> _Stretches:
        known = [(bases[span.message, span.slot], span) for span in spans if (span.message, span.slot) in bases]
        starts = np.array([base + span.start for base, span in known], np.int64)
        return cls(starts, np.array([base + span.end for base, span in known], np.int64))

    def touched_by(self, spots: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """Give for each fact the first and the last stretch that it shares a character with; first > last for none."""
        first = np.searchsorted(self.ends, spots, "right")
        return first, np.searchsorted(self.starts, ends, "left") - 1


class _Rows(NamedTuple):
    """A block of facts, and which stretches they touch."""

    block: Block
    number: int
    """Of the first one, among all facts."""
    first: Ints
    last: Ints
    in_one: Flags
    """Whether it touches a stretch."""
    visible: Flags
    keys: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """All facts, a block at a time: wide numbers for all of them would take many times the text."""

    index: FactIndex
    stretches: _Stretches
    hidden: _Stretches

    def __iter__(self) -> Iterator[_Rows]:
        _, groups = self.index.groups()
        number = 0
        for segment, numbers in zip(self.index.segments, groups, strict=True):
            for each in segment.facts.blocks():
                block = each._replace(groups=numbers[each.groups].astype(np.int64))
                first, last = self.stretches.touched_by(block.spots, block.ends)
                hidden_first, hidden_last = self.hidden.touched_by(block.spots, block.ends)
                visible = hidden_first > hidden_last
                yield _Rows(block, number, first, last, first <= last, visible, block.kinds == _KEY)
                number += len(block.spots)


class _Count:
    """Counts for each of K stretches the facts that share a character with it."""

    def __init__(self, stretches: int) -> None:
        self._edges = np.zeros(stretches + 1, np.int64)

    def add(self, rows: _Rows, which: Flags) -> None:
        self.add_stretches(rows.first[which], rows.last[which])

    def add_stretches(self, first: Ints, last: Ints) -> None:
        """Count one for each stretch from a first to a last one; none where the first comes after the last."""
        some = first <= last
        np.add.at(self._edges, first[some], 1)
        np.add.at(self._edges, last[some] + 1, -1)

    def counts(self) -> Ints:
        counts: Ints = np.cumsum(self._edges)[:-1]
        return counts


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """The texts of the conversation, and which of them a model said."""

    bases: Ints
    said: Flags

    @classmethod
    def of(cls, memory: WorkingMemory, bases: Bases) -> _Answers:
        said = [memory.messages[message].role == "assistant" for message, _ in bases]
        return cls(np.array(list(bases.values()), np.int64), np.array(said, np.bool_))

    def of_block(self, block: Block) -> tuple[Flags, Ints]:
        """Give which facts stand in an answer, and the first spots of the texts in which they stand."""
        texts = np.searchsorted(self.bases, block.spots, "right") - 1
        return self.said[texts], self.bases[texts]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known of G different facts.

    Attributes:
        counts: How many places each has, uint32 (G,).
        newest: One more than the number of its newest place in view; 0 for none, and for a word that does nothing but
            open sentences, int64 (G,).
        safe: Whether it is in view outside all stretches, as something else than a pair, bool (G,).
        latest: The first spot of the latest answer that has it; 0 for none, int64 (G,).
    """

    counts: NDArray[np.uint32]
    newest: Ints
    safe: Flags
    latest: Ints

    @classmethod
    def of(cls, table: _Table, answers: _Answers) -> _Known:
        size, _ = table.index.groups()
        counts, named = np.zeros(size, np.uint32), np.zeros(size, np.bool_)
        known = cls(counts, np.zeros(size, np.int64), np.zeros(size, np.bool_), np.zeros(size, np.int64))
        for rows in table:
            block, group = rows.block, rows.block.groups
            np.add.at(counts, group, np.uint32(1))
            named[group[~block.loose | rows.keys]] = True
            shown = np.flatnonzero(rows.visible)
            np.maximum.at(known.newest, group[shown], shown + rows.number + 1)
            known.safe[group[rows.visible & ~rows.in_one & ~rows.keys]] = True
            said, texts = answers.of_block(block)
            np.maximum.at(known.latest, group[said], texts[said])
        known.newest[~named] = 0
        return known

    def newest_in(self, rows: _Rows) -> Flags:
        """Tell which facts are the newest of what they say that are in view."""
        newest: Flags = self.newest[rows.block.groups] == np.arange(len(rows.first)) + rows.number + 1
        return newest
