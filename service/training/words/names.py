"""Proper names that are told without their capital: WordNet's places, people, peoples, languages, works and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riffler.service.training.words.wordnet import Synset, WordNet

_FILES = frozenset(
    "noun.act noun.artifact noun.communication noun.event noun.group noun.location noun.object noun.person".split()
)
_MET_ZIPF = 2.0
"""A name of a word that is met more seldom than this isn't listed: a query that has it has its capital, too, mostly."""
_LONGEST_WORDS = 3
_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly")
_SMALL = frozenset("a and by de for i ii iii iv of on the to v vi vii viii".split())
_NO_NAMES = frozenset(
    "amen april august bible christmas december easter february friday january july june march monday november october"
    " santa saturday september sunday thursday tuesday wednesday".split()
)
"""Days, months and feasts, which name no thing, and what is mostly said without one in mind."""


def names(wordnet: WordNet, zipf: Callable[[str], float]) -> list[str]:
    """Collect names.

    Args:
        wordnet: Where they are from.
        zipf: How often a word is met: log10 of its frequency in a thousand million words, 0 for an unknown one.

    Returns:
        Names in lower case, with spaces, sorted. One that is also a common word (`turkey`, `gates`) isn't among them.
    """
    found: set[str] = set()
    for synset in wordnet.synsets.values():
        if _names_something(wordnet, synset):
            found.update(word.lower() for word in _written(synset) if _is_met(wordnet, word.lower(), zipf))
    single = {name for name in found if " " not in name}
    return sorted(name for name in found if name in single or single.isdisjoint(name.split(" ")))


def _names_something(wordnet: WordNet, synset: Synset) -> bool:
    if synset.key[0] == "n":
        instance = next(synset.targets("@i"), None) is not None
        language = bool(wordnet.ancestors(synset.key) & set(wordnet.index.get(("natural language", "n"), ())))
        return (instance and synset.file in _FILES) or synset.file == "noun.person" or language
    return synset.key[0] == "a"


def _written(synset: Synset) -> Iterator[str]:
    for word in synset.words:
        parts = word.split(" ")
        whole = word.replace(" ", "").replace("-", "").isalpha() and word.isascii()
        if whole and len(parts) <= _LONGEST_WORDS and parts[0][0].isupper() and not word.isupper():
            yield word


def _is_met(wordnet: WordNet, name: str, zipf: Callable[[str], float]) -> bool:
    words = name.split(" ")
    if name in _NO_NAMES:
        return False
    if len(words) == 1:
        common = name in wordnet.dictionary or any(
            name.endswith(ending) and name.removesuffix(ending) in wordnet.dictionary for ending in _ENDINGS
        )
        return len(name) > 3 and not common and zipf(name) >= _MET_ZIPF
    tells = any(word not in wordnet.dictionary and word not in _SMALL for word in words)
    return tells and all(zipf(word) >= _MET_ZIPF for word in words)
