"""Which places lie inside a word, a number or a character."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.structure.scripts import MARKED, Marked

from riffler.tools.structure import joints
from riffler.tools.structure.joints import between_characters, between_parts, may_cut

CHARACTERS = st.one_of(
    st.sampled_from("ae\u0301\u200d👩🇫🇷각\u1100\u1161\u11a8\r\nक\u094d\u0600\ufe0f🏽 \u200c"),
    st.characters(codec="utf-8"),
)


@given(st.lists(CHARACTERS, max_size=30).map("".join))
def test_characters_are_those_of_unicode(text: str) -> None:
    """A place lies between two characters where Unicode's rules for grapheme clusters have a boundary.

    We part no mark from a control character before it either: a piece never begins with an accent.
    """
    edges = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    ours = {place for place in range(len(text) + 1) if between_characters(text, place)}
    assert ours <= edges
    assert all(
        regex.match(r"[\p{M}\u200c\u200d]", text, pos=place) or text[place - 1] == "\u200d" for place in edges - ours
    )


@given(MARKED)
def test_no_place_inside_a_word_or_a_number_is_allowed(marked: Marked) -> None:
    """Words, numbers, dates, times, addresses and characters in many scripts are whole, whatever stands around."""
    allowed = [place for place in range(1, len(marked.text)) if may_cut(marked.text, place)]
    assert marked.parted(allowed) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one ", "two"), ("日", "本"), ("語。", "次"), ("กิน", "ข้าว"), ("end.", " Next"), ("a,", " b"), ("[", "1"),
        ("f", "(x)"), ("コーヒー", "を"), ("年2026", "年"), ("a\n", "b"), ("x = ", "-5"), ("5%", " of"),
        ("中", "b"), ("a;", "b"), ("in 2024 ", "100 came"), ("in 2024", " 100 came"), ("12 ", "0000"), ("A7 ", "000"),
        ("12 ", "000th"), ("12 ", "00"),
    ],
)  # fmt: skip
def test_places_between_words_are_allowed(before: str, after: str) -> None:
    """Between words, and between characters of a script that doesn't part its words, a text may be cut."""
    assert may_cut(before + after, len(before))


@pytest.mark.parametrize("beside", ["a", "中"])
def test_characters_that_need_no_rules_are_apart(beside: str) -> None:
    """Whatever two characters we take for two without asking Unicode's rules, those part them as well."""
    others = [chr(code) for code in [*range(0x20000), *range(0x20000, 0x110000, 0x100)]]
    pairs = [beside + other for other in others] + [other + beside for other in others]
    joined = [pair for pair in pairs if joints._APART.match(pair) and len(regex.findall(r"\X", pair)) != 2]
    assert joined == []


def test_chinese_costs_no_more_than_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between ideographs, kana and the signs beside them the rules for clusters aren't asked: they are slow."""
    monkeypatch.setattr(joints, "_CLUSTER", None)
    text = "数据很重要。「はい、カナ！」naïve слово？"
    assert all(between_characters(text, place) for place in range(len(text)))


def test_the_ends_of_a_text_are_allowed() -> None:
    """A text may end where it ends."""
    for allowed in (may_cut, between_characters, between_parts):
        assert allowed("ab", 0)
        assert allowed("ab", 2)


def test_parts_of_a_word_end_behind_its_signs() -> None:
    """A list of numbers without blanks has parts, although it can't be told from one number."""
    text = "12,345,67"
    assert [place for place in range(1, len(text)) if between_parts(text, place)] == [3, 7]


@pytest.mark.parametrize("flags", [40, 700])
def test_many_flags_in_a_row_stay_whole(flags: int) -> None:
    """Which two letters make a flag depends on all before them."""
    text = "🇫🇷" * flags
    assert [between_characters(text, place) for place in (400 % (2 * flags), 41, 42)] == [True, False, True]
