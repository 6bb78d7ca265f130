"""Whether a text is evidently English, so that features of English can be told.

English is told by its own words: those of grammar, those of the dictionary, terms of a trade. Words that no list has
speak against it, and so do those of other languages and pieces of code; names speak neither way, so that a few
keywords, a name or a slip is read as English, and `asdf qwer` isn't. What stands in quotes isn't looked at, because an
English query may quote anything. Not a detector of languages: it says whether features can be found, and no more.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile

from riffler.bandits.features.lexicon import domains, is_common, is_known, zipf
from riffler.bandits.features.names import names
from riffler.bandits.features.prose import Prose, prose_of
from riffler.bandits.features.slips import is_slip

LOOKED_AT = 4000
"""So many characters from the beginning tell the language,"""
_MOST_WORDS = 100
"""and of their prose so many words."""

_WORD = re.compile(r"[^\W\d_]+(?:['’](?:s|t|re|ve|ll|d|m)\b)?", re.IGNORECASE)
_ELIDED = re.compile(r"\b(?:[cdjln]|qu|dell|nell|dall|sull|all)['’](?=[^\W\d_]{2})")
_SHORT = 3
"""A word of so few letters is a word of many languages, unless it is very common in English."""
_SHORT_ZIPF, _GRAMMAR_ZIPF, _RARE_ZIPF = 4.5, 6.0, 2.5
_SOME_CODE = 2
"""From so many pieces of code on, words that programs are written in tell nothing."""


@dataclass(frozen=True, slots=True)
class _Lists:
    english: frozenset[str]
    about_words: frozenset[str]
    in_names: frozenset[str]
    shared: frozenset[str]
    code: frozenset[str]
    others: frozenset[str]


def is_english(text: str) -> bool:
    """Tell whether a text is evidently English.

    Args:
        text: Any text.

    Returns:
        Whether what speaks for it outweighs what speaks against it. True for names alone; false for a text without a
        word of prose, or with more letters from elsewhere than from A to Z.
    """
    text = text[:LOOKED_AT]
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    if 2 * latin < sum(map(str.isalpha, text)):
        return False
    prose = prose_of(text)
    words = _WORD.findall(prose.text)[:_MOST_WORDS]
    if not _lists().about_words.isdisjoint(map(str.lower, words)):
        return True
    return _is_evident(words, prose)


_GRAMMAR, _KNOWN, _HINT = 2.0, 1.0, 0.5
_OTHER, _UNTOLD, _FIRST = 2.0, 1.0, 0.5
_OPENING = 3.0
"""A text that begins with English words of this weight is English, whatever follows: `How do I say où est la gare`."""


def _is_evident(words: Sequence[str], prose: Prose) -> bool:
    lower = tuple(word.lower().replace("’", "'") for word in words)
    named = {here for start, end in names().any_case.find(lower) if end - start > 1 for here in range(start, end)}
    shouted = len(words) > 1 and all(map(str.isupper, words))  # then a capital marks no name
    coded = prose.symbols + prose.codes >= _SOME_CODE
    weights = [
        0.0 if here in named else _weight(word, coded, here > 0 and words[here][0].isupper() and not shouted)
        for here, word in enumerate(lower)
    ]
    if weights and weights[0] == -_UNTOLD and words[0][0].isupper() and not shouted:  # a name, or the word before one
        weights[0] = 0.0 if all(word[0].isupper() for word in words) else -_FIRST
    english, strange = sum(max(each, 0) for each in weights), -sum(min(each, 0) for each in weights)
    strange += 0.5 * prose.symbols + 0.25 * prose.codes
    if -_OTHER in weights:  # else these may be parts of a name: `Universidad de los Andes`
        strange += len(_ELIDED.findall(prose.text)) + sum(word in _lists().in_names for word in lower)
    said = english > 0 or any(len(word) > 1 and not weight for word, weight in zip(words, weights, strict=True))
    return said and (english >= strange or _opening(lower, weights) >= _OPENING)


def _opening(words: Sequence[str], weights: Sequence[float]) -> float:
    """Weigh the English words that a text begins with."""
    weighed = ((word, weight) for word, weight in zip(words, weights, strict=True) if len(word) > 1)
    return sum(weight for _, weight in takewhile(lambda each: each[1] > 0, weighed))


def _weight(word: str, coded: bool, capital: bool) -> float:
    """Weigh a word: above zero is English, below is strange, and zero may be a name."""
    lists = _lists()
    if len(word) == 1:
        return 0 if word.isascii() else -_HINT
    bare = word.partition("'")[0]
    if coded and (bare in lists.code or domains(bare)):
        return 0
    if word in lists.others:
        return -_OTHER
    if word in lists.shared or word in lists.in_names:
        return _HINT if zipf(word) >= _GRAMMAR_ZIPF else 0
    if word in lists.english or bare in lists.english:
        return _GRAMMAR
    return _weight_of_content(bare, capital)


def _weight_of_content(word: str, capital: bool) -> float:
    if domains(word):
        return _KNOWN
    if capital:
        return 0
    if is_known(word):
        short = len(word) <= _SHORT and zipf(word) < _SHORT_ZIPF
        return _HINT if short or zipf(word) < _RARE_ZIPF else _KNOWN
    if is_common(word) or _is_name(word) or is_slip(word):
        return 0
    if _is_compound(word):
        return _HINT
    return 0 if is_known(_unmarked(word)) else -_UNTOLD


def _is_name(word: str) -> bool:
    return next(names().any_case.find((word,)), None) is not None


def _is_compound(word: str) -> bool:
    """Tell a word of two common ones: `lookahead`."""
    return any(is_common(word[:cut]) and is_common(word[cut:]) for cut in range(_SHORT + 1, len(word) - _SHORT))


def _unmarked(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if letter.isascii())


@cache
def _lists() -> _Lists:
    table = tomllib.loads((files(__package__) / "lists" / "small_words.toml").read_text("utf-8"))
    english, about, in_names, shared, code = (
        frozenset(table[name].split()) for name in ("english", "about_words", "in_names", "shared", "code")
    )
    others = frozenset(" ".join(table["others"].values()).split()) - in_names - shared - english
    return _Lists(english, about, in_names, shared, code, others)
