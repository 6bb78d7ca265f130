"""Quotes: what stands between two marks is blanked, and nothing else."""

import pytest

from riffler.bandits.features.quotes import unquoted
from riffler.bandits.features.reading import Reading
from riffler.bandits.pipeline import BLANK, load_pipeline, parse

PIPELINE = load_pipeline(BLANK)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('say "it is" twice', "say twice"),
        ("say “it is” twice", "say twice"),
        ("say `it` twice", "say twice"),
        ('an inch " is', 'an inch " is'),
        ('"a" b "c" d', "b d"),
        ('a “b "c" d', "a “ b d"),
        ("", ""),
    ],
)
def test_only_words_between_two_marks_are_blanked(text: str, left: str) -> None:
    """A mark that is never closed quotes nothing, and places stay the same."""
    reading = Reading.of(parse(PIPELINE, text).doc)
    words = unquoted(reading)
    assert len(words) == len(reading.words)
    assert " ".join(filter(None, words)) == left
