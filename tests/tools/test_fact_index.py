"""The index of facts: grown it is as made at once, and memories that branch share what they have in common."""

import threading
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.talks import TEXTS, talks

from riffler.tools.arrival import append
from riffler.tools.cutting import cut
from riffler.tools.events import MessagesAppended, Origin
from riffler.tools.fact_index import FactIndex, KnownFacts, Segment, hash_of
from riffler.tools.fact_places import are_loose, edges_of, kind_of, stretch_of
from riffler.tools.facts import facts
from riffler.tools.fragments import Span
from riffler.tools.memory import Entry, WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()
ENTRIES = st.lists(st.tuples(TEXTS, st.sampled_from(["app", "app", "step"])), max_size=20)


def entries_of(drawn: list[tuple[str, Origin]]) -> tuple[Entry, ...]:
    """Make messages of user texts."""
    return tuple(Entry(Message.user(text), origin) for text, origin in drawn)


def contents(index: FactIndex) -> list[tuple[object, ...]]:
    """Give all facts with message and slot, by place."""
    return [
        (*index.slot_of(text), start, end, kind_of(place), loose, said)
        for segment in index.segments
        for places in [segment.places(slice(None))]
        for said, place, loose in zip(hashes_of(segment), places.tolist(), are_loose(places).tolist(), strict=True)
        for text, start, end in [stretch_of(place)]
    ]


def hashes_of(segment: Segment) -> list[int]:
    """Give what each fact of a part says."""
    hashes: list[int] = segment.facts.said[segment.facts.groups].tolist()
    return hashes


@given(ENTRIES, st.lists(st.integers(0, 20)))
@settings(deadline=None)
def test_a_grown_index_is_as_one_made_at_once(drawn: list[tuple[str, Origin]], stops: list[int]) -> None:
    """However it grew, shrank and grew again, it holds each fact of the conversation with its place, and few parts."""
    entries = entries_of(drawn)
    index = FactIndex()
    for stop in [*stops, len(entries)]:
        index = index.of(entries[:stop])
        assert contents(index) == contents(FactIndex().of(entries[:stop]))
        assert index.of(entries[:stop]) is index
    wanted = sorted(
        (number, 0, fact.start, fact.end, fact.kind, fact.loose, hash_of(fact.kind, fact.text))
        for number, entry in enumerate(entries)
        for fact in (facts(entry.message.text) if entry.origin == "app" else ())
    )
    assert sorted(contents(index), key=str) == sorted(wanted, key=str)
    assert all(one.size > 2 * other.size for one, other in pairwise(index.segments))


@given(talks())
@settings(deadline=None, max_examples=50)
def test_looking_up_finds_every_place(memory: WorkingMemory) -> None:
    """By its hash, each fact is found at all its places, the newest part first; in a stretch, what touches it."""
    index = memory.facts
    hashes = list(dict.fromkeys(said for segment in index.segments for said in hashes_of(segment)))
    found = {said: places_of(index, said) for said in hashes}
    assert index.counts(np.array(hashes, np.int64)).tolist() == [len(places) for places in found.values()]
    assert sum(map(len, found.values())) == sum(len(segment.facts) for segment in index.segments)
    assert all(places == sorted(places) for places in found.values())
    for message, slot in index.slots:
        text = index.number_of(message, slot)
        assert text is not None
        assert index.slot_of(text) == (message, slot)


def places_of(index: FactIndex, said: int) -> list[int]:
    """Give all places of a fact."""
    parts = [places.tolist() for places in index.places_of(said)]
    return [place for places in reversed(parts) for place in places]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a block be of four facts, and what begins at one spot with the last of them."""
    monkeypatch.setattr("riffler.tools.fact_index.BLOCK", 4)


@pytest.mark.usefixtures("small_blocks")
@given(talks(), st.data())
@settings(deadline=None, max_examples=100)
def test_what_stretches_tell(memory: WorkingMemory, data: st.DataObject) -> None:
    """Whatever the stretches, what touches one comes once, by place, and what begins at one spot comes together."""
    index = memory.facts
    every = sorted(
        (place, said)
        for segment in index.segments
        for said, place in zip(hashes_of(segment), segment.places(slice(None)).tolist(), strict=True)
    )
    spans: list[Span] = []
    for message, entry in enumerate(memory.entries):
        for slot, text in enumerate(entry.message.texts):
            edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
            spans += [Span(message, slot, *edge) for edge in zip(edges[::2], edges[1::2], strict=False)]
    touched = [
        (place, said)
        for place, said in every
        for text, start, end in [stretch_of(place)]
        if any(Span(*index.slot_of(text), start, end).overlaps(span) for span in spans)
    ]
    blocks = list(index.told(spans))
    told = [pair for each in blocks for pair in zip(each.places.tolist(), each.hashes.tolist(), strict=True)]
    assert sorted(told) == touched
    begins = [edges_of(each.places)[0].tolist() for each in blocks if len(each.places)]
    assert all(one[-1] < other[0] for one, other in pairwise(begins))


def test_texts_that_aren_t_in_it() -> None:
    """Inner steps have no number, nor have texts to come; a number that isn't has no slot."""
    index = FactIndex().of(entries_of([("a: b", "app"), ("c: d", "step"), ("e: f", "app")]))
    assert [index.number_of(message, 0) for message in range(4)] == [0, None, 1, None]
    with pytest.raises(IndexError, match="no text 2"):
        index.slot_of(2)


def test_few_facts_are_looked_up_in_a_large_index() -> None:
    """One by one, each of a few facts is found at the same places as among many."""
    text = "".join(f"key {number % 700}: a{number % 11}; " for number in range(30_000))
    index = FactIndex().of((Entry(Message.user(text)),))
    hashes = list(dict.fromkeys(hashes_of(index.segments[0])))
    together = index.counts(np.array(hashes, np.int64))
    assert together.sum() == len(index.segments[0].facts)
    some = [*hashes[:3], hash_of("key", "none"), hashes[-1]]
    assert index.counts(np.array(some, np.int64)).tolist() == [*together[:3], 0, together[-1]]
    assert [len(places_of(index, said)) for said in some] == [*together[:3], 0, together[-1]]


def test_texts_beyond_the_last_number_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation of more texts than can be numbered is indexed as far as that goes."""
    monkeypatch.setattr("riffler.tools.fact_index._MOST_TEXTS", 2)
    index = FactIndex().of(entries_of([("a: b", "app"), ("c: d", "app"), ("e: f", "app")]))
    assert index.slots == ((0, 0), (1, 0))
    assert index.number_of(2, 0) is None


def test_memories_that_branch_share_the_index() -> None:
    """What a branch has read isn't read again by another that has the same messages, before or after a cut."""
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.user("a: b; " * 100)], COUNTER)])
    cut_one = memory.commit([cut(memory, [(Span(0, 0, 0, 300), 2)], COUNTER)])
    assert "facts" in cut_one.__dict__
    assert memory.facts.segments == cut_one.facts.segments
    event = MessagesAppended(1, (Message.user("c: d"),), "app")
    one, other = memory.commit([event]), cut_one.commit([event])
    assert one.facts.segments == other.facts.segments
    assert one.facts.segments[0] is memory.facts.segments[0]
    third = memory.commit([MessagesAppended(1, (Message.user("e: f"),), "app")])
    assert contents(third.facts) == contents(FactIndex().of(third.entries))
    assert contents(memory.facts) == contents(FactIndex().of(memory.entries))


def test_a_large_branch_that_was_given_up_costs_once() -> None:
    """After a branch that nobody goes on with, the others still start from what they themselves have read."""
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.user("a: b; " * 100)], COUNTER)])
    assert memory.facts.segments
    here = memory.commit([MessagesAppended(1, (Message.user("c: d; " * 10),), "app")])
    assert len(here.facts.segments) == 2
    given_up = memory.commit([MessagesAppended(1, (Message.user("e: f; " * 30),) * 9, "app")])
    assert given_up.facts.segments
    after = here.commit([MessagesAppended(2, (Message.user("g: h"),), "app")])
    assert after.facts.segments[:2] == here.facts.segments
    assert contents(after.facts) == contents(FactIndex().of(after.entries))


def test_threads_may_grow_it_at_once() -> None:
    """Of many threads with branches of their own each gets its own branch's index."""
    known = KnownFacts()
    trunk = entries_of([("a: b; c: d", "app")] * 5)
    branches = [(*trunk, *entries_of([(f"key{n}: {n}", "app")] * n)) for n in range(16)]
    wrong: list[int] = []
    wanted = [contents(FactIndex().of(branch)) for branch in branches]

    def grow(number: int) -> None:
        rounds = range(20)
        wrong.extend(number for _ in rounds if contents(known.of(branches[number], FactIndex())) != wanted[number])

    threads = [threading.Thread(target=grow, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.no_cover
@pytest.mark.parametrize("unit", ["key {0}: value {0}; ", "{0} is the year in which Marie{0} Curie left. "])
def test_it_is_small(unit: str) -> None:
    """Of 4 MB of pairs, or of prose full of names, it takes no more than three times the text."""
    text = "".join(unit.format(100_000 + number) for number in range(4_000_000 // len(unit.format(100_000))))
    entries = (Entry(Message.user(text)),)
    assert entries[0].message.texts == (text,)
    index = FactIndex().of(entries)
    facts = index.segments[0].facts
    arrays = [getattr(facts, each.name) for each in fields(facts)]
    assert len(arrays[0]) > 150_000
    assert all(array.base is None for array in arrays)  # none holds a larger one behind it
    assert sum(array.nbytes for array in arrays) < 3 * len(text)
