"""The guard: what would be in view nowhere any more, if fragments were hidden.

A name, a number or a heading is lost when no other place of it is visible. A key is lost when no other pair of it is;
and where pairs of it stay visible, but the newest of them says something else than the newest one now, its newest value
is lost: what stays would mislead. Names and numbers of a pair are no loss where a newer pair of its key stays: they
are old. Summaries in view count as text in view; inner steps of the agent don't.

It only speaks. Whether something is hidden all the same is for the model, or for `strict`, to say.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby
from typing import NamedTuple

from riffler.tools.fact_index import FactIndex, hash_of, kind_of, packed, stretch_of, unpacked
from riffler.tools.facts import Fact, Kind, as_compared, facts, pair_of, plain
from riffler.tools.fragments import Fragment, FragmentState, Span, outermost
from riffler.tools.memory import WorkingMemory

PHRASE = "nowhere else in view"
_MOST = 12
"""Facts of a kind that are named; the others are counted."""

_LONGEST = 40
"""Characters of a fact that are shown."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What would be in view nowhere any more; each as it is written, on one line and clipped, by position.

    Attributes:
        keys: Keys of which no pair stays.
        values: Keys whose newest value goes, while an older and different one stays.
        names: Names.
        numbers: Numbers.
        headings: Headings.
    """

    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(getattr(self, each.name) for each in fields(self))

    def without(self, other: Lost) -> Lost:
        """Give what another one doesn't have."""
        return Lost(*(_less(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)))


def lost(memory: WorkingMemory, hiding: Sequence[Fragment], shown: Iterable[str] = ()) -> Lost:
    """Work out what hiding fragments would take out of view.

    Args:
        memory: The working memory.
        hiding: Fragments that become hidden together; those that are hidden already may be among them.
        shown: Texts that would be shown in their place, such as a summary.

    Returns:
        What would be lost. The cost is linear in the facts of what is hidden, and for each of these in the places that
        it has; visible ones end the search, the newest first. What is hidden costs once a stretch, not once a place.
    """
    index = memory.facts
    before, after = Sight(memory, index), Sight(memory, index, hiding)
    gone = _Gone(memory, index)
    gone.weigh_messages([fragment.span for fragment in outermost(hiding)], before, after)
    summaries = _summaries(memory)
    for summary in summaries:
        if after.will_hide(summary.span):
            gone.weigh_summary(summary.summary, summary.span, after)
    kept = [summary.summary for summary in summaries if not after.will_hide(summary.span)]
    return gone.but_for([*kept, *shown])


def words(missing: Lost, phrase: str = PHRASE) -> str:
    """Say what would be lost in one clause.

    Args:
        missing: What `lost` or `dropped` found.
        phrase: What is said of it.

    Returns:
        For example `nowhere else in view: keys "bird", "fish"; numbers 17, 2026-11-25`; empty when nothing is missing.
    """
    if not missing:
        return ""
    parts = (
        _listed("key", missing.keys),
        _listed("newest value of key", missing.values, "newest values of keys"),
        _listed("name", missing.names),
        _listed("number", missing.numbers, quote=""),
        _listed("heading", missing.headings),
    )
    return f"{phrase}: {'; '.join(part for part in parts if part)}"


def dropped(original: str, summary: str) -> Lost:
    """Tell which names and numbers of a text its summary doesn't have.

    Args:
        original: The text.
        summary: What stands for it.

    Returns:
        Names and numbers; a name is there when all its words are, a number when its digits are, with its sign and
        unit, with or without thousands separators.
    """
    found: dict[tuple[Kind, str], Fact] = {}
    for fact in facts(original):
        if fact.kind in {"name", "number"} and (not fact.opening or (fact.kind, fact.text) in found):
            found.setdefault((fact.kind, fact.text), fact)
    there = Said([summary])
    missing = [fact for fact in found.values() if not there.has(fact.kind, fact.text)]
    missing.sort(key=lambda fact: fact.start)
    shown = {kind: [shortened(original[f.start : f.end]) for f in missing if f.kind == kind] for kind in _PLURAL}
    return Lost(names=tuple(shown["name"]), numbers=tuple(shown["number"]))


def dropped_words(missing: Lost) -> str:
    """Say what a summary dropped in one clause; empty when nothing is missing."""
    return words(missing, "the summary doesn't have")


def shortened(text: str) -> str:
    """Give a fact of a user's text as it can be shown: one line, clipped, without what can't be seen or turns text."""
    line = " ".join(text[: 2 * _LONGEST].split())
    if not line.isprintable():
        line = "".join(filter(str.isprintable, line))
    line = line.replace('"', "'")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


class Sight:
    """What of each text is hidden, as stretches that don't touch; worked out for the texts that are asked for.

    Args:
        memory: The working memory.
        index: Its index of facts, whose numbers of texts are used.
        hiding: Fragments that are hidden, too.
    """

    def __init__(self, memory: WorkingMemory, index: FactIndex, hiding: Iterable[Fragment] = ()) -> None:
        self._memory, self._index = memory, index
        self._more: dict[tuple[int, int], list[Span]] = {}
        for fragment in outermost(hiding):
            self._more.setdefault((fragment.span.message, fragment.span.slot), []).append(fragment.span)
        self._runs: dict[int, tuple[list[int], list[int]]] = {}

    def hidden_run(self, place: int) -> int | None:
        """Give where the hidden stretch begins that shares a character with a place, or None where all is visible."""
        text, start, end = stretch_of(place)
        starts, ends = self._runs.get(text) or self._runs_of(text)
        if not starts:
            return None
        at = bisect_left(starts, end) - 1
        return starts[at] if at >= 0 and ends[at] > start else None

    def will_hide(self, span: Span) -> bool:
        """Tell whether one of the fragments that are hidden, too, contains a span."""
        more = self._more.get((span.message, span.slot), ())
        at = bisect_right(more, span.start, key=lambda other: other.start) - 1
        return at >= 0 and more[at].contains(span)

    def _runs_of(self, text: int) -> tuple[list[int], list[int]]:
        slot = self._index.slot_of(text)
        spans = self._memory.hidden_spans(*slot)
        starts: list[int] = []
        ends: list[int] = []
        for span in sorted([*spans, *self._more.get(slot, ())], key=lambda span: span.start):
            if starts and span.start <= ends[-1]:
                ends[-1] = max(ends[-1], span.end)
            else:
                starts.append(span.start)
                ends.append(span.end)
        self._runs[text] = starts, ends
        return starts, ends


class Said:
    """What a few texts say, to be asked for.

    Args:
        texts: The texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._facts: set[tuple[Kind, str]] = set()
        self._words: set[str] = set()
        self._values: dict[str, str] = {}
        for text in texts:
            for fact in facts(text):
                self._facts.add((fact.kind, _bare(fact.text)))
                if fact.kind == "key":
                    self._values[fact.text] = pair_of(text[fact.start : fact.end])[1]
            self._words.update(word.strip(_PUNCTUATION) for word in plain(text).replace("'s", "").split())

    def has(self, kind: Kind, text: str) -> bool:
        """Tell whether a fact is said, by what is compared."""
        if not self._words:  # there are no texts: as a rule
            return False
        if (kind, _bare(text)) in self._facts:
            return True
        return kind == "name" and all(word.strip(_PUNCTUATION) in self._words for word in text.split())

    def states(self, key: str, value: str) -> bool:
        """Tell whether a key is said to have a value."""
        return self._values.get(key) == value


class _Loss(NamedTuple):
    order: int
    kind: Kind
    stated: str
    """The characters of the fact."""
    stale: bool = False
    """Whether an older value of the key stays."""


@dataclass
class _Gone:
    """Facts that are lost, unless a text that is shown says them."""

    memory: WorkingMemory
    index: FactIndex
    found: dict[int, _Loss] = field(default_factory=dict)
    """By hash of the fact."""
    _texts: dict[int, str] = field(default_factory=dict)

    def weigh_messages(self, spans: Sequence[Span], before: Sight, after: Sight) -> None:
        """Note what is in view of some stretches, and nowhere else."""
        newest = _newest((fact for span in spans for fact in _facts_in(self.index, span)), before)
        staying = _staying(self.index, after, newest)
        alone: set[int] = set()
        for said, place in newest.items():
            if kind_of(place) == "key":
                self.weigh_pair(said, place, staying.get(said))
            elif said not in staying:
                alone.add(said)
        if alone:
            told = (fact for span in spans for fact in self._in_no_old_pair(span, staying, before))
            for said, place in _newest((fact for fact in told if fact[0] in alone), before).items():
                self.weigh(said, place)

    def weigh_pair(self, said: int, newest: int, staying: int | None) -> None:
        """Note a key whose newest pair is hidden now; staying is the newest one that isn't."""
        stated = self._at(newest)
        if staying is None or (staying < newest and pair_of(self._at(staying))[1] != pair_of(stated)[1]):
            self.found[said] = _Loss(newest, "key", stated, staying is not None)

    def weigh(self, said: int, newest: int) -> None:
        """Note another fact of which no place stays."""
        place = unpacked(newest)
        if not (place.opening and self._never_a_name(said)):
            self.found[said] = _Loss(newest, place.kind, self._at(newest))

    def weigh_summary(self, summary: str, at: Span, after: Sight) -> None:
        """Note what a summary says that goes out of view."""
        found = sorted(facts(summary), key=lambda fact: (fact.start, fact.kind != "key"))
        said = {hash_of(fact.kind, fact.text): fact for fact in found if not fact.opening}
        staying = _staying(self.index, after, said)
        text = self.index.number_of(at.message, at.slot)
        place = packed(text, at.start) if text is not None else 0
        old_until = 0
        for fact in found:
            each = hash_of(fact.kind, fact.text)
            if fact.kind == "key":
                old_until = fact.end if staying.get(each, -1) > place else 0
            if fact.start >= old_until and each in said and each not in staying:
                order = packed(len(self.memory.messages), fact.start)  # after all that stands in messages
                self.found.setdefault(each, _Loss(order, fact.kind, summary[fact.start : fact.end]))

    def but_for(self, texts: Sequence[str]) -> Lost:
        """Give what is lost, but for what these texts say."""
        said = Said(texts)
        kinds: dict[str, list[str]] = {"key": [], "value": [], "name": [], "number": [], "heading": []}
        for loss in sorted(self.found.values()):
            if loss.kind == "key":
                shown, value = pair_of(loss.stated)
                there = said.states(as_compared(loss.kind, loss.stated), value)
            else:
                shown = loss.stated
                there = said.has(loss.kind, as_compared(loss.kind, shown))
            if not there:
                kinds["value" if loss.stale else loss.kind].append(shortened(shown))
        return Lost(*(tuple(dict.fromkeys(each)) for each in kinds.values()))

    def _in_no_old_pair(self, span: Span, staying: dict[int, int], before: Sight) -> Iterator[tuple[int, int]]:
        """Give the facts of a stretch, but for those in a visible pair of which a newer one stays.

        In JSON and in tables a key that comes again is another record's, as a rule, and replaces nothing.
        """
        old_until = 0
        for start, group in groupby(_facts_in(self.index, span), key=lambda fact: stretch_of(fact[1])[1]):
            here = list(group)
            for said, place in here:
                if kind_of(place) == "key":
                    old = staying.get(said, -1) > place and before.hidden_run(place) is None
                    old_until = stretch_of(place)[2] if old and not self._of_a_record(place) else 0
            if start >= old_until:
                yield from here

    def _of_a_record(self, place: int) -> bool:
        text, start, _ = stretch_of(place)
        return self._text(text)[max(0, start - 3) : start].rstrip(" \t")[-1:] in _RECORD_MARKS

    def _at(self, place: int) -> str:
        text, start, end = stretch_of(place)
        return self._text(text)[start:end]

    def _text(self, number: int) -> str:
        if number not in self._texts:
            message, slot = self.index.slot_of(number)
            self._texts[number] = self.memory.messages[message].texts[slot]
        return self._texts[number]

    def _never_a_name(self, said: int) -> bool:
        """Tell whether a word has its capital only where sentences open."""
        return all(unpacked(place).opening for _, places in self.index.newest_first([said]) for place in places[:])


def _facts_in(index: FactIndex, span: Span) -> Iterable[tuple[int, int]]:
    text = index.number_of(span.message, span.slot)
    return () if text is None else index.within(text, span.start, span.end)


def _newest(told: Iterable[tuple[int, int]], before: Sight) -> dict[int, int]:
    """Give the newest place in view of each fact."""
    newest: dict[int, int] = {}
    for said, place in told:
        if place > newest.get(said, -1) and before.hidden_run(place) is None:
            newest[said] = place
    return newest


def _staying(index: FactIndex, after: Sight, asked: Iterable[int]) -> dict[int, int]:
    """Give the newest place that will be visible of each fact that has one."""
    staying: dict[int, int] = {}
    hashes = list(asked)
    for number, places in index.newest_first(hashes):
        said = hashes[number]
        found = None if said in staying else _newest_visible(places, after)
        if found is not None:
            staying[said] = found
    return staying


def _newest_visible(places: Sequence[int], after: Sight) -> int | None:
    at = len(places) - 1
    while at >= 0:
        begins = after.hidden_run(places[at])
        if begins is None:
            return places[at]
        text, *_ = stretch_of(places[at])
        at = min(at, bisect_left(places, packed(text, begins), 0, at)) - 1  # past all that begins in the stretch
    return None


def _summaries(memory: WorkingMemory) -> list[Fragment]:
    """Give the fragments of the conversation whose summaries are in view."""
    return [
        fragment
        for fragment in memory.fragments.values()
        if fragment.state is FragmentState.SUMMARISED
        and memory.entries[fragment.span.message].origin == "app"
        and memory.hiding(fragment.span) is fragment
    ]


_PLURAL = {"key": "keys", "name": "names", "number": "numbers", "heading": "headings"}
_RECORD_MARKS = ('"', "'", "|")
_PUNCTUATION = ".,;:!?()[]\"'`*_«»“”‘’…。，、！？"


def _bare(text: str) -> str:
    return text.replace(",", "")


def _listed(kind: str, found: Sequence[str], plural: str = "", quote: str = '"') -> str:
    if not found:
        return ""
    named = ", ".join(f"{quote}{each}{quote}" for each in found[:_MOST])
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return f"{kind if len(found) == 1 else plural or _PLURAL[kind]} {named}{more}"


def _less(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    known = set(other)
    return tuple(each for each in one if each not in known)
