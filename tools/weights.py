"""What the facts of a conversation say for and against folding its fragments, worked out for all of them at once.

N fragments, M facts, and G different ones. A *spot* is a number that tells where a character stands: which text, and
which character of it; spots sort as the characters do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riffler.tools.fact_index import KINDS, START_BITS, FactIndex, Table
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory

_RARE = 8
"""A fact of so many places at most is worth noticing where it is taken up again."""

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
    numbers = {slot: number for number, slot in enumerate(index.slots)}
    spans = [fragment.span for fragment in fragments]
    indexed = np.array([(span.message, span.slot) in numbers for span in spans], np.bool_)
    stretches = _Stretches.of(numbers, spans)
    table = index.table()
    first, last = stretches.touched_by(table.spots, table.ends)
    in_one = first <= last
    visible = _visible(memory, numbers, table)
    facts = _Facts.of(table, visible)

    keeps = stretches.count(first, last, facts.newest & in_one & ~facts.safe(~in_one) & ~facts.stale)
    pairs = visible & facts.keys & in_one
    stated = stretches.count(first, last, pairs)
    current = stretches.count(first, last, pairs & facts.newest)
    covered = np.bincount(first[pairs], (table.ends - table.spots)[pairs], len(stretches.starts))
    superseded = (stated > 0) & (current == 0) & (covered * 2 >= stretches.ends - stretches.starts)
    taken_up = stretches.count(first, last, in_one & _taken_up(memory, index, table, facts.group))
    found = _Stretches.of(numbers, spans).touched_by(*_hits(memory, numbers))
    searched = stretches.count(*found, found[0] <= found[1])

    count = len(fragments)
    weights = Weights(np.zeros(count, np.int64), np.zeros(count, np.bool_), np.zeros(count, np.bool_))
    weights.keeps[indexed] = keeps
    weights.superseded[indexed] = superseded
    weights.wanted[indexed] = taken_up + searched > 0
    return weights


@dataclass(frozen=True, slots=True, eq=False)
class _Stretches:
    """Stretches of texts that have no character in common: first spot of each, and one past its last, ascending."""

    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, numbers: dict[tuple[int, int], int], spans: Iterable[Span]) -> _Stretches:
        known = [(numbers[span.message, span.slot], span) for span in spans if (span.message, span.slot) in numbers]
        starts = np.array([_spot(number, span.start) for number, span in known], np.int64)
        return cls(starts, np.array([_spot(number, span.end) for number, span in known], np.int64))

    def touched_by(self, spots: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """Give for each fact the first and the last stretch that it shares a character with; first > last for none."""
        first = np.searchsorted(self.ends, spots, "right")
        return first, np.searchsorted(self.starts, ends, "left") - 1

    def count(self, first: Ints, last: Ints, which: Flags) -> Ints:
        """Count for each stretch those facts that share a character with it."""
        edges = np.bincount(first[which], minlength=len(self.starts) + 1)
        edges -= np.bincount(last[which] + 1, minlength=len(self.starts) + 1)
        counts: Ints = np.cumsum(edges)[:-1]
        return counts


@dataclass(frozen=True, slots=True, eq=False)
class _Facts:
    """What is known of M facts: which say the same, which are pairs, and which count.

    Attributes:
        group: Which of G different facts each is, int64 (M,).
        keys: Whether it is a pair, bool (M,).
        visible: Whether it is in view, and more than a word that opens a sentence, bool (M,).
        newest: Whether it is the newest of its group in view, bool (M,).
        stale: Whether it is, or stands in, a pair in view of which a newer one is in view, bool (M,).
    """

    group: Ints
    keys: Flags
    visible: Flags
    newest: Flags
    stale: Flags

    @classmethod
    def of(cls, table: Table, visible: Flags) -> _Facts:
        _, group = np.unique(table.hashes, return_inverse=True)
        groups = int(group.max()) + 1 if len(group) else 0
        keys = table.kinds == KINDS.index("key")
        named = np.zeros(groups, np.bool_)
        named[group[~table.opening]] = True
        shown = np.flatnonzero(visible & named[group])
        newest_of = np.full(groups, -1, np.int64)
        np.maximum.at(newest_of, group[shown], shown)  # they are in order, so the highest number is the newest
        newest = np.zeros(len(group), np.bool_)
        newest[newest_of[newest_of >= 0]] = True
        return cls(group, keys, visible, newest, _stale(table, keys, visible & ~newest))

    def safe(self, free: Flags) -> Flags:
        """Tell which facts are no pairs, and have a place in view among those that are free."""
        groups = np.zeros(int(self.group.max()) + 1 if len(self.group) else 0, np.bool_)
        groups[self.group[free & self.visible & ~self.keys]] = True
        return groups[self.group]


def _stale(table: Table, keys: Flags, older: Flags) -> Flags:
    pairs = np.flatnonzero(keys)
    if not len(pairs):
        return keys
    around = np.searchsorted(table.spots[pairs], table.spots, "right") - 1
    pair = pairs[np.maximum(around, 0)]
    stale: Flags = (around >= 0) & (table.ends[pair] > table.spots) & older[pair]
    return stale


def _visible(memory: WorkingMemory, numbers: dict[tuple[int, int], int], table: Table) -> Flags:
    hidden = [span for slot in numbers for span in memory.hidden_spans(*slot)]
    first, last = _Stretches.of(numbers, hidden).touched_by(table.spots, table.ends)
    visible: Flags = first > last
    return visible


def _taken_up(memory: WorkingMemory, index: FactIndex, table: Table, group: Ints) -> Flags:
    """Tell which facts are rare, and stand in a later answer."""
    answers = np.array([memory.messages[message].role == "assistant" for message, _ in index.slots], np.bool_)
    texts = table.spots >> START_BITS
    said = np.flatnonzero(answers[texts]) if len(texts) else texts
    groups = int(group.max()) + 1 if len(group) else 0
    latest = np.full(groups, -1, np.int64)
    np.maximum.at(latest, group[said], texts[said])
    rare = np.bincount(group, minlength=groups) <= _RARE
    taken_up: Flags = rare[group] & (latest[group] > texts)
    return taken_up


def _hits(memory: WorkingMemory, numbers: dict[tuple[int, int], int]) -> tuple[Ints, Ints]:
    found = _Stretches.of(numbers, {hit.span for hit in memory.hits.values()})
    return found.starts, found.ends


def _spot(number: int, character: int) -> int:
    return number << START_BITS | character
