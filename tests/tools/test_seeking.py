"""Seeking: a search by who looks, which changes nothing."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.talks import COUNTER
from tests.tools.test_pieces import rewritten, session

from riffler.tools.arrival import append
from riffler.tools.events import Event, FragmentsFolded, FragmentsRestored, FragmentSummarised, QueryRewritten
from riffler.tools.fragments import Span
from riffler.tools.history import Version
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.pieces import Pieces
from riffler.tools.seeking import seek, sought
from riffler.tools.sources import Sources


def shown_now(memory: WorkingMemory, index: int) -> Iterator[tuple[str, str]]:
    """Give what a message holds and what stands for it now, kind by kind, as this file sees it."""
    message = memory.messages[index]
    yield from (("original", text) for text in message.texts)
    yield from (("call", call["function"]["arguments"]) for call in message.to_dict().get("tool_calls") or ())
    hidden = [each for each in memory.fragments.values() if each.summary and each.span.message == index]
    hidden.sort(key=lambda each: (each.span.slot, each.span.start, -each.span.end))
    yield from (("summary", each.summary) for each in hidden)
    if memory.rewrite and memory.rewrite.text and memory.rewrite.span.message == index:
        yield "rewrite", memory.rewrite.text


@given(
    memory=rewritten(),
    query=st.sampled_from(["Paris", "red", "o", "; ", "17", "{}", "Again"]),
    most=st.integers(1, 4),
    kind=st.sampled_from([None, "original", "call", "summary", "rewrite"]),
)
def test_all_that_is_there_is_found_once(memory: WorkingMemory, query: str, most: int, kind: str | None) -> None:
    """In every message, also in inner steps, hidden text, calls, summaries and the rewrite, on pages that join."""
    sources = Sources(memory)
    spans: list[Span] = []
    mark = None
    while True:
        page = seek(sources, query, "exact", most, mark, kind=kind)  # type: ignore[arg-type]
        spans += page.spans
        mark = page.mark
        if mark is None:
            break
    there = [
        (index, found_in, at)
        for index in range(len(memory.messages))
        for found_in, text in shown_now(memory, index)
        for at in range(len(text))
        if text.startswith(query, at) and kind in {None, found_in}
    ]
    found = [sought(sources, span) for span in spans]
    assert [(each.span.message, each.source.kind, each.span.start) for each in found] == there
    assert page.total == len(there)  # none of these texts overlaps itself
    for each in found:
        assert each.match == query
        assert f"{each.before}{each.match}{each.after}" in each.source.text
        if each.source.kind == "original":
            check(memory, each.span)


def check(memory: WorkingMemory, span: Span) -> None:
    """Assert that a match is told as the view shows it."""
    found = sought(Sources(memory), span)
    whole = memory.messages[span.message].texts[span.slot]
    assert found.match == memory.text(span)
    assert f"{found.before}{found.match}{found.after}" in whole
    [piece] = [
        piece
        for piece in Pieces(memory).of(span.message)
        if piece.span and piece.span.overlaps(Span(span.message, span.slot, span.start, span.start + 1))
    ]
    words = {"text": "visible", "folded": "folded", "summary": "summarised", "rewrite": "rewritten"}
    assert found.shown == words[piece.kind]
    if piece.kind == "text":
        assert found.fragment == (piece.fragments[-1] if piece.fragments else "")
    if piece.kind in {"folded", "summary"}:
        assert found.fragment in piece.fragments


@pytest.mark.parametrize("how", ["any_case", "pattern", "ranked", "fuzzy"])
def test_each_way_finds(how: str) -> None:
    """Whatever is found by the tools is found here."""
    memory = session().commit([FragmentsFolded(("f00001",)), FragmentSummarised("f00002", "", "b")])
    assert memory.asking is not None
    memory = memory.commit([QueryRewritten(memory.asking.span, "Once more?", "d")])
    sources = Sources(memory)
    found = seek(sources, "where is", how, 5)  # type: ignore[arg-type]
    assert found.total == (how != "pattern")
    assert all(sought(sources, span).shown == "rewritten" for span in found.spans)


@pytest.mark.parametrize(
    ("event", "shown"),
    [(FragmentsFolded(("f00002",)), "folded"), (FragmentSummarised("f00002", "", "b"), "summarised")],
)
def test_hidden_text_tells_what_hides_it(event: Event, shown: str) -> None:
    """How the view shows it, and by which fragment."""
    memory = session().commit([event])
    span = memory.fragments["f00002"].span
    found = sought(Sources(memory), Span(span.message, span.slot, span.start, span.start + 1))
    assert (found.shown, found.fragment) == (shown, "f00002")


def test_a_long_match_is_told_by_its_beginning() -> None:
    """A pattern may match a megabyte, and nobody reads that in a list."""
    sources = Sources(session())
    assert sought(sources, Span(0, 0, 2, 16)).match == "aabbbbccccdddd"
    pattern = seek(sources, r"[\s\S]+", "pattern", 1)
    assert (pattern.total, pattern.spans) == (2, (Span(0, 0, 0, 16),))
    long = WorkingMemory().commit([append(WorkingMemory(), [Message.user("x" * 1000)], COUNTER)])
    assert sought(Sources(long), Span(0, 0, 0, 1000)).match == "x" * 400


def led(*steps: list[Event]) -> tuple[WorkingMemory, list[Version]]:
    """Commit steps to a session; gives it with its past, the newest first."""
    memory, past = session(), list[Version]()
    for events in steps:
        memory = memory.commit(events)
        past.insert(0, Version(memory.version, "app", 0, tuple(events), None))
    return memory, past


def told(memory: WorkingMemory, past: list[Version], query: str) -> list[tuple[str, str, str, int | None]]:
    """Give what is told of each match."""
    sources = Sources(memory, past)
    found = [sought(sources, span) for span in seek(sources, query, "exact", 20).spans]
    return [(each.source.kind, each.shown, each.fragment, each.source.gone) for each in found]


def test_a_summary_is_found_where_it_stands_and_where_it_stood() -> None:
    """Shown, hidden in another fragment, given up for another one, given up for good; each text of one once."""
    first, second = FragmentSummarised("f00003", "", "of old"), FragmentSummarised("f00003", "", "of new")
    assert told(*led([first]), "of ") == [("summary", "visible", "f00003", None)]
    told_again = told(*led([first], [second], [first], [second]), "of ")
    assert told_again == [("summary", "visible", "f00003", None), ("summary", "gone", "f00003", 5)]
    assert told(*led([first], [FragmentsFolded(("f00002",))]), "of ") == [("summary", "folded", "f00003", None)]
    inner = led([first], [FragmentSummarised("f00002", "", "outer")])
    assert told(*inner, "of ") == [("summary", "summarised", "f00003", None)]
    assert told(*led([first], [FragmentsRestored(("f00003",))]), "of ") == [("summary", "gone", "f00003", 3)]
    assert told(inner[0], [], "outer") == [("summary", "visible", "f00002", None)]


def test_a_rewrite_is_found_where_it_stands_and_where_it_stood() -> None:
    """That of the newest question, and those of questions before, in the version that made each."""
    asking = session().asking
    assert asking is not None
    rewritten, raw = QueryRewritten(asking.span, "Once more?", "d"), QueryRewritten(asking.span, None, "d")
    assert told(*led([rewritten]), "Once") == [("rewrite", "visible", "", None)]
    assert told(*led([rewritten], [raw], [rewritten]), "Once") == [("rewrite", "visible", "", None)]
    memory, past = led([rewritten], [raw])
    assert told(memory, past, "Once") == [("rewrite", "gone", "", 3)]
    assert told(memory, past[:1], "Once") == []
    memory = memory.commit([append(memory, [Message.user("And where is the other?")], COUNTER)])
    assert told(memory, past, "Once") == [("rewrite", "gone", "", 3)]


def test_a_call_is_found_by_its_arguments() -> None:
    """In the message that made it, after its text."""
    call = ToolCall("c7", "look", '{"at": "the quay"}')
    memory = session()
    memory = memory.commit([append(memory, [Message.assistant("I look at the quay.", [call])], COUNTER)])
    sources = Sources(memory)
    found = [sought(sources, span) for span in seek(sources, "quay", "any_case", 9).spans]
    assert [(each.source.kind, each.source.name, each.span.start) for each in found] == [
        ("original", "", 14),
        ("call", "c7", 12),
    ]
    assert [(each.shown, each.fragment, each.source.span is None) for each in found] == [
        ("visible", "", False),
        ("visible", "", True),
    ]
