"""What a word does where it stands, by its neighbours: enough to tell a verb from what narrows a noun."""

from __future__ import annotations

from collections.abc import Sequence

from riffler.bandits.features.lexicon import concreteness
from riffler.bandits.guard.kinship import base, bases
from riffler.bandits.guard.reading import Token

ARTICLES = frozenset("a an the my your his her its our their some any one single this these those".split())
"""What begins a noun phrase, so that a content word before it is a verb."""

_OBJECTS = ARTICLES | frozenset("me him them us it you myself yourself themselves".split())
_SUBJECTS = frozenset(
    "to i you u we they he she it who that can could will would shall should may might must do does did don doesn"
    " didn not t people someone somebody anyone".split()
)
_BE = frozenset("is are was were be been being get gets got isn aren wasn weren".split())
_BEFORE_GERUNDS = frozenset("by for of without from before after when while in on about to with as".split())


def is_verb(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word is a verb, by the dictionary and by its neighbours.

    Args:
        tokens: The words of a text.
        at: Which of them.

    Returns:
        Whether it is. A verb right after a noun without anything behind it isn't known to be one.
    """
    word = tokens[at].word
    if not may_be_verb(word):
        return False
    before = tokens[at - 1].word if at else ""
    then = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if before in _SUBJECTS:
        return before != "to" or then != ""  # what one does something for narrows: "train a dog to hunt"
    if before in _BE:
        return word.endswith(("ed", "ing")) or base(word) != word
    if then in _OBJECTS:
        return before not in ARTICLES
    return word.endswith("ing") and before in _BEFORE_GERUNDS and then != ""


def may_be_verb(word: str) -> bool:
    """Tell whether the dictionary has a word in lower case, or one that it is a form of, as a verb."""
    return any(concreteness(form, "VERB") is not None for form in bases(word))


def is_adjective(word: str) -> bool:
    """Tell whether a word is mostly an adjective: the dictionary has it or its base as one, and as no verb or noun.

    Args:
        word: In lower case.

    Returns:
        Whether it is.
    """
    found = bases(word)
    if not any(concreteness(form, "ADJ") is not None for form in found):
        return False
    return not any(concreteness(form, pos) is not None for form in found for pos in ("NOUN", "VERB"))
