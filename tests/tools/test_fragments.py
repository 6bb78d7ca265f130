"""Where texts are cut, and how spans lie to each other."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.fragments import Fragment, FragmentState, Span, cut_points

WORDS = st.lists(st.integers(1, 8).map("a".__mul__), min_size=30, max_size=80)
SPANS = st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 9), st.integers(1, 9)).map(
    lambda numbers: Span(numbers[0], numbers[1], numbers[2], numbers[2] + numbers[3])
)


@given(st.text(max_size=300), st.integers(1, 30), st.data())
def test_cuts_ascend_inside_the_span(text: str, pieces: int, data: st.DataObject) -> None:
    """Cuts lie strictly inside the span, ascend, and make no more pieces than wanted; one piece needs no cut."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cuts = cut_points(text, start, end, pieces)
    assert cuts == sorted(set(cuts))
    assert all(start < cut < end for cut in cuts)
    assert len(cuts) < pieces


@given(st.lists(st.sampled_from(["a", " ", "\n", ". ", "e\u0301", "\u0301", "\u093f", "\ufe0f", "क"]), max_size=60))
def test_no_cut_parts_a_character_from_its_marks(parts: list[str]) -> None:
    """Whatever the boundary, a piece never begins with an accent, a vowel sign or a variation selector."""
    text = "".join(parts)
    for cut in cut_points(text, 0, len(text), 7):
        assert not unicodedata.category(text[cut]).startswith("M")


def test_no_cut_parts_a_joined_emoji() -> None:
    """An emoji of several joined ones stays whole."""
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    text = "x" + family * 8
    for cut in cut_points(text, 0, len(text), 9):
        assert (cut - 1) % len(family) == 0


@given(WORDS)
def test_no_cut_parts_a_word(words: list[str]) -> None:
    """Where there are spaces within reach, every cut is behind one. A piece has 30 characters or more, a word 8."""
    text = " ".join(words)
    pieces = max(1, len(text) // 30)
    assert all(text[cut - 1] == " " for cut in cut_points(text, 0, len(text), pieces))


def test_paragraphs_go_before_lines_and_sentences() -> None:
    """A paragraph's end within reach is taken, although a line's and a sentence's are nearer."""
    text = f"{'a' * 40}\n\n{'b' * 6}\n{'c' * 2}. {'d' * 49}"
    assert cut_points(text, 0, len(text), 2) == [42]


@given(SPANS, SPANS)
def test_spans_overlap_where_they_share_a_character(one: Span, other: Span) -> None:
    """Containing and overlapping mean what they mean for sets of characters."""

    def characters(span: Span) -> set[tuple[int, int, int]]:
        return {(span.message, span.slot, place) for place in range(span.start, span.end)}

    assert one.overlaps(other) == bool(characters(one) & characters(other))
    assert one.contains(other) == (characters(one) >= characters(other))


def test_a_fragment_goes_through_json_values() -> None:
    """A fragment of any state comes back equal."""
    fragment = Fragment("f00001", Span(0, 1, 2, 3), 4, 5).become(FragmentState.SUMMARISED, 6, "focus", "summary")
    assert Fragment.from_dict(fragment.to_dict()) == fragment
    assert (fragment.touched, fragment.hidden, fragment.state) == (6, True, "summarised")


def test_what_was_shown_again_is_known() -> None:
    """What was hidden since it was cut and is visible now; a fold in the version of the cut doesn't count as such."""
    cut = Fragment("f00001", Span(0, 1, 2, 3), 4, 5)
    folded = cut.become(FragmentState.FOLDED, 5)
    restored = folded.become(FragmentState.VISIBLE, 6)
    assert [fragment.shown_again for fragment in (cut, folded, restored)] == [False, False, True]
    assert (restored.cut, restored.touched) == (5, 6)
    assert Fragment.from_dict(restored.to_dict()) == restored


def test_fragments_stored_without_their_cut_are_read() -> None:
    """Sessions of earlier versions have no `cut`: what they folded counts as shown again once it is restored."""
    stored = {"id": "f00001", "span": [0, 1, 2, 3], "tokens": 4, "touched": 5, "state": "folded"}
    fragment = Fragment.from_dict(stored | {"focus": "", "summary": ""})
    assert (fragment.cut, fragment.to_dict()) == (5, stored | {"focus": "", "summary": ""})
    assert fragment.become(FragmentState.VISIBLE, 6).shown_again
