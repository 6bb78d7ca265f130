"""The guard against a naive one, and what it says."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.talks import SUMMARIES, some_of, talks

from riffler.tools.arrival import append
from riffler.tools.cutting import cut
from riffler.tools.dropped import Said, dropped, dropped_words
from riffler.tools.events import FragmentsFolded, FragmentSummarised
from riffler.tools.facts import facts, pair_of
from riffler.tools.fragments import Fragment, FragmentState, Span
from riffler.tools.guard import lost
from riffler.tools.lost import PHRASE, Lost, Naming, shortened, words
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.suggest import ranked
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()


class Stated(NamedTuple):
    """A place of a fact, and whether it is in view."""

    before: bool
    after: bool
    loose: bool
    value: str
    at: tuple[int, int, int]
    pair: str
    """The key of the visible pair that it stands in."""


def everything(memory: WorkingMemory, hiding: Sequence[Fragment]) -> dict[tuple[str, str], list[Stated]]:
    """Read all text, and look for each fact whether it is in view before and after."""
    hidden = [f.span for f in memory.fragments.values() if f.hidden]
    found: dict[tuple[str, str], list[Stated]] = {}
    for message, entry in enumerate(memory.entries):
        for slot, text in enumerate(entry.message.texts if entry.origin == "app" else ()):
            pair, pair_end = "", 0
            for fact in sorted(facts(text), key=lambda fact: (fact.start, fact.kind != "key")):
                span = Span(message, slot, fact.start, fact.end)
                before = not any(span.overlaps(each) for each in hidden)
                after = before and not any(span.overlaps(f.span) for f in hiding)
                if fact.kind == "key":
                    of_a_record = text[: fact.start].rstrip(" \t")[-1:] in {'"', "'", "|"}
                    old = before and not of_a_record and not fact.loose
                    pair, pair_end = fact.text if old else "", fact.end
                value = pair_of(text[fact.start : fact.end])[1]
                value = value if fact.kind == "key" else text[fact.start : fact.end]
                around = pair if fact.start < pair_end else ""
                stated = Stated(before, after, fact.loose, value, (message, slot, fact.start), around)
                found.setdefault((fact.kind, fact.text), []).append(stated)
    return found


def in_view(memory: WorkingMemory) -> list[Fragment]:
    """Find the conversation's summaries that are in view."""
    every = memory.fragments.values()
    return [
        f
        for f in every
        if f.state is FragmentState.SUMMARISED
        and memory.entries[f.span.message].origin == "app"
        and not any(o.hidden and o is not f and o.span.contains(f.span) for o in every)
    ]


def missing(
    kind: str, places: Sequence[Stated], said: Callable[[str], bool], newest: dict[str, tuple[int, int, int]]
) -> str:
    """Judge a fact of messages: `` is not lost; else what is. Newest are the places of the pairs that stay."""
    was = [p for p in places if p.before and (kind == "key" or p.at >= newest.get(p.pair, p.at))]
    left = [place for place in places if place.after]
    if kind != "key" and left:
        return ""
    no_name = kind != "key" and all(place.loose for place in places)
    if not was or was[-1].after or no_name or said(was[-1].value):
        return ""
    if not left:
        return kind
    return "value" if kind == "key" and not was[-1].loose and left[-1].value != was[-1].value else ""


def naive(memory: WorkingMemory, hiding: Sequence[Fragment], shown: Sequence[str]) -> Lost:
    """Read all text anew, and compare what is in view before and after."""
    stated = everything(memory, hiding)
    gone = [f for f in in_view(memory) if any(h.span.contains(f.span) for h in hiding)]
    texts = Said([*(f.summary for f in in_view(memory) if f not in gone), *shown])
    found: dict[str, set[str]] = {name: set() for name in ("key", "value", "name", "number", "heading", "")}

    def said(kind: Any, text: str, value: str) -> bool:
        return texts.states(text, value) if kind == "key" else texts.has(kind, text)

    newest = {
        text: place.at for (kind, text), places in stated.items() if kind == "key" for place in places if place.after
    }
    for (kind, text), places in stated.items():
        found[missing(kind, places, partial(said, kind, text), newest)].add(shortened(text))
    for fragment in gone:
        summary, span = fragment.summary, fragment.span
        at = (span.message, span.slot, span.start)
        old_until = 0
        for fact in sorted(facts(summary), key=lambda fact: (fact.start, fact.kind != "key")):
            if fact.kind == "key":
                old_until = fact.end if newest.get(fact.text, at) > at and not fact.loose else 0
            value = pair_of(summary[fact.start : fact.end])[1]
            places = stated.get((fact.kind, fact.text), [])
            stays = fact.start < old_until or any(place.after for place in places)
            if (fact.kind == "key" or not fact.loose) and not stays and not said(fact.kind, fact.text, value):
                found[fact.kind].add(shortened(fact.text))
    del found[""]
    return Lost(*(tuple(sorted(each)) for each in found.values()))


def in_order(missing: Lost) -> Lost:
    """Give it without case, and in an order that doesn't matter."""
    parts = (missing.keys, missing.values, missing.names, missing.numbers, missing.headings)
    return Lost(*(tuple(sorted(each.casefold() for each in part)) for part in parts))


@pytest.mark.no_cover
@given(talks(), st.data())
@settings(max_examples=400, deadline=None)
def test_the_guard_says_what_a_naive_one_does(memory: WorkingMemory, data: st.DataObject) -> None:
    """On random conversations, fragments and batches the index finds what reading all text anew finds."""
    ids = data.draw(some_of(memory))
    shown = data.draw(st.lists(SUMMARIES, max_size=1))
    hiding = [memory.fragments[id_] for id_ in ids]
    assert in_order(lost(memory, hiding, shown, most=10_000)) == naive(memory, hiding, shown)


def session(*texts: str) -> WorkingMemory:
    """Make a session of user messages with a fragment each, and a question."""
    messages = [*map(Message.user, texts), Message.user("What?")]
    memory = WorkingMemory().commit([append(WorkingMemory(), messages, COUNTER)])
    spans = [(Span(index, 0, 0, len(text)), 1) for index, text in enumerate(texts)]
    return memory.commit([cut(memory, spans, COUNTER)])


def losing(memory: WorkingMemory, *numbers: int) -> Lost:
    """Say what folding these fragments, from 1, loses."""
    ids = list(memory.fragments)
    return lost(memory, [memory.fragments[ids[number - 1]] for number in numbers])


@pytest.mark.parametrize(
    ("texts", "folded", "missing"),
    [
        (["a: x; b: y; ", "a: z; "], (1,), Lost(keys=("b",))),
        (["a: x; ", "a: z; "], (2,), Lost(values=("a",))),
        (["a: x; ", "a: X ; "], (2,), Lost()),
        (["a: x; ", "a: z; "], (1, 2), Lost(keys=("a",))),
        (["a: x; ", "a: z; ", "a: x; "], (3,), Lost(values=("a",))),
        (["so Marie Curie ", "by Marie Curie "], (1,), Lost()),
        (["so Marie Curie ", "by Marie Curie "], (1, 2), Lost(names=("Marie Curie",))),
        (["Boats came. ", "none"], (1,), Lost()),
        (["Paul came. ", "none", "so Paul "], (3,), Lost()),
        (["Paul came. ", "none", "so Paul "], (1, 3), Lost(names=("Paul",))),
        (["17 and 1,234.5", "17"], (1,), Lost(numbers=("1,234.5",))),
        (["The dose is 5 mg, the balance -300", "5 kg; 300 pages"], (1,), Lost(numbers=("5 mg", "-300"))),
        (["The dose is 5 mg, it costs € 7, or −7%", "5mg; 7€, -7 percent"], (1,), Lost()),
        (["Der Kunde hat die Rechnung bezahlt, und das Lager ist voll", "so"], (1,), Lost()),
        (["# Plan", "Plan\n---\n"], (2,), Lost()),
        (["# Plan", "plan"], (1,), Lost(headings=("Plan",))),
        (['{"status":"failed","owner":"anna"}', "status: good; "], (1,), Lost(keys=("owner",))),
        (['{"status": "failed"}', '[{"status":"failed"}]'], (1,), Lost()),
        (["status: open", '{"status":"failed"}', "so"], (2,), Lost(values=("status",))),
        (["| status | open |", "| status | failed |"], (2,), Lost(values=("status",))),
        (["owner: bob", "The meeting moved. Owner: anna"], (2,), Lost(values=("Owner",))),
        (["city: rome", "owner: bob, city: ulm", "owner: bob"], (2,), Lost(values=("city",))),
        (["t: 700; by: Anna Berg", "t: 710; by: Carl Dahl"], (1,), Lost()),
        (["t: 700; ", "t: 710; "], (1, 2), Lost(keys=("t",), numbers=("700", "710"))),
        (["t: 710; ", "t: 700; "], (2,), Lost(values=("t",), numbers=("700",))),
        (["room 700, ", "t: 700; ", "t: 710; "], (1, 2), Lost(numbers=("700",))),
        (["room 700, ", "t: 700; ", "t: 710; "], (2,), Lost()),
        (
            ["Anna: the safe 4711 is in room 5, by the stairs", "Anna: so we all meet there at noon"],
            (1,),
            Lost(numbers=("4711", "5")),
        ),
        (["a: so it was in the old days", "a: then came so many other ones"], (2,), Lost()),
        ([], (), Lost()),
    ],
)
def test_what_is_lost(texts: list[str], folded: tuple[int, ...], missing: Lost) -> None:
    """A batch counts as one; of a key the newest value counts; a word that only opens sentences is no name."""
    assert losing(session(*texts), *folded) == missing


PAIRS = st.tuples(
    st.sampled_from(["Owner", "Marie Curie", "speed"]), st.sampled_from(["Anna Berg", "Paris", "700", "710, 3", "so"])
)


@given(st.lists(st.lists(PAIRS, min_size=1, max_size=4), min_size=1, max_size=6))
@settings(deadline=None)
def test_old_pairs_can_be_folded_in_silence(pairs: list[list[tuple[str, str]]]) -> None:
    """Whatever stands in pairs alone, what keeps no newest fact can be folded all at once, and nothing is lost."""
    memory = session(*("\n".join(f"{key}: {value}" for key, value in each) for each in pairs))
    assert lost(memory, [each.fragment for each in ranked(memory) if not each.keeps]) == Lost()


@pytest.mark.parametrize(
    ("older", "newer", "missing"),
    [
        (
            '[{"name": "Anna Berg", "age": 41}]',
            '[{"name": "Bob Lund", "age": 17}]',
            Lost(names=("Anna Berg",), numbers=("41",)),
        ),
        ("| name | Anna Berg |", "| name | Bob Lund |", Lost(names=("Anna Berg",))),
        ("name: Anna Berg", "name: Bob Lund", Lost()),
    ],
)
def test_a_record_replaces_no_other(older: str, newer: str, missing: Lost) -> None:
    """In JSON and in tables a key that comes again is another record's; in lines it is an update."""
    assert losing(session(older, newer), 1) == missing


def test_numbers_of_a_summary_s_old_pair_are_none() -> None:
    """A summary that tells an old value may go, where a newer one stays; before that one stood, it can't."""
    memory = session("so it was", "speed: 710; ", "so it is")
    memory = memory.commit([FragmentSummarised(id_, "all", "speed: 700; the 5 of us") for id_ in ("f00001", "f00003")])
    assert losing(memory, 1, 3) == Lost(numbers=("700", "5"))
    only_first = memory.commit([FragmentsFolded(("f00003",))])
    assert losing(only_first, 1) == Lost(numbers=("5",))


def test_what_is_hidden_already_isn_t_lost_again() -> None:
    """Text that was hidden before loses nothing more, and keeps nothing in view."""
    memory = session("so Paul", "by Paul", "x: 1")
    memory = memory.commit([FragmentsFolded(("f00001",))])
    assert losing(memory, 1) == Lost()
    assert losing(memory, 2) == Lost(names=("Paul",))


def test_a_summary_is_in_view_until_it_is_folded() -> None:
    """What a visible summary says isn't lost; folding it loses what it alone says."""
    memory = session("so Paul and 17, x: 1", "by Paul")
    memory = memory.commit([FragmentSummarised("f00001", "all", "so Paul; y: 5; and 3")])
    assert losing(memory, 2) == Lost()
    assert losing(memory, 1) == Lost(keys=("y",), numbers=("5", "3"))
    assert losing(memory, 1, 2).names == ("Paul",)


def test_inner_steps_are_no_view() -> None:
    """What a step repeats keeps nothing in view, and folding a step loses nothing."""
    memory = session("so Paul")
    memory = memory.commit([append(memory, [Message.assistant("so Paul and 17")], COUNTER, "step")])
    memory = memory.commit([cut(memory, [(Span(2, 0, 0, 14), 1)], COUNTER)])
    assert losing(memory, 1) == Lost(names=("Paul",))
    assert losing(memory, 2) == Lost()


def test_the_words_are_one_short_line() -> None:
    """Facts are named by kind, the first twelve; each is on one line, clipped, and can't close its quotes."""
    naming = Naming()
    for number in (*range(14), 3):
        naming.add("key", f"k{number}")
    naming.add("value", "x")
    naming.add("name", "A")
    naming.add("number", "1")
    naming.add("number", "2")
    naming.add("heading", "H")
    assert words(naming.lost()) == (
        f"{PHRASE}: keys " + ", ".join(f'"k{n}"' for n in range(12)) + ' and 2 more; newest value of key "x"; '
        'name "A"; numbers 1, 2; heading "H"'
    )
    assert words(Lost(values=("a", "b"))) == f'{PHRASE}: newest values of keys "a", "b"'
    assert words(Lost()) == ""
    assert shortened("a\r\n\u2028b\u202e\x07") == "a b"
    assert shortened('"' * 50) == "'" * 37 + "..."


@given(st.text())
def test_a_fact_is_shown_safely(text: str) -> None:
    """Whatever a user wrote, it is one short line that can be seen, without double quotes."""
    shown = shortened(text)
    assert len(shown) <= 40
    assert shown.isprintable()
    assert '"' not in shown


def test_what_a_summary_dropped() -> None:
    """Names and numbers count, with their words in any order and with or without separators."""
    original = "It was Marie Curie with Paul in Rome, 1,234 boats and 17. Boats came."
    assert dropped(original, "Curie, Marie: 1234; in Rome's bay") == Lost(names=("Paul",), numbers=("17",))
    assert dropped(original, original) == Lost()
    assert dropped("it was 5 mg, -1,300 and 7 €", "5mg; €7 and 1300") == Lost(numbers=("-1,300",))
    assert dropped_words(dropped("so Paul", "none")) == 'the summary doesn\'t have: name "Paul"'
    assert dropped("Boats came.", "") == Lost()
    assert dropped("Paul left, and Paul", "") == Lost(names=("Paul",))
