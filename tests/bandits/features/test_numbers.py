"""Numbers of a text: the formulas, on texts that can be counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from riffler.bandits.features.numbers import CONCRETENESS, FEATURES, FORMALITY, READABILITY
from riffler.bandits.features.reading import Reading
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)


@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllables"),
    [
        ("The cat sat.", 3, 1, 3),
        ("The cat didn't sit. It doesn't.", 6, 2, 8),
        ("They can't and won't: it's theirs.", 6, 1, 6),
        ("dont go there", 3, 1, 3),
        ("In 1990? In what year?", 5, 2, 8),
        ("... 'S a good dog", 4, 1, 4),
        ("Is https://example.org/characteristically-unpronounceable right or wrong?", 4, 2, 4),
        ("What does it do: x_y = f(institutionalisation);", 4, 1, 4),
        ("“Who was there?” he said", 5, 1, 5),
    ],
)
def test_readability_is_flesch(text: str, words: int, sentences: int, syllables: int) -> None:
    """The ease follows from the counts; a short form is a part of its word."""
    evidence = READABILITY.find(parse(PIPELINE, text).doc)
    assert evidence is not None
    assert evidence.value == pytest.approx(206.835 - 1.015 * words / sentences - 84.6 * syllables / words)


@pytest.mark.parametrize(
    "text",
    [
        "Rome",
        "In 1990 or 1991",
        "see https://example.org/a/long/way/of/many/words",
        "weather oslo",
        "is it " + "a" * 50,
        "so he went and " * 30,
        "Who was he? " + "so he went and " * 30,
    ],
)
def test_readability_needs_words_and_sentences(text: str) -> None:
    """Two words, links, a run of letters and a hundred words without an end have no ease that could be measured."""
    assert READABILITY.find(parse(PIPELINE, text).doc) is None


def tagged(words: str, kinds: str) -> Doc:
    """Make a document with parts of speech."""
    pos = kinds.split()
    return Doc(PIPELINE.vocab, words=words.split(), pos=pos, tags=["WRB" if each == "ADV" else "X" for each in pos],
               lemmas=words.split())  # fmt: skip


@pytest.mark.parametrize(
    ("words", "kinds", "value"),
    [
        ("the tower of stone", "DET NOUN ADP NOUN", 100.0),
        ("he goes", "PRON VERB", 0.0),
        ("tall towers fall", "ADJ NOUN VERB", 50 * (1 / 3 + 1)),
        ("two and two", "NUM CCONJ NUM", 50.0),
    ],
)
def test_formality_is_the_share_of_nominal_words(words: str, kinds: str, value: float) -> None:
    """Nouns and their company raise it, verbs and theirs lower it, the rest counts as a word only."""
    evidence = FORMALITY.find(tagged(words, kinds))
    assert evidence is not None
    assert evidence.value == pytest.approx(value)


def test_concreteness_needs_ratings_for_half_of_the_words() -> None:
    """It is unknown without content words, or where most of them aren't rated; question adverbs aren't content."""
    assert CONCRETENESS.find(tagged("where is it", "ADV AUX PRON")) is None
    assert CONCRETENESS.find(tagged("zyx qwv apple", "NOUN NOUN NOUN")) is None
    half = CONCRETENESS.find(tagged("zyx apple", "PROPN NOUN"))
    both = CONCRETENESS.find(tagged("where apple", "ADV NOUN"))
    assert half is not None
    assert both is not None
    assert half.value == both.value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_numbers_stay_in_range(text: str) -> None:
    """Any text gives each number in its range, and the context vector an entry from -1 to 1; or unknown."""
    reading = Reading.of(parse(PIPELINE, text).doc)
    for number, low, high in zip(FEATURES, (-20_000, 0, 1), (122, 100, 5), strict=True):
        evidence = number.find_in(reading)
        assert evidence is None or (low <= evidence.value <= high and -1 <= evidence.x <= 1)
