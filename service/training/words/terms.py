"""Terms of fields of knowledge: WordNet's topics and kinds, without words of everyday talk."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from riffler.service.training.words.wordnet import Key, Synset, WordNet

_FIELDS = Path(__file__).with_name("fields.toml")
_LONGEST_WORDS = 4
_MAIN_SHARE = 0.5
"""A lemma is a term when its senses of the field have at least this share of its use."""
_NOUN_ZIPF, _OTHER_ZIPF = 3.4, 3.0
"""A single word that is met more often than this is everyday talk: nouns that have a topic of their own are given more
room than verbs, adjectives, and nouns that only stand under a kind."""
_PHRASE_ZIPF = 4.9
"""A phrase of nothing but words that are met as often as this is everyday talk, too (`at home`, a term of baseball)."""


def terms(wordnet: WordNet, zipf: Callable[[str], float]) -> dict[str, frozenset[str]]:
    """Collect terms.

    Args:
        wordnet: Where they are from.
        zipf: How often a word is met: log10 of its frequency in a thousand million words, 0 for an unknown one.

    Returns:
        The fields of each term. Terms are in lower case, with spaces, of one to four words.
    """
    of_field = _Fields(wordnet)
    shares: dict[tuple[str, str], float] = defaultdict(float)
    nouns: set[str] = set()
    for lemma, pos in wordnet.index:
        part: dict[str, float] = defaultdict(float)
        for synset, share in wordnet.senses(lemma, pos):
            topics = of_field.by_topic(synset)
            if topics and pos == "n":
                nouns.add(lemma)
            for field in topics | of_field.by_kind(synset):
                part[field] += share
        for field, share in part.items():
            shares[lemma, field] = max(shares[lemma, field], share)
    found: dict[str, set[str]] = defaultdict(set)
    for (lemma, field), share in shares.items():
        words = lemma.replace("-", " ").split()
        limit = _PHRASE_ZIPF if len(words) > 1 else _NOUN_ZIPF if lemma in nouns else _OTHER_ZIPF
        everyday = all(zipf(word) >= limit for word in words) or " ".join(words) in of_field.everyday
        if share >= _MAIN_SHARE and len(words) <= _LONGEST_WORDS and len(lemma) > 2 and not everyday:
            found[lemma].add(field)
    return {lemma: frozenset(fields) for lemma, fields in found.items()}


class _Fields:
    """Tells the fields of a synset."""

    def __init__(self, wordnet: WordNet) -> None:
        self._wordnet = wordnet
        table = tomllib.loads(_FIELDS.read_text(encoding="utf-8"))
        self._topics = {
            topic.replace("_", " "): field for field, topics in table["topics"].items() for topic in topics.split()
        }
        self.everyday = frozenset(table["everyday"].split("|"))
        self._outside = {
            keys[0] for kind in table["outside"].split("|") if (keys := wordnet.index.get((kind, "n"), ()))
        }
        self._kinds: dict[Key, str] = {
            keys[0]: field
            for field, kinds in table["kinds"].items()
            for kind in kinds.split("|")
            if (keys := wordnet.index.get((kind, "n"), ()))
        }

    def by_topic(self, synset: Synset) -> frozenset[str]:
        """Give the fields of its topics."""
        names = (self._wordnet.synsets[key].words[0] for key in synset.targets(";c"))
        return frozenset(self._topics[name] for name in names if name in self._topics)

    def by_kind(self, synset: Synset) -> frozenset[str]:
        """Give the fields of the kinds it stands under."""
        above = self._wordnet.ancestors(synset.key) if synset.key[0] == "n" else frozenset()
        if above & self._outside:
            return frozenset()
        return frozenset(self._kinds[key] for key in above & self._kinds.keys())
