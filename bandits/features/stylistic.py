"""Stylistic features: how much is said, how exactly, and from where. Answerability needs a parse."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.reading import Phrases, Reading, WordSpan

ASIDE_WORDS = 3
"""An aside has at least so many words."""

SIDE_WORDS = 30
"""A query has details to spare when more words than this stand outside the sentence that asks."""

_CLOSES = {"(": ")", "[": "]", "—": "—", "–": "–", "--": "--"}


def _excessive_details(reading: Reading) -> Iterator[WordSpan]:
    for sentence in reading.sentences:
        yield from _asides(reading, sentence)
    asks = _asking_sentence(reading)
    others = [sentence for sentence in reading.sentences if sentence != asks]
    if sum(_count(reading, span) for span in others) > SIDE_WORDS:
        yield from others


def _asides(reading: Reading, sentence: WordSpan) -> Iterator[WordSpan]:
    opened: dict[str, int] = {}
    for here in range(*sentence):
        word = reading.words[here]
        if word in opened:
            span = opened.pop(word), here + 1
            if _count(reading, span) >= ASIDE_WORDS:
                yield span
        elif word in _CLOSES:
            opened[_CLOSES[word]] = here


def _asking_sentence(reading: Reading) -> WordSpan:
    """Find the last sentence that ends with a question mark, else the last one."""
    asking = [span for span in reading.sentences if "?" in reading.words[span[1] - 1]]
    return (asking or reading.sentences)[-1]


def _count(reading: Reading, span: WordSpan) -> int:
    return sum(map(reading.is_word, range(*span)))


_OPINION = frozenset(
    "amazing annoying awesome awful bad beautiful best better boring brilliant charming cool cute"
    " delicious disappointing disgusting dull elegant enjoyable excellent exciting fantastic favorite"
    " favourite fun funny good great horrible impressive incredible inspiring interesting lame lovely"
    " nasty nice overrated perfect pleasant pointless pretty ridiculous sad silly stunning stupid superb"
    " terrible ugly underrated unfair unpleasant useless wonderful worse worst worthwhile".split()
)
_STANCE = Phrases(
    "i think|believe|feel|guess|suppose|prefer|love|hate|like|dislike|enjoy",
    "do you think|believe|feel|prefer|like",
    "in my|your honest|personal|humble| opinion|view",
    "your favorite|favourite|opinion|thoughts",
    "should i|we|you",
    "worth it|reading|watching|visiting|buying|trying|seeing",
    "would you recommend|say|suggest",
)
_GREETED = frozenset("afternoon day evening morning night".split())


def _subjectivity(reading: Reading) -> Iterator[WordSpan]:
    yield from _STANCE.find(reading.words)
    for here, word in enumerate(reading.words):
        after = reading.word(here + 1)
        greets = word == "good" and after in _GREETED
        # "a pretty large town" only grades; "beautiful" judges.
        grades = word == "pretty" and after[:1].isalpha() and after not in {"and", "or"}
        if word in _OPINION and not greets and not grades:
            yield here, here + 1


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


EXCESSIVE_DETAILS = Property("excessive_details", _excessive_details)
SUBJECTIVITY = Property("subjectivity", _subjectivity)
LACK_OF_SPECIFICITY = Property("lack_of_specificity", _lack_of_specificity)
FEATURES = (EXCESSIVE_DETAILS, SUBJECTIVITY, LACK_OF_SPECIFICITY)
