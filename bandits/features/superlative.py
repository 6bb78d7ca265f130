"""Superlatives: forms in -est and -most, most and least where they pick an extreme, and the words for bounds."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import BE_FORMS

# Words in -est that compare nothing.
_NOT_EST = frozenset(
    "archpriest armrest arrest attest backrest bedrest behest bequest blest breast bucharest budapest chest"
    " congest conquest contest crest deforest detest digest dishonest disinterest divest earnest ernest"
    " everest fest footrest forest forrest gabfest gest goldcrest guest hartebeest harvest headrest hest"
    " honest houseguest immodest incest infest ingest inquest interest invest jest lest mapquest manifest"
    " midwest modest molest nest northwest pest palimpsest pinterest predigest priest protest quest rainforest"
    " reforest reinvest request rest retest rinderpest slugfest southwest suggest tempest test trieste unrest"
    " vest west wildebeest wrest yest zest".split()
)
_OTHER = frozenset(
    "best worst furthermost foremost hindmost innermost outermost topmost bottommost utmost uttermost"
    " uppermost lowermost rearmost leftmost rightmost easternmost northernmost southernmost westernmost".split()
)
_IDLE = Phrases(
    "at best|worst",
    "best regards|wishes|man|before|buy",
    "all the best",
    "do|does|did|try|tried|trying|doing my|your|his|her|its|our|their best",
    "had|'d best",
    "if worst comes",
    "at|of a| maximum|minimum",
    "maximum|minimum likelihood|wage|wages|viable",
)
_BOUNDS = Phrases(
    "maximum|minimum",
    "top 3|5|7|10|12|15|20|25|30|40|50|100|500|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|fifty"
    "|hundred",
    "top speed|scorer|scorers|score|scores|seller|sellers|rated|ranked|ranking|paid|earner|earners|selling|grossing"
    "|prize",
)
_BEFORE_MOST = frozenset(
    "the my your his her its our their 's whose like likes liked love loves matters matter worry worries need"
    " needs".split()
)
_HAVE = frozenset("has have had".split())
_WHO = frozenset("who which what whose where".split())
_QUANTIFIED = frozenset("of people adults men women children kids time times days everyone everybody others".split())


def _superlative(reading: Reading) -> Iterator[WordSpan]:
    idle = {here for start, end in _IDLE.find(reading.words) for here in range(start, end)}
    yield from (span for span in _BOUNDS.find(reading.words) if not idle.intersection(range(*span)))
    for here, word in enumerate(reading.words):
        if here not in idle and _is_superlative(reading, here, word):
            yield here, here + 1


def _is_superlative(reading: Reading, here: int, word: str) -> bool:
    if word in {"most", "least"}:
        return _is_extreme(reading, here)
    if word in _OTHER:
        return True
    est = len(word) > 5 and word.endswith("est") and word.isalpha() and word not in _NOT_EST
    # A name in -est has its capital: "Nest", "Brest".
    name = reading.texts[here][0].isupper() and not reading.opens[here] and reading.capitals_tell
    return est and not name


def _is_extreme(reading: Reading, here: int) -> bool:
    """Tell "the most", "costs most" and "most remote" from "most people" and "at least"."""
    before, after = reading.word(here - 1), reading.word(here + 1)
    if before in {"at", "not"} or reading.word(here - 2) == "at" or after in _QUANTIFIED:
        return before == "the" and after in _QUANTIFIED and after != "of" and reading.word(here - 2) != "at"
    if before in _BEFORE_MOST or before in BE_FORMS:
        return True
    if reading.ends(here + 1) or not reading.is_word(here + 1):
        return here > 0
    keywords = not any(pos in {"VERB", "AUX"} for pos in reading.pos[:12])  # "most goals 1998"
    if reading.pos[here + 1] in {"ADJ", "ADV"} or reading.tags[here + 1] in {"VBN", "VBG"}:
        # "most remote island", but "most young people"
        counted = reading.tags[here + 2] == "NNS" if here + 2 < len(reading.words) else False
        many = reading.tags[here] == "JJS" and counted and not keywords
        return reading.word(here + 2) not in _QUANTIFIED and not many
    scored = bool(here) and (reading.pos[here - 1] == "VERB" or before in _HAVE)  # "who scored most goals"
    return keywords or (scored and reading.words[0] in _WHO)


SUPERLATIVE = Property("superlative", _superlative, needs="tags")
