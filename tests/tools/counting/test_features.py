"""The features of a text: each character has exactly one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.counting.characters import Kind, kind_table
from riffler.tools.counting.features import NAMES, features_of

TEXTS = st.text() | st.text("ab AB01 \t\n\r.,;'\"`(){}<>_-=#é ж한 の ハ 的港鱻，。「😀")


def named(text: str) -> dict[str, int]:
    """Give the features that a text has, by name."""
    return {name: int(number) for name, number in zip(NAMES, features_of(text), strict=True) if number}


@given(TEXTS)
def test_each_character_counts_once(text: str) -> None:
    """The features sum to the text's length, and none is negative."""
    features = features_of(text)
    assert features.sum() == len(text)
    assert (features >= 0).all()


@given(TEXTS, TEXTS)
def test_text_at_the_end_lowers_no_feature(one: str, other: str) -> None:
    """A feature is decided by its character and what stands before it."""
    assert (features_of(one + other) >= features_of(one)).all()


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("harbour", {"lower_start": 1, "lower_2": 4, "lower_6": 2}),
        ("Harbour", {"upper_start": 1, "lower_camel": 1, "lower_2": 4, "lower_6": 1}),
        (
            "deep_End(12)",
            {
                "lower_start": 1,
                "lower_2": 3,
                "under": 1,
                "upper_joined": 1,
                "lower_camel": 1,
                "lower_2 ": 1,
                "bracket": 2,
                "digit_joined": 1,
                "digit_2": 1,
            },
        ),
        ("\n        x", {"line_2": 0, "line": 1, "space_after_line": 1, "space_2": 6, "space_8": 1, "lower_start": 1}),
        ('{"a": 1234', {"bracket_start": 1, "quote_after_mark": 1, "lower_joined": 1, "quote": 1}),
        ("的的港鱻", {"top": 1, "top_2": 1, "ideograph": 1, "rare": 1}),
        ("ハブは、", {"katakana": 1, "katakana_2": 1, "hiragana": 1, "wide_stop": 1}),
        ("😀\ud800", {"astral": 1, "other": 1}),
    ],
)
def test_features_are_told_apart_by_what_stands_before(text: str, features: dict[str, int]) -> None:
    """Beginnings of words, inner letters, indents, marks after marks and scripts each have their own."""
    found = named(text)
    expected: dict[str, int] = {}
    for name, number in features.items():
        expected[name.strip()] = expected.get(name.strip(), 0) + number
    assert {name: found.get(name, 0) for name in expected} == expected


def test_a_long_text_is_counted_in_pieces() -> None:
    """Two million characters have the features of their lines, up to a few at the pieces' borders."""
    line = "The harbour of Vorn is 9 m deep, as of 2026.\n"
    apart = np.abs(features_of(line * 50_000) - 50_000 * features_of(line))
    assert apart.sum() <= 4 * (len(line) * 50_000 / 65_536 + 1)


def test_common_ideographs_are_known_from_the_standards() -> None:
    """Level 1 of GB 2312 (3,755) and of JIS X 0208 (2,965) overlap; the rest of the block is rare."""
    table = kind_table()
    common = np.isin(table, [Kind.TOP, Kind.COMMON, Kind.IDEOGRAPH]).sum()
    assert 3755 < common < 3755 + 2965
    assert table[ord("鱻")] == Kind.RARE
