"""Markers, and texts that look like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.fragments import Fragment, FragmentState, Span, fragment_id
from riffler.tools.markers import folded_marker, free_fence, has_look_alike, status_line, summary_marker, taken_fences


def fragment(number: int, state: FragmentState = FragmentState.FOLDED, summary: str = "") -> Fragment:
    """Make a fragment of ten tokens."""
    return Fragment(fragment_id(number), Span(0, 0, number, number + 1), 10, 1, state, summary=summary)


@pytest.mark.parametrize(
    ("text", "fences"),
    [
        ("", set()),
        ("[[a link]] and f00001", set()),
        ("[[f00001 folded 3 tokens]]", {0}),
        ("[[1:f00001", {1}),
        ("[[status", {0}),
        ("[[7:status [[f00002-f00003", {0, 7}),
        ("[[ f00001", set()),
        ("[[f0001", set()),
    ],
)
def test_look_alikes_are_seen(text: str, fences: set[int]) -> None:
    """Whatever begins like a marker takes its fence, whole or not."""
    assert taken_fences([text, "plain"]) == fences
    assert has_look_alike(text) == bool(fences)


@given(st.sets(st.integers(0, 5)))
def test_the_fence_is_the_smallest_free_number(taken: set[int]) -> None:
    """A true marker's fence is none that a text has."""
    fence = free_fence(frozenset(taken))
    assert fence not in taken
    assert set(range(fence)) <= taken


@given(st.integers(0, 12), st.integers(1, 4))
def test_every_marker_carries_its_fence(fence: int, count: int) -> None:
    """Folded, summarised and status markers are seen as markers of exactly their fence."""
    run = [fragment(number) for number in range(1, count + 1)]
    markers = [folded_marker(run, fence), summary_marker(run[0], fence), status_line(run, fence)]
    assert [taken_fences([marker]) for marker in markers] == [{fence}] * 3


def test_the_text_of_markers() -> None:
    """What a model reads names ids, states and tokens; neighbours of one state are merged."""
    visible = [fragment(number, FragmentState.VISIBLE) for number in (3, 4)]
    summarised = fragment(5, FragmentState.SUMMARISED, "short")
    assert folded_marker([fragment(1)], 0) == "[[f00001 folded 10 tokens]]"
    assert folded_marker([fragment(1), fragment(2)], 2) == "[[2:f00001-f00002 folded 2 fragments 20 tokens]]"
    assert summary_marker(summarised, 0) == "[[f00005 summary of 10 tokens: short]]"
    line = status_line([fragment(1), fragment(2), *visible, summarised], 0)
    assert line == "[[status f00001-f00002 folded; f00003-f00004 visible; f00005 summarised]]"


def test_a_status_line_has_an_end() -> None:
    """Of more than two hundred runs the others are counted: a paper's model can't be told ten thousand ids."""
    line = status_line([fragment(number) for number in range(2, 1000, 2)], 0)
    assert line.startswith("[[status f00002 folded; f00004 folded; ")
    assert line.endswith("; f00190 folded; and 299 more]]")
