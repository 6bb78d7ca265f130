"""What is known of single words: how often they are met, what else they mean, how they are judged and pictured.

The lists lie beside this file, in `lists`, where a README says where each is from and under which licence. Each is read
once, when it is first asked for, and stays in memory. Words are asked for in lower case and as lemmas where it says so;
a word in capitals is another word, and unknown. No list knows names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Pos = Literal["NOUN", "VERB", "ADJ", "ADV", "PROPN"]
"""Parts of speech as Universal Dependencies names them. Only `senses` knows PROPN."""

COMMON_ZIPF = 3.0
"""A word is common from here on: once in a million words."""

_LISTS = Path(__file__).with_name("lists")
_EMPTY: frozenset[str] = frozenset()
_ENDINGS = (
    ("'s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"),
    ("ing", ""), ("ier", "y"), ("iest", "y"), ("er", "e"), ("er", ""), ("est", "e"), ("est", ""), ("ly", ""),
    ("ily", "y"), ("ally", ""),
)  # fmt: skip
"""Endings of regular forms, and what stands in their place in the word of the dictionary."""
_SHORTEST_BASE = 3


@dataclass(frozen=True, slots=True)
class Sense:
    """A group of related senses of a word.

    Attributes:
        share: Its share of the word's use, from 0 to 1. The shares of a word's groups may sum to less than 1.
        words: Words that speak for it when they stand near.
        by_hand: Whether a person wrote it. Groups made from WordNet are guesses, and noisier.
    """

    share: float
    words: frozenset[str]
    by_hand: bool


def zipf(word: str) -> float:
    """Tell how often a word is met, as it stands: inflected forms count apart.

    Args:
        word: In lower case.

    Returns:
        log10 of its frequency in a thousand million words, rounded down to a tenth: 3.0 is once in a million. 0.0 for a
        word that isn't listed: one under 1.0, or a name or a regular form under 3.0.
    """
    return _frequencies().get(word, 0.0)


def is_common(word: str) -> bool:
    """Tell whether a word, as it stands, is met at least about once in a million words. Names can be common."""
    return zipf(word) >= COMMON_ZIPF


def is_known(word: str) -> bool:
    """Tell whether English dictionaries have a word.

    Args:
        word: In lower case.

    Returns:
        Whether it, or a word that it is a regular form of, is in WordNet without a capital; or an irregular form of
        one is. So most misspellings, names, foreign words and the words of grammar (`the`, `whom`) are unknown.
    """
    return any(base in _dictionary() for base in _bases(word))


def senses(lemma: str, pos: Pos) -> tuple[Sense, ...]:
    """Give the groups of unrelated senses of a word.

    Args:
        lemma: In lower case, names too.
        pos: NOUN, VERB, ADJ, or PROPN for a name that several famous things share.

    Returns:
        Two groups or more, the likeliest first. Empty when the lists know of one at most.
    """
    key = (lemma, pos)
    groups = _homonyms("homonyms.txt", True).get(key) or _homonyms("senses.txt", False).get(key, ())
    return groups if len(groups) > 1 else ()


def subjectivity(word: str) -> float | None:
    """Tell how far a word is a judgement.

    Args:
        word: In lower case; an adjective or adverb, or one of a few nouns and verbs.

    Returns:
        From 0 (a fact) to 1 (a judgement); None when it isn't rated.
    """
    return _subjectivity().get(word)


def concreteness(lemma: str, pos: Pos) -> float | None:
    """Estimate how much a word names what can be seen or touched.

    Args:
        lemma: In lower case.
        pos: NOUN, VERB, ADJ or ADV.

    Returns:
        From 1 (abstract) to 5 (concrete); None when it isn't rated. It is derived from WordNet's classes of senses, and
        no human rating.
    """
    return _concreteness().get((lemma, pos))


def domains(term: str) -> frozenset[str]:
    """Tell which fields of knowledge or trades a term belongs to.

    Args:
        term: One to four lemmas in lower case with spaces between. A hyphen is as good as a space, with spaces around
            it or not.

    Returns:
        The fields, by the names in definitions.toml; empty for everyday words.
    """
    return _domains().get(_spaced(term), _EMPTY)


def weak_domains(term: str) -> frozenset[str]:
    """Tell which fields use a word in their own sense that everybody uses, too; as for `domains`."""
    return _weak_domains().get(_spaced(term), _EMPTY)


def antonyms(lemma: str) -> frozenset[str]:
    """Give the lemmas that mean the opposite of a lemma, of any part of speech."""
    return _antonyms().get(lemma, _EMPTY)


def synonyms(lemma: str) -> frozenset[str]:
    """Give the lemmas that share a common meaning with a lemma, of any part of speech; not the lemma itself."""
    return frozenset(word for group in _synonyms().get(lemma, ()) for word in group if word != lemma)


def _lines(name: str) -> Iterator[str]:
    for line in (_LISTS / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _bases(word: str) -> Iterator[str]:
    """Give a word, and what it may be a regular form of."""
    yield word
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            base = word[: -len(ending)]
            if len(base) >= _SHORTEST_BASE:
                yield base + instead
                if base[-1] == base[-2]:  # running, bigger
                    yield base[:-1] + instead


@cache
def _words() -> tuple[dict[str, float], frozenset[str]]:
    frequencies: dict[str, float] = {}
    dictionary: list[str] = []
    for line in _lines("words.txt"):
        kind, value, words = line.split("\t")
        row = words.split(" ")
        frequencies.update(dict.fromkeys(row, float(value)))
        if kind == "dictionary":
            dictionary.extend(row)
    return frequencies, frozenset(dictionary)


def _frequencies() -> dict[str, float]:
    return _words()[0]


def _dictionary() -> frozenset[str]:
    return _words()[1]


@cache
def _homonyms(name: str, by_hand: bool) -> MappingProxyType[tuple[str, str], tuple[Sense, ...]]:
    found: dict[tuple[str, str], tuple[Sense, ...]] = {}
    for line in _lines(name):
        lemma, pos, *groups = line.split("\t")
        found[lemma, pos] = tuple(_sense(group, by_hand) for group in groups)
    return MappingProxyType(found)


def _sense(group: str, by_hand: bool) -> Sense:
    share, *words = group.split(" ")
    return Sense(int(share) / 100, frozenset(words), by_hand)


@cache
def _subjectivity() -> dict[str, float]:
    pairs = (line.split("\t") for line in _lines("subjectivity.txt"))
    return {word: float(value) for word, value in pairs}


@cache
def _concreteness() -> dict[tuple[str, str], float]:
    rows = (line.split("\t") for line in _lines("concreteness.txt"))
    return {(lemma, pos): float(value) for pos, value, lemmas in rows for lemma in lemmas.split(" ")}


@cache
def _domains() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    sets: dict[str, frozenset[str]] = {}
    for line in _lines("terms.txt"):
        term, fields = line.split("\t")
        found[_spaced(term)] = sets.setdefault(fields, frozenset(fields.split(" ")))
    _add_terms(found, "terms_by_hand.txt")
    _add_terms(found, "terms_more.txt")
    return found


@cache
def _weak_domains() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    _add_terms(found, "terms_weak.txt")
    return found


def _add_terms(found: dict[str, frozenset[str]], name: str) -> None:
    for line in _lines(name):
        field, _, terms = line.partition(": ")
        for term in map(_spaced, terms.split(", ")):
            found[term] = found.get(term, _EMPTY) | {field}


def _spaced(term: str) -> str:
    return " ".join(term.replace("-", " ").split())


@cache
def _antonyms() -> dict[str, frozenset[str]]:
    pairs = (line.split("\t") for line in _lines("antonyms.txt"))
    return {lemma: frozenset(others.split(" ")) for lemma, others in pairs}


@cache
def _synonyms() -> dict[str, list[list[str]]]:
    """Read the groups of each lemma. To unite them all here would take longer than all other lists together."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for line in _lines("synonyms.txt"):
        group = line.split(" ")
        for lemma in group:
            found[lemma].append(group)
    return dict(found)
