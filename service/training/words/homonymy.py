"""Nouns with unrelated senses, guessed from WordNet.

WordNet doesn't tell unrelated senses (a bank of money, of a river) from related ones (a bank, its building). Here two
senses count as related when something in WordNet ties them: the same broad class, a near hypernym in common, a shared
synonym or derived word, or a gloss that speaks of the other. What nothing ties is a group of its own. This is a guess:
the hand-written list goes before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from riffler.service.training.words.wordnet import Synset, WordNet

_CLASSES = {
    "noun.act": "abstract", "noun.animal": "animal", "noun.artifact": "artifact", "noun.attribute": "abstract",
    "noun.body": "body", "noun.cognition": "abstract", "noun.communication": "abstract", "noun.event": "abstract",
    "noun.feeling": "abstract", "noun.food": "food", "noun.group": "group", "noun.location": "place",
    "noun.motive": "abstract", "noun.object": "place", "noun.person": "person", "noun.phenomenon": "abstract",
    "noun.plant": "plant", "noun.possession": "abstract", "noun.process": "abstract", "noun.quantity": "abstract",
    "noun.relation": "abstract", "noun.shape": "abstract", "noun.state": "abstract", "noun.substance": "substance",
    "noun.time": "abstract", "noun.Tops": "abstract",
}  # fmt: skip
_METONYMY = {
    frozenset(pair)
    for pair in (
        ("animal", "food"), ("plant", "food"), ("plant", "substance"), ("animal", "person"), ("group", "person"),
        ("group", "artifact"), ("group", "place"), ("abstract", "group"), ("substance", "food"),
        ("substance", "artifact"), ("abstract", "person"), ("plant", "person"), ("artifact", "person"),
    )
}  # fmt: skip
"""Classes between which a word goes over as a rule: a lamb and its meat, an office and its house."""

LEAST_SHARE = 0.12
"""A group with less of a word's use isn't kept."""
_LONGEST_SIGNATURE = 10
_NEAR_LINKS = 3
_STOP = frozenset(
    "that with from which used have usually made into some other being something someone especially than more such made"
    " very also they their when where one's this each part large small form who between often having over many most"
    " kind make made only them will your been used about state quality".split()
)
_WORD = re.compile(r"[a-z]{4,}")


def groups(wordnet: WordNet, lemma: str) -> list[tuple[float, tuple[str, ...]]]:
    """Group the senses of a noun.

    Args:
        wordnet: Where they are from.
        lemma: The noun, in lower case.

    Returns:
        Two or more groups, each with its share of use and the words that speak for it; or none.
    """
    senses = [(synset, share) for synset, share in wordnet.senses(lemma, "n") if share >= LEAST_SHARE / 4]
    parts: list[list[tuple[Synset, float]]] = []
    for sense in senses:
        tied = [part for part in parts if any(_related(wordnet, lemma, sense[0], other) for other, _ in part)]
        parts = [part for part in parts if part not in tied] + [[*(item for part in tied for item in part), sense]]
    kept = [part for part in parts if sum(share for _, share in part) >= LEAST_SHARE]
    if len(kept) < 2:
        return []
    found = [(sum(share for _, share in part), _signature(wordnet, lemma, part)) for part in kept]
    return sorted(found, reverse=True)


def _related(wordnet: WordNet, lemma: str, one: Synset, other: Synset) -> bool:
    classes = {_CLASSES[one.file], _CLASSES[other.file]}
    if len(classes) == 1 and classes != {"artifact"}:
        return True
    if frozenset(classes) in _METONYMY:
        return True
    if (set(one.words) & set(other.words)) - {lemma} or _speaks_of(lemma, one) or _speaks_of(lemma, other):
        return True
    if _near(wordnet, one) & _near(wordnet, other):
        return True
    return len(_words([one.gloss]).keys() & _words([other.gloss]).keys()) > 1


def _speaks_of(lemma: str, synset: Synset) -> bool:
    """Tell whether a definition builds on another sense of the word: "a building in which banking is transacted"."""
    return re.search(rf"\b{re.escape(lemma)}", synset.gloss.partition('; "')[0]) is not None


def _near(wordnet: WordNet, synset: Synset) -> set[object]:
    """Collect what is next to a synset: a few steps up and the words derived from it, but not the roots of all."""
    near: set[object] = {synset.key, *synset.targets("+", "#p", "#m", "#s", "%p", "%m", "%s")}
    row = {synset.key}
    for _ in range(_NEAR_LINKS):
        row = {up for key in row for up in wordnet.synsets[key].targets("@", "@i")}
        near |= {key for key in row if len(wordnet.ancestors(key)) > 5}
    return near


def _signature(wordnet: WordNet, lemma: str, part: Iterable[tuple[Synset, float]]) -> tuple[str, ...]:
    counted: Counter[str] = Counter()
    for synset, share in part:
        above = [word for key in synset.targets("@") for word in wordnet.synsets[key].words]
        for weight, texts in ((3, [*synset.words]), (2, above), (1, [synset.gloss])):
            for word in _words(texts):
                counted[word] += int(weight * 100 * share)
    counted.pop(lemma, None)
    best = sorted(counted, key=lambda word: (-counted[word], word))[:_LONGEST_SIGNATURE]
    return tuple(sorted(best))


def _words(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in _WORD.findall(text.lower()) if word not in _STOP)
