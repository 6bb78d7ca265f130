"""Seeking: a search by who looks, which changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.test_pieces import rewritten, session

from riffler.tools.events import FragmentsFolded, FragmentSummarised, QueryRewritten
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.pieces import Pieces
from riffler.tools.seeking import seek, sought


@given(memory=rewritten(), query=st.sampled_from(["Paris", "red", "o", "; ", "17"]), most=st.integers(1, 4))
def test_all_that_is_there_is_found_once(memory: WorkingMemory, query: str, most: int) -> None:
    """In every message, also in inner steps and hidden text, oldest first, on pages that join."""
    spans: list[Span] = []
    mark = None
    while True:
        page = seek(memory, query, "exact", most, mark)
        spans += page.spans
        mark = page.mark
        if mark is None:
            break
    there = [
        Span(index, slot, at, at + len(query))
        for index, message in enumerate(memory.messages)
        for slot, text in enumerate(message.texts)
        for at in range(len(text))
        if text.startswith(query, at)
    ]
    assert spans == there  # none of these texts overlaps itself
    assert page.total == len(there)
    for span in spans:
        check(memory, span)


def check(memory: WorkingMemory, span: Span) -> None:
    """Assert that a match is told as the view shows it."""
    found = sought(memory, span)
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
    found = seek(memory, "where is", how, 5)  # type: ignore[arg-type]
    assert found.total == (how != "pattern")
    assert all(sought(memory, span).shown == "rewritten" for span in found.spans)


def test_a_long_match_is_told_by_its_beginning() -> None:
    """A pattern may match a megabyte, and nobody reads that in a list."""
    memory = session()
    span = Span(0, 0, 2, 16)
    assert sought(memory, span).match == "aabbbbccccdddd"
    pattern = seek(memory, r"[\s\S]+", "pattern", 1)
    assert (pattern.total, pattern.spans) == (2, (Span(0, 0, 0, 16),))
