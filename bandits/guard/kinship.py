"""Which words say the same: forms of one word, short forms, synonyms, typing errors, peoples and their countries."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from riffler.bandits.features.lexicon import antonyms, synonyms
from riffler.bandits.guard.lists import groups, word_set

_ENDINGS = frozenset(
    "s es ed d e er ers or ors ing ings ion ions ation ations y ies ied ier iest est ly al ally ic ics ical ity ities"
    " ment ments ness able ible ant ance ence ent ive ous n en ens t th ful i a an ian ish ese ist ists ism ative atic"
    " ization isation ize ise izing ised ized ure iness ily ably ibly sion de des".split()
) | {""}
_UN = re.compile(r"(?:un|in|im|il|ir)(?=\w{5})")
_REGULAR = (
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("d", ""),
    ("ed", ""),
    ("ing", ""),
    ("ing", "e"),
    ("er", ""),
    ("est", ""),
    ("ier", "y"),
    ("iest", "y"),
    ("r", ""),
    ("st", ""),
    ("ly", ""),
)
_FORMS = ("", "s", "es", "d", "ed", "ing", "er", "est", "r", "st", "ly")
_LONGEST_SHORT_FORM = 5
_NONE: frozenset[int] = frozenset()


@cache
def _irregular() -> dict[str, str]:
    return dict(entry.split(":") for entry in word_set("words", "irregular"))


def base(word: str) -> str:
    """Give the base of an irregular form; other words as they are."""
    return _irregular().get(word, word)


def akin(one: str, other: str) -> bool:
    """Tell whether two words are forms of one word, or one is short for the other, or both mean the same.

    Args:
        one: A word in lower case.
        other: Another.

    Returns:
        Whether one may stand for the other.
    """
    if one == other or are_synonyms(one, other) or _synonyms(one, other):  # "inexpensive" is "cheap" as it stands
        return True
    one, other = base(one), base(other)
    one, other = (word[2:] if _UN.match(word) else word for word in (one, other))  # denials are counted elsewhere
    if one == other or _same_root(one, other) or mistyped(one, other):
        return True
    if are_synonyms(one, other) or _synonyms(one, other):
        return True
    return same_people(one, other) or _short_for(one, other) or _short_for(other, one)


def are_synonyms(one: str, other: str) -> bool:
    """Tell whether two words in lower case stand in one row of the guard's own synonyms."""
    return not _rows(one).isdisjoint(_rows(other))


def related(one: str, other: str) -> bool:
    """Tell whether two words mean nearly the same, as a third word may stand for both.

    Args:
        one: A word in lower case.
        other: Another.

    Returns:
        Whether they do.
    """
    ours, theirs = (frozenset[str]().union(*map(synonyms, bases(word))) for word in (one, other))
    return not ours.isdisjoint(theirs)


def same_people(one: str, other: str) -> bool:
    """Tell whether two words in lower case name one country, or it and its people."""
    peoples = groups("names", "peoples")
    return not (peoples.get(one) or peoples.get(one.removesuffix("s"), frozenset())).isdisjoint(
        peoples.get(other) or peoples.get(other.removesuffix("s"), frozenset())
    )


@lru_cache(maxsize=4096)
def bases(word: str) -> frozenset[str]:
    """Give a word, and the words that it may be a regular form of.

    Args:
        word: A word in lower case.

    Returns:
        Them, some of which are no words.
    """
    found = {word, base(word)}
    for ending, instead in _REGULAR:
        if word.endswith(ending) and len(word) - len(ending) > 2:
            found.add(word.removesuffix(ending) + instead)
    return frozenset(found)


def _synonyms(one: str, other: str) -> bool:
    others = bases(other)
    return any(not others.isdisjoint(synonyms(word)) for word in bases(one))


def _converses() -> dict[str, frozenset[int]]:
    """Give words for one event seen from two sides: where one can buy, somebody sells."""
    return groups("opposites", "converses")


def opposed(one: str, other: str) -> bool:
    """Tell whether two words, or the words that they are forms of, are opposites of each other in the dictionary.

    Args:
        one: A word in lower case.
        other: Another.

    Returns:
        Whether each is the other's opposite.
    """
    others = bases(other)
    if any(_converses().get(left, _NONE) & _converses().get(right, _NONE) for left in bases(one) for right in others):
        return False
    return any(left in antonyms(right) and right in antonyms(left) for left in bases(one) for right in others)


def _rows(word: str) -> frozenset[int]:
    """Give the rows of synonyms of a word, or of the word that it is a regular form of."""
    rows = groups("same", "synonyms")
    for ending in _FORMS:
        if word.endswith(ending) and word.removesuffix(ending) in rows:
            return rows[word.removesuffix(ending)]
    return rows.get(f"{word.removesuffix('ies')}y", frozenset())


def _same_root(one: str, other: str) -> bool:
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    if shared < 3 or (shared == 3 and shared < min(len(one), len(other))):
        return False
    return _ends(one, shared) and _ends(other, shared)


def _ends(word: str, shared: int) -> bool:
    rest = word[shared:]
    return rest in _ENDINGS or (rest[0] == word[shared - 1] and rest[1:] in _ENDINGS)


def mistyped(one: str, other: str) -> bool:
    """Tell whether one word in lower case may be a typing error of another: a letter or two differ."""
    longest = max(len(one), len(other))
    if longest < 5:
        return False
    most = 1 if longest < 8 else 2
    return OSA.distance(one, other, score_cutoff=most) <= most


def _short_for(short: str, full: str) -> bool:
    if not 2 <= len(short) <= _LONGEST_SHORT_FORM or len(full) <= len(short) or short[0] != full[0]:
        return False
    letters = iter(full)
    return all(letter in letters for letter in short)
