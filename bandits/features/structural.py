"""Structural features: how the parts of a query hang together. Clause complexity needs a parse: it isn't here yet."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.reading import Phrases, Reading, WordSpan
from riffler.bandits.features.words import AUXILIARIES, BE_FORMS, PREPOSITIONS, QUESTION_WORDS

_PRONOUNS = frozenset(
    "he him his himself she her hers herself it its itself they them their theirs themselves themself".split()
)
_BACKWARD = Phrases("the latter|aforementioned|aforesaid")
_RELATIVE = frozenset("who whom whose which that".split())

# "This year" points at the time of speaking, not back at words.
_DEICTIC = frozenset(
    "afternoon autumn century decade evening fall minute moment month morning quarter season spring summer time week"
    " weekend winter year".split()
)
# Predicates of an empty `it`: weather, time, and clauses moved to the end ("is it safe to ...").
_EMPTY = frozenset(
    "advisable allowed best better certain clear cold common dangerous dark difficult easier easy enough"
    " fine good hard harder hot illegal important impossible late legal likely necessary normal ok okay"
    " possible rain raining rude safe sensible snow snowing strange sunny time true unlikely useful usual"
    " warm weird windy wise worth worthwhile".split()
)
_EMPTY_VERBS = frozenset("appears happens matters rains seems snows takes took turns".split())
_EMPTY_BARE_VERBS = frozenset("happen matter rain seem snow take".split())
_ASKED_OF_TIME = frozenset("day time date".split())


def _anaphora(reading: Reading) -> Iterator[WordSpan]:
    words = reading.words
    yield from _BACKWARD.find(words)
    for here, word in enumerate(words):
        fires = (
            (word in _PRONOUNS and not (word == "it" and _is_empty_it(reading, here)))
            or (word == "this" and reading.word(here + 1) not in _DEICTIC)
            or (word in {"these", "those"} and reading.word(here + 1) not in _DEICTIC | _RELATIVE)
            or (word == "that" and _is_demonstrative(reading, here))
        )
        if fires:
            yield here, here + 1


def _is_empty_it(reading: Reading, here: int) -> bool:
    if reading.texts[here] == "IT" and reading.capitals_tell:
        return True  # information technology
    before, after, second = reading.word(here - 1), reading.word(here + 1), reading.word(here + 2)
    if before in BE_FORMS and reading.word(here - 2) in _ASKED_OF_TIME:
        return True
    if after in _EMPTY_VERBS or (before in AUXILIARIES and after in _EMPTY_BARE_VERBS):
        return True
    inverted = before in BE_FORMS and after in _EMPTY
    return inverted or ((after in BE_FORMS or after in AUXILIARIES) and second in _EMPTY)


def _is_demonstrative(reading: Reading, here: int) -> bool:
    """Tell the pronoun `that` from the conjunction and the relative pronoun, by its neighbours."""
    before, second = reading.word(here - 1), reading.word(here - 2)
    if reading.opens[here] or before in PREPOSITIONS or before in QUESTION_WORDS:
        return True
    if before in AUXILIARIES:  # "is that right?", "why is that?"; but "the problem is that ..."
        return reading.opens[here - 1] or second in QUESTION_WORDS or second == ","
    return reading.ends(here + 1)


ANAPHORA = Property("anaphora", _anaphora)
FEATURES = (ANAPHORA,)
