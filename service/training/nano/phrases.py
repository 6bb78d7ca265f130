"""Clauses and phrases made of words of English by procedure, so that hardly one comes twice.

What a word is, is told by its ending, roughly: it matters that a sentence's words are many, not that it makes sense.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from riffler.service.training.nano.words import english, made_up

_ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "adverb": ("ly",),
        "past": ("ed",),
        "going": ("ing",),
        "adjective": ("ful", "ous", "ive", "ish", "al", "ic", "less", "able", "y"),
    }
)
_DETERMINERS = (
    "the",
    "a",
    "every",
    "this",
    "that",
    "some",
    "no",
    "one",
    "another",
    "her",
    "his",
    "their",
    "our",
    "each",
)
_PREPOSITIONS = (
    *("in", "on", "at", "by", "for", "with", "under", "behind", "beside", "near", "against", "over", "from", "into"),
    *("after", "before", "during", "without", "between", "through", "across", "towards", "because of", "instead of"),
)
_FUNCTION = (
    *("the", "a", "of", "and", "to", "in", "that", "it", "with", "as", "for", "but", "not", "or", "then", "now", "so"),
    *("here", "there", "once", "still", "also", "only", "again", "both", "when", "while", "if", "than", "about", "up"),
)
_VERBS = (
    *("was", "had", "saw", "took", "kept", "left", "made", "found", "gave", "lost", "held", "met", "broke", "knew"),
    *("is", "has", "sees", "needs", "keeps", "leaves", "makes", "holds", "wants", "stays near", "goes with"),
)
LITTLE = 1200
"""Characters of a text that is surely little to Riffler."""
_TOO_SHORT = 3
"""Letters of a word whose ending tells nothing of what it is."""


def few_or_many(rng: random.Random, few: int, most: int) -> int:
    """Draw a size: mostly a small one, so that large documents, which are slow to play, are seldom.

    Args:
        rng: Source of the draws.
        few: What most sizes don't exceed.
        most: What none exceeds.

    Returns:
        The size, from 0.
    """
    if rng.random() < 0.2:
        return int(most * rng.random() ** 3)
    return int(min(few, most) * rng.random() ** 2)


@cache
def of_kind(kind: str) -> tuple[str, ...]:
    """Give words of English of a kind.

    Args:
        kind: `adverb`, `past`, `going`, `adjective`, or `noun` for all others.

    Returns:
        The words.
    """
    if kind == "noun":
        others = {word for each in _ENDINGS for word in of_kind(each)}
        return tuple(word for word in english() if word not in others)
    return tuple(word for word in english() if word.endswith(_ENDINGS[kind]) and len(word) > _TOO_SHORT)


def noun(rng: random.Random) -> str:
    """Draw a noun: of English, now and then made up.

    Args:
        rng: Source of the draws.

    Returns:
        The word.
    """
    return made_up(rng) if rng.random() < 0.08 else rng.choice(of_kind("noun"))


def thing(rng: random.Random) -> str:
    """Word a thing: a noun with what stands before it.

    Args:
        rng: Source of the draws.

    Returns:
        Two to four words.
    """
    words = [rng.choice(_DETERMINERS) if rng.random() < 0.85 else str(rng.randrange(2, 400))]
    if rng.random() < 0.35:
        words.append(rng.choice(of_kind("adjective")))
    words.append(noun(rng))
    if rng.random() < 0.15:
        words += ["of", noun(rng)]
    return " ".join(words)


def verb(rng: random.Random) -> str:
    """Draw a verb: one of those met most, or one of English in the past.

    Args:
        rng: Source of the draws.

    Returns:
        The words.
    """
    return rng.choice(_VERBS) if rng.random() < 0.4 else rng.choice(of_kind("past"))


def where(rng: random.Random) -> str:
    """Word a place, a time or a way.

    Args:
        rng: Source of the draws.

    Returns:
        Three words at least.
    """
    return f"{rng.choice(_PREPOSITIONS)} {thing(rng)}"


def clause(rng: random.Random) -> str:
    """Word a clause: who does what, and perhaps where and how.

    Args:
        rng: Source of the draws.

    Returns:
        The clause, in lower case.
    """
    return " ".join(part(rng) for part in rng.choice(_SHAPES))


def salad(rng: random.Random, count: int) -> str:
    """Give words in no order.

    Args:
        rng: Source of the draws.
        count: How many.

    Returns:
        The words, some two in five of them function words; empty for none.
    """
    return " ".join(rng.choice(_FUNCTION) if rng.random() < 0.4 else rng.choice(english()) for _ in range(count))


def _adverb(rng: random.Random) -> str:
    return rng.choice(of_kind("adverb"))


def _going(rng: random.Random) -> str:
    return f"{rng.choice(of_kind('going'))} {thing(rng)}"


def _is(rng: random.Random) -> str:
    return f"{rng.choice(('is', 'was', 'seems', 'became', 'stays', 'looks'))} {rng.choice(of_kind('adjective'))}"


_SHAPES: tuple[tuple[Callable[[random.Random], str], ...], ...] = (
    (thing, verb, thing),
    (thing, verb, thing, where),
    (thing, verb, where),
    (thing, _adverb, verb, thing),
    (thing, verb, _adverb),
    (thing, _is),
    (thing, _is, where),
    (thing, where, verb, thing),
    (thing, verb, thing, where, where),
    (_going, verb, thing),
    (thing, verb, _going),
    (thing, where, _is),
)
