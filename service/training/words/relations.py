"""Words that mean the same, and words that mean the opposite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from riffler.service.training.words.wordnet import Synset, WordNet

_COMMON_SENSES = 3
"""Only a lemma's senses up to this rank count: the guard compares words in their usual meaning."""
_OPPOSITE_SENSES = 4


def synonyms(wordnet: WordNet, wanted: Callable[[str], bool]) -> list[tuple[str, ...]]:
    """Collect groups of synonyms.

    Args:
        wordnet: Where they are from.
        wanted: Whether a word is wanted.

    Returns:
        Groups of two words or more, sorted: the words of a synset that have it among their commonest senses.
    """
    groups: set[tuple[str, ...]] = set()
    for synset in wordnet.synsets.values():
        words = {word for word in synset.words if wanted(word) and _common(wordnet, word, synset, _COMMON_SENSES)}
        if len(words) > 1:
            groups.add(tuple(sorted(words)))
    return sorted(groups)


def antonyms(wordnet: WordNet, wanted: Callable[[str], bool]) -> dict[str, frozenset[str]]:
    """Collect antonyms.

    Args:
        wordnet: Where they are from.
        wanted: Whether a word is wanted.

    Returns:
        The opposites of each lemma that has some, in both directions. An adjective that stands around a head (`rapid`
        around `fast`) has the opposite of its head (`slow`), when that is its first sense.
    """
    found: dict[str, set[str]] = defaultdict(set)

    def pair(one: str, other: str) -> None:
        if wanted(one) and wanted(other) and one != other:
            found[one].add(other)
            found[other].add(one)

    for synset in wordnet.synsets.values():
        for here, there in _opposites(wordnet, synset):
            if _common(wordnet, here, synset, _OPPOSITE_SENSES):
                pair(here, there)
        for here in synset.words if synset.satellite else ():
            if _common(wordnet, here, synset, 1):
                for there in _opposites_of_head(wordnet, synset):
                    pair(here, there)
    return {lemma: frozenset(others) for lemma, others in found.items()}


def _opposites(wordnet: WordNet, synset: Synset) -> list[tuple[str, str]]:
    return [
        (synset.words[pointer.from_word - 1], wordnet.synsets[pointer.target].words[pointer.to_word - 1])
        for pointer in synset.pointers
        if pointer.symbol == "!" and pointer.from_word and pointer.to_word
    ]


def _opposites_of_head(wordnet: WordNet, satellite: Synset) -> list[str]:
    heads = (wordnet.synsets[key] for key in satellite.targets("&"))
    return [there for head in heads if not head.satellite for _, there in _opposites(wordnet, head)]


def _common(wordnet: WordNet, word: str, synset: Synset, ranks: int) -> bool:
    return synset.key in wordnet.index.get((word.lower(), synset.key[0]), ())[:ranks]
