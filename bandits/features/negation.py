"""Negation: a closed class of words, without the places where they deny nothing."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import PERSONAL_PRONOUNS

_PARTICLES = frozenset("n't nt n'".split())
# Auxiliaries typed without their apostrophe, and slips that the tokenizer doesn't cut.
_CONTRACTED = frozenset(
    "aint arent cannt cant couldnt didnt dident didint dosent dosnt doesent doesnt dont dosn't hadnt hasnt"
    " havent isnt mustnt neednt oughtnt shant shouldnt wasnt werent wont wouldnt".split()
)
_NEGATORS = (
    frozenset(
        "not never no none nobody nothing nowhere neither nor without barely hardly rarely scarcely seldom"
        " noone nought naught".split()
    )
    | _PARTICLES
    | _CONTRACTED
)
_ADDS = frozenset("just merely only simply".split())
_CLAUSE_OPENERS = frozenset("and but how so then what when where which who why".split())
_TAG_WORDS = PERSONAL_PRONOUNS | {"there", "that", "this"}
_NUMERAL_SIGNS = frozenset(".:#")


def _negation(reading: Reading) -> Iterator[WordSpan]:
    for here, word in enumerate(reading.words):
        if word in _NEGATORS and not _is_idle(reading, here):
            yield here, here + 1


def _is_idle(reading: Reading, here: int) -> bool:
    """Tell a negative word that denies nothing."""
    word, before, after = reading.word(here), reading.word(here - 1), reading.word(here + 1)
    if word == "no":
        return _is_idle_no(reading, here)
    if word == "not":
        alone = before == "why" and not after[:1].isalnum()  # "Why not?"
        return before == "or" or after == "only" or alone or (after in _ADDS and _turns(reading, here))
    if word == "none":  # the value of a program
        return reading.texts[here] == "None" and not reading.opens[here] and reading.capitals_tell
    if word in _PARTICLES or word in _CONTRACTED:
        verb = here - (word in _PARTICLES)
        return reading.word(verb - 1) == "or" or _is_tag(reading, verb, after)  # "or isn't it?"
    return False


def _is_idle_no(reading: Reading, here: int) -> bool:
    before, after = reading.word(here - 1), reading.word(here + 1)
    number = after in _NUMERAL_SIGNS and reading.word(here + 2)[:1].isdigit()  # "No. 5"
    name = reading.texts[here] == "No" and not reading.opens[here] and reading.capitals_tell  # "Dr. No"
    # A reply stands before a mark: "No, I meant", "ugh no, that's worse". So does the end of "yes or no?".
    reply = not after[:1].isalnum() and (reading.opens[here] or after in {",", "!", "…"} or before == "or")
    return number or name or reply or before == "or" or after in {"thanks", "thank"}


def _turns(reading: Reading, here: int) -> bool:
    """Tell whether a "but" follows soon: "not just tea but coffee" denies nothing."""
    return "but" in reading.words[here : here + 12]


def _is_tag(reading: Reading, verb: int, after: str) -> bool:
    """Tell "..., isn't it?" from "isn't it red?" and "why doesn't he?"."""
    opens = reading.opens[verb] or reading.word(verb - 1) in _CLAUSE_OPENERS
    over = reading.ends(verb + 3) or reading.word(verb + 3) == ","
    return not opens and after in _TAG_WORDS and over


NEGATION = Property("negation", _negation)
