"""Stylistic features: how much is said, how exactly, and from where. Answerability needs a parse."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.details import EXCESSIVE_DETAILS
from riffler.bandits.features.base import Property
from riffler.bandits.features.subjectivity import SUBJECTIVITY
from riffler.bandits.features.reading import Phrases, Reading, WordSpan

_VAGUE = Phrases(
    "thing|things|stuff|whatnot",
    "something|anything|someone|somebody|somewhere|somehow|sometime",
    "a lot",
    "lots of",
    "kind|sort of a|an|like",
    "some kind|sort|sorts|way of|",
    "various",
    "certain",
    "etc|etc.",
    "and so on|forth",
    "or so|whatever|something",
    "in general",
    "everything about",
    "tell me about",
)


def _lack_of_specificity(reading: Reading) -> Iterator[WordSpan]:
    for start, end in _VAGUE.find(reading.words):
        sure = reading.word(start) == "certain" and reading.word(end) in {"that", "of"}  # "certain that"
        the_thing = reading.word(start) == "thing" and reading.word(end) == "is"
        if not sure and not the_thing:
            yield start, end
    words = [here for here in range(len(reading.words)) if reading.is_word(here)]
    names = reading.capitals_tell and any(
        reading.texts[here][0].isupper() and not reading.opens[here] for here in words
    )
    digits = any(character.isdigit() for word in reading.words for character in word)
    if len(words) <= 2 and not names and not digits:
        yield words[0], words[-1] + 1


LACK_OF_SPECIFICITY = Property("lack_of_specificity", _lack_of_specificity)
FEATURES = (EXCESSIVE_DETAILS, SUBJECTIVITY, LACK_OF_SPECIFICITY)
