"""Numbers of a text: how easy it is to read, how formal, how concrete."""

from __future__ import annotations

from riffler.bandits.features.base import Number
from riffler.bandits.features.lexicon import Pos, concreteness
from riffler.bandits.features.prose import prose_of
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.syllables import syllables

_CLITICS = frozenset("'s 's 'm 're 've 'll 'd n't nt".split())
_NO_SYLLABLE_OF_NOT = frozenset("ai are ca do sha were wo".split())
"""`don't` has one syllable, `didn't` has two."""


_FEWEST_WORDS, _LONGEST_SENTENCE, _LONGEST_WORD = 3, 100, 40
"""The ease is a mean: of fewer words it says nothing, and what is longer is no sentence and no word."""


def _readability(reading: Reading) -> float | None:
    """Measure Flesch's reading ease.

    Flesch 1948, https://doi.org/10.1037/h0057532: 206.835 - 1.015 (words / sentences) - 84.6 (syllables / words).
    `don't` is one word, as it is for Flesch. A number counts as many syllables as it has digits, which is right on the
    whole. Links, code and markup are no words.

    Args:
        reading: A reading of an English text.

    Returns:
        The ease; above 100 for the plainest, below 0 for a run of long words. None with fewer than three words of
        letters, or more than a hundred words between two ends of sentences.
    """
    prose = prose_of(reading.doc.text, quoted=True).text
    count = spoken = sentences = numbers = 0
    for start, end in reading.sentences:
        before = count
        for here in range(start, end):
            word = reading.words[here]
            if word in _CLITICS and count > before:
                spoken += word in {"n't", "nt"} and reading.words[here - 1] not in _NO_SYLLABLE_OF_NOT
            elif reading.is_word(here) and not prose[reading.offsets[here]].isspace() and len(word) <= _LONGEST_WORD:
                count += 1
                digits = sum(map(str.isdecimal, word))
                numbers += digits > 0
                spoken += digits or syllables(word)
        if count - before > _LONGEST_SENTENCE:
            return None
        sentences += count > before
    if count - numbers < _FEWEST_WORDS:
        return None
    return 206.835 - 1.015 * count / sentences - 84.6 * spoken / count


_ARTICLES = frozenset({"a", "an", "the"})
_FORMAL = frozenset({"NOUN", "PROPN", "ADJ", "ADP"})
_DEICTIC = frozenset({"PRON", "VERB", "AUX", "ADV", "INTJ"})


def _formality(reading: Reading) -> float:
    """Measure Heylighen and Dewaele's F (1999).

    (noun + adjective + preposition + article - pronoun - verb - adverb - interjection + 100) / 2, each in percent of
    all words.

    Args:
        reading: A reading of an English text, which has a word at least.

    Returns:
        From 0 to 100.
    """
    words = [here for here in range(len(reading.words)) if reading.is_word(here)]
    formal = sum(reading.pos[here] in _FORMAL or reading.words[here] in _ARTICLES for here in words)
    deictic = sum(reading.pos[here] in _DEICTIC for here in words)
    return 50 * ((formal - deictic) / len(words) + 1)


_CONTENT: dict[str, tuple[Pos, ...]] = {
    "NOUN": ("NOUN", "VERB", "ADJ"),
    "PROPN": ("NOUN",),
    "VERB": ("VERB", "NOUN", "ADJ"),
    "ADJ": ("ADJ", "NOUN", "VERB", "ADV"),
    "ADV": ("ADV", "ADJ"),
}
"""Where a word of each part of speech is looked up: there first, then where a tagger may have missed it."""
_QUESTION_ADVERB = "WRB"


def _concreteness(reading: Reading) -> float | None:
    """Average the ratings of content words. Names are content words, and have no rating as a rule."""
    content = 0
    ratings: list[float] = []
    for here, pos in enumerate(reading.pos):
        if pos in _CONTENT and reading.tags[here] != _QUESTION_ADVERB and reading.is_word(here):
            content += 1
            lemma = reading.lemmas[here]
            rating = next((value for each in _CONTENT[pos] if (value := concreteness(lemma, each)) is not None), None)
            if rating is not None:
                ratings.append(rating)
    return sum(ratings) / len(ratings) if ratings and 2 * len(ratings) >= content else None


READABILITY = Number("readability", _readability, 0.0, 120.0)
FORMALITY = Number("formality", _formality, 0.0, 100.0, "tags")
CONCRETENESS = Number("concreteness", _concreteness, 2.0, 4.0, "tags")
FEATURES = (READABILITY, FORMALITY, CONCRETENESS)
