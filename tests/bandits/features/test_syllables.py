"""Syllables: words of every kind, and no word is too strange."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.features.syllables import LONGEST, syllables

COUNTS = {
    1: "a cat make walked whole league loves eyes strength through queue schools cheese hmm st fled cared friend",
    2: "wanted table handled houses lovely being science movement lion prism fluid naked rhythm mr vs create lifestyle",
    3: "idea audience piano museum banana everyone arrangement hospital area scientist",
    4: "appreciate immediate interesting etc biology",
    5: "vegetarian communication international",
    6: "responsibility",
}


@pytest.mark.parametrize(
    ("word", "count"), [(word, count) for count, words in COUNTS.items() for word in words.split()]
)
def test_words_have_the_syllables_that_are_spoken(word: str, count: int) -> None:
    """Silent vowels don't count, and vowels that are spoken apart do."""
    assert syllables(word) == count


@pytest.mark.parametrize(("word", "count"), [("dvd", 3), ("www", 9), ("html", 4), ("x", 1), ("bcdfgh", 1)])
def test_a_few_consonants_are_spelled(word: str, count: int) -> None:
    """Two to five consonants are an abbreviation, said letter by letter; more are a slip."""
    assert syllables(word) == count


@given(st.text(st.sampled_from("aeiouybdlnrst'-éß7"), max_size=200))
def test_every_word_has_one_at_least_and_no_more_than_letters(word: str) -> None:
    """The count stays between one and three a letter that is looked at, for any run of letters."""
    assert 1 <= syllables(word) <= max(1, 3 * min(len(word), LONGEST))
