"""The guard: what would be in view nowhere any more, if fragments were hidden.

A name, a number or a heading is lost when no other place of it is visible. A key is lost when no other pair of it is;
and where pairs of it stay visible, but the newest of them says something else than the newest one now, its newest value
is lost: what stays would mislead. Names and numbers of a pair are no loss where a newer pair of its key stays: they
are old. But a pair whose value is prose (`Anna: the key is in room 5, by the stairs`) is replaced by no other.
Summaries in view count as text in view; inner steps of the agent don't.

It only speaks. Whether something is hidden all the same is for the model, or for `strict`, to say.

F different facts stand in what is hidden. There can be a fact in every few characters, so they are worked with in
arrays. A place (`fact_places.py`) that is 0 stands for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riffler.tools.cover import Cover
from riffler.tools.dropped import Said
from riffler.tools.fact_arrays import BLOCK, KINDS, Hashes
from riffler.tools.fact_index import FactIndex, Segment, hash_of
from riffler.tools.fact_places import PlaceNumbers, are_loose, edges_of, kind_of, kinds_of, packed, stretch_of
from riffler.tools.facts import Kind, as_compared, facts, pair_of
from riffler.tools.fragments import Fragment, FragmentState, Span, outermost
from riffler.tools.lost import MOST, Lost, Naming
from riffler.tools.memory import WorkingMemory
from riffler.tools.old_pairs import LastPair

_KEY = KINDS.index("key")
_FEW = 16
"""So many places of a fact are looked at first."""

_RECORD_MARKS = ('"', "'", "|")

Flags = NDArray[np.bool_]


def lost(
    memory: WorkingMemory,
    hiding: Iterable[Fragment],
    shown: Iterable[str] = (),
    *,
    told: Callable[[str], bool] | None = None,
    most: int = MOST,
) -> Lost:
    """Work out what hiding fragments would take out of view.

    Args:
        memory: The working memory.
        hiding: Fragments that become hidden together; those that are hidden already may be among them.
        shown: Texts that would be shown in their place, such as a summary.
        told: Says of a key, as it is written, whether these texts tell it in words of their own.
        most: How many of a sort are named; the others are counted.

    Returns:
        What would be lost. The cost is linear in the facts of what is hidden, and for each of these in the places that
        it has; visible ones end the search, the newest first.
    """
    index = memory.facts
    hidden = outermost(hiding)
    before, after = Cover(memory, index), Cover(memory, index, hidden)
    gone = _Gone.of(memory, index, before, after, [fragment.span for fragment in hidden])
    summaries = _summaries(memory)
    said = Said([*(each.summary for each in summaries if not after.will_hide(each.span)), *shown])
    naming = Naming(most)

    def name(loss: _Loss) -> None:
        if loss.kind == "key":
            key, value = pair_of(loss.stated)
            there = said.states(as_compared("key", loss.stated), value) or (told is not None and told(key))
        else:
            key, there = loss.stated, said.has(loss.kind, as_compared(loss.kind, loss.stated))
        if not there:
            naming.add("value" if loss.stale else loss.kind, key)

    for place, stale in gone.from_messages():
        kind = kind_of(place)
        sort = "value" if stale else kind
        if naming.is_full(sort) and not said and told is None:
            naming.count(sort)
        else:
            name(_Loss(kind, gone.stated_at(place), stale))
    for loss in gone.from_summaries([each for each in summaries if after.will_hide(each.span)]):
        name(loss)
    return naming.lost()


class _Loss(NamedTuple):
    kind: Kind
    stated: str
    """The characters of the fact."""
    stale: bool = False
    """Whether an older value of the key stays."""


@dataclass(frozen=True, slots=True, eq=False)
class _Gone:
    """What goes out of view.

    Attributes:
        memory: The working memory.
        index: Its index of facts.
        before: What is in view now.
        after: What will be.
        spans: What is hidden, by position.
        hashes: The F facts that stand there, ascending, int64 (F,).
        newest: The newest place there of each that is in view now, uint64 (F,).
        staying: The newest place of each that will be in view, uint64 (F,).
        lost: Which of them are lost, as far as messages tell, bool (F,).
    """

    memory: WorkingMemory
    index: FactIndex
    before: Cover
    after: Cover
    spans: Sequence[Span]
    hashes: Hashes
    newest: PlaceNumbers
    staying: PlaceNumbers
    lost: Flags
    _texts: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, memory: WorkingMemory, index: FactIndex, before: Cover, after: Cover, spans: Sequence[Span]) -> _Gone:
        """Look up the facts of what is hidden, and where else they are in view.

        Args:
            memory: The working memory.
            index: Its index of facts.
            before: What is in view now.
            after: What will be.
            spans: What is hidden, by position.

        Returns:
            What goes out of view; `from_messages` works out what is lost of it.
        """
        parts = [np.unique(told.hashes) for told in index.told(spans)]
        hashes = np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)
        del parts
        newest, staying = np.zeros(len(hashes), np.uint64), np.zeros(len(hashes), np.uint64)
        here = np.zeros(len(hashes), np.uint32)
        for told in index.told(spans):
            numbers = np.searchsorted(hashes, told.hashes)
            np.add.at(here, numbers, np.uint32(1))
            shown = before.shows(told.places)
            np.maximum.at(newest, numbers[shown], told.places[shown])
        elsewhere = np.flatnonzero((newest > 0) & (index.counts(hashes) > here))
        for at in range(0, len(elsewhere), BLOCK):
            some = elsewhere[at : at + BLOCK]
            staying[some] = _staying(index, after, hashes[some])
        return cls(memory, index, before, after, spans, hashes, newest, staying, np.zeros(len(hashes), np.bool_))

    def from_messages(self) -> Iterator[tuple[int, bool]]:
        """Give by position the places of what messages lose, and whether it is a key of which an older value stays."""
        there, keys = self.newest > 0, kinds_of(self.newest) == _KEY
        stale = there & keys & ~are_loose(self.newest) & (self.staying > 0) & (self.staying < self.newest)
        for number in np.flatnonzero(stale).tolist():
            now, then = (pair_of(self.stated_at(int(places[number])))[1] for places in (self.newest, self.staying))
            stale[number] = now != then
        places = np.where(stale | (there & keys & (self.staying == 0)), self.newest, 0)
        alone = self._newest_alone(there & ~keys & (self.staying == 0))
        loose = np.flatnonzero(are_loose(alone)).tolist()
        alone[[number for number in loose if self._never_a_name(int(self.hashes[number]))]] = 0
        np.maximum(places, alone, out=places)
        self.lost[:] = places > 0
        order = np.argsort(places)[np.count_nonzero(places == 0) :]
        for at in range(0, len(order), BLOCK):
            some = order[at : at + BLOCK]
            yield from zip(places[some].tolist(), stale[some].tolist(), strict=True)

    def from_summaries(self, summaries: Iterable[Fragment]) -> list[_Loss]:
        """Work out what summaries lose that messages don't.

        Args:
            summaries: Those that go out of view. `from_messages` has to be read first.

        Returns:
            What only these say, by position in its summary.
        """
        found: dict[int, tuple[int, _Loss]] = {}
        for summary in summaries:
            for said, start, loss in self._told_by(summary.summary, summary.span):
                number = int(np.searchsorted(self.hashes, said))
                known = number < len(self.hashes) and self.hashes[number] == said and self.lost[number]
                if not known:
                    found.setdefault(said, (start, loss))
        return [loss for _, loss in sorted(found.values(), key=lambda pair: pair[0])]

    def stated_at(self, place: int) -> str:
        """Give the characters of a fact."""
        text, start, end = stretch_of(place)
        return self._text(text)[start:end]

    def _told_by(self, summary: str, at: Span) -> Iterator[tuple[int, int, _Loss]]:
        """Give the facts that a summary tells and nothing else in view: hash, first character, and what is lost."""
        found = sorted(facts(summary), key=lambda fact: (fact.start, fact.kind != "key"))
        said = np.array([hash_of(fact.kind, fact.text) for fact in found], np.int64)
        told = set(said[[fact.kind == "key" or not fact.loose for fact in found]].tolist())
        text = self.index.number_of(at.message, at.slot)
        place = packed(text, at.start) if text is not None else 0
        old_until = 0
        staying = _staying(self.index, self.after, said).tolist()
        for fact, each, newer in zip(found, said.tolist(), staying, strict=True):
            if fact.kind == "key":
                old_until = fact.end if newer > place and not fact.loose else 0
            if fact.start >= old_until and each in told and not newer:
                yield each, fact.start, _Loss(fact.kind, summary[fact.start : fact.end])

    def _newest_alone(self, alone: Flags) -> PlaceNumbers:
        """Give the newest place of some facts that is in no old pair, a visible one of which a newer one stays."""
        newest = np.zeros(len(alone), np.uint64)
        last_pair = LastPair()
        for told in self.index.told(self.spans) if alone.any() else ():
            numbers = np.searchsorted(self.hashes, told.hashes)
            shown, pairs = self.before.shows(told.places), kinds_of(told.places) == _KEY
            older = shown & pairs & ~are_loose(told.places) & (self.staying[numbers] > told.places)
            for at in np.flatnonzero(older).tolist():
                older[at] = not self._of_a_record(int(told.places[at]))
            stale = last_pair.stale(*edges_of(told.places), pairs, older)
            which = shown & alone[numbers] & ~stale
            np.maximum.at(newest, numbers[which], told.places[which])
        return newest

    def _of_a_record(self, place: int) -> bool:
        """Tell whether a key is JSON's or a table's: when it comes again it's another record's, and replaces none."""
        text, start, _ = stretch_of(place)
        return self._text(text)[max(0, start - 3) : start].rstrip(" \t")[-1:] in _RECORD_MARKS

    def _text(self, number: int) -> str:
        if number not in self._texts:
            message, slot = self.index.slot_of(number)
            self._texts[number] = self.memory.messages[message].texts[slot]
        return self._texts[number]

    def _never_a_name(self, said: int) -> bool:
        """Tell whether a word has its capital only where sentences open."""
        return all(bool(are_loose(places).all()) for places in self.index.places_of(said))


def _staying(index: FactIndex, after: Cover, hashes: Hashes) -> PlaceNumbers:
    """Give the newest place of each fact that will be visible, uint64, as many as facts."""
    staying = np.zeros(len(hashes), np.uint64)
    for segment in reversed(index.segments):
        firsts, pasts = segment.facts.ranges(hashes)
        there = np.flatnonzero((pasts > firsts) & (staying == 0))
        newest = segment.places(segment.facts.by_group[pasts[there] - 1])
        shown = after.shows(newest)
        staying[there[shown]] = newest[shown]
        several = pasts[there] - firsts[there] > 1
        for number in there[~shown & several].tolist():
            staying[number] = _newest_visible(segment, int(firsts[number]), int(pasts[number]), after)
    return staying


def _newest_visible(segment: Segment, first: int, past: int, after: Cover) -> int:
    """Give the newest place of a fact in a segment that will be visible, or 0: looks at more and more at once."""
    some = _FEW
    while past > first:
        begin = max(first, past - some)
        places = segment.places_between(begin, past)
        shown = places[after.shows(places)]
        if len(shown):
            return int(shown[-1])
        past, some = begin, min(2 * some, BLOCK)
    return 0


def _summaries(memory: WorkingMemory) -> list[Fragment]:
    """Give the fragments of the conversation whose summaries are in view."""
    return [
        fragment
        for fragment in memory.fragments.values()
        if fragment.state is FragmentState.SUMMARISED
        and memory.entries[fragment.span.message].origin == "app"
        and memory.hiding(fragment.span) is fragment
    ]
