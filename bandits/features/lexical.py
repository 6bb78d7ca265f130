"""Lexical features, from closed classes. Word rarity and polysemy need word lists, so they aren't here yet."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.reading import Phrases, Reading, WordSpan
from riffler.bandits.features.words import BE_FORMS, PERSONAL_PRONOUNS

_NEGATORS = frozenset(
    "not n't nt never no none nobody nothing nowhere neither nor without barely hardly rarely scarcely seldom".split()
)


def _negation(reading: Reading) -> Iterator[WordSpan]:
    for here, word in enumerate(reading.words):
        if word in _NEGATORS and not _is_idle(reading, here):
            yield here, here + 1


def _is_idle(reading: Reading, here: int) -> bool:
    """Tell a negative word that negates nothing in its clause."""
    word, before, after = reading.word(here), reading.word(here - 1), reading.word(here + 1)
    if word == "no":
        number = after == "." and reading.word(here + 2)[:1].isdigit()  # "No. 5"
        name = reading.texts[here] == "No" and not reading.opens[here] and reading.capitals_tell  # "Dr. No"
        reply = reading.opens[here] and not after[:1].isalnum()  # "No, I meant ..."
        return number or name or reply
    if word == "not":
        return after == "only" or before == "or"
    tag = reading.word(here - 2) == "," and after in PERSONAL_PRONOUNS and reading.ends(here + 2)
    return word in {"n't", "nt"} and tag  # "..., isn't it?"


# Words in -est that compare nothing. Longer ones that end in one of them (`rainforest`) are caught by the ending.
_NOT_EST = (
    "arrest", "attest", "behest", "bequest", "blest", "breast", "chest", "conquest", "contest", "crest",
    "detest", "digest", "divest", "earnest", "everest", "fest", "forest", "guest", "harvest", "honest", "incest",
    "infest", "ingest", "inquest", "interest", "invest", "jest", "manifest", "midwest", "modest", "molest",
    "nest", "pest", "priest", "protest", "quest", "request", "rest", "suggest", "tempest", "test", "unrest",
    "vest", "west", "wrest", "zest",
)  # fmt: skip
_EST = frozenset("best worst eldest furthest farthest latest fastest highest lowest least greatest hottest".split())
_MOST = ("foremost", "hindmost", "innermost", "outermost", "topmost", "utmost", "uttermost")
_COMPASS_MOST = ("ernmost", "ermost")
_BOUNDS = Phrases("the|its|their maximum|minimum", "top 3|5|10|20|50|100|three|five|ten|twenty")
_BEFORE_MOST = frozenset(
    "the my your his her its our their 's whose like likes liked love loves matters matter".split()
)


def _superlative(reading: Reading) -> Iterator[WordSpan]:
    yield from _BOUNDS.find(reading.words)
    for here, word in enumerate(reading.words):
        if _is_superlative(reading, here, word):
            yield here, here + 1


def _is_superlative(reading: Reading, here: int, word: str) -> bool:
    if word in {"most", "least"}:  # not "most people", "at least"
        before = reading.word(here - 1)
        return before in _BEFORE_MOST or before in BE_FORMS or (before not in {"at", ""} and reading.ends(here + 1))
    if word in _EST:
        return True
    name = reading.texts[here][0].isupper() and not reading.opens[here] and reading.capitals_tell  # "Budapest"
    est = len(word) > 4 and word.endswith("est") and word.isalpha() and not word.endswith(_NOT_EST)
    return not name and (est or word in _MOST or word.endswith(_COMPASS_MOST))


NEGATION = Property("negation", _negation)
SUPERLATIVE = Property("superlative", _superlative)
FEATURES = (NEGATION, SUPERLATIVE)
