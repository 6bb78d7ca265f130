"""Two ratings of words: how subjective they are, and how concrete.

Subjectivity is pattern's English lexicon (De Smedt and Daelemans 2012, public domain), its senses averaged.
Concreteness is an estimate of ours, no human rating: each sense takes the level of its lexicographer file, moved by
what stands above it, and the senses are averaged by their share of use.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

from riffler.service.training.words.wordnet import Key, Synset, WordNet

_LEVELS = {
    "noun.Tops": 3.0, "noun.act": 2.8, "noun.animal": 4.8, "noun.artifact": 4.7, "noun.attribute": 2.2,
    "noun.body": 4.7, "noun.cognition": 1.9, "noun.communication": 2.9, "noun.event": 3.0, "noun.feeling": 2.1,
    "noun.food": 4.8, "noun.group": 3.5, "noun.location": 3.9, "noun.motive": 1.7, "noun.object": 4.6,
    "noun.person": 4.0, "noun.phenomenon": 3.5, "noun.plant": 4.7, "noun.possession": 3.2, "noun.process": 2.6,
    "noun.quantity": 3.0, "noun.relation": 2.0, "noun.shape": 3.7, "noun.state": 2.2, "noun.substance": 4.5,
    "noun.time": 2.7, "verb.body": 3.9, "verb.change": 2.7, "verb.cognition": 1.9, "verb.communication": 2.7,
    "verb.competition": 2.8, "verb.consumption": 4.0, "verb.contact": 3.9, "verb.creation": 3.3, "verb.emotion": 2.2,
    "verb.motion": 3.7, "verb.perception": 3.4, "verb.possession": 2.7, "verb.social": 2.4, "verb.stative": 2.0,
    "verb.weather": 4.1, "adj.all": 2.3, "adj.pert": 2.6, "adj.ppl": 3.0, "adv.all": 2.0,
}  # fmt: skip
"""From 1, what can only be thought, to 5, what can be touched: set by hand, file by file."""

_MOVED = {
    "physical property": 3.4, "visual property": 4.0, "color": 4.3, "size": 3.2, "sound": 3.8, "body of water": 4.8,
    "disease": 3.6, "symptom": 3.6, "writing": 3.9, "printed symbol": 3.9, "picture": 4.5, "music": 3.7,
    "money": 4.2, "sport": 4.0, "game": 4.0, "meal": 4.5, "weather": 3.9, "psychological feature": 2.0,
    "physical phenomenon": 3.5, "happening": 3.0, "motion": 3.3, "organization": 3.3, "belief": 1.6, "quality": 2.0,
    "group action": 2.6, "vehicle": 4.9, "tool": 4.8, "building": 4.7, "way": 4.3, "spiritual being": 2.6,
}  # fmt: skip
"""A synset that stands under one of these takes its level, the nearest one's."""

_OWN_SHARE = 0.6
"""How much of an adjective's or adverb's level is its own; the rest is that of the words it comes from or describes."""


def subjectivity(lexicon: Path) -> dict[str, float]:
    """Read pattern's lexicon.

    Args:
        lexicon: en-sentiment.xml, as the packages pattern and textblob carry it.

    Returns:
        For each word, from 0 (a fact) to 1 (a judgement), the mean of its senses. Each sense counts by its reliability.

    Raises:
        ValueError: The file doesn't say that it is in the public domain.
    """
    root = ElementTree.parse(lexicon).getroot()  # noqa: S314 - a file that the builder chose
    if root.get("license") != "PDDL":
        raise ValueError(f"{lexicon} is under another licence than the one we know: {root.get('license')}")
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for word in root.iter("word"):
        weight = float(word.get("reliability") or word.get("confidence") or 1.0)
        found[word.get("form", "").lower()].append((float(word.get("subjectivity", "0")), weight))
    return {
        form: sum(value * weight for value, weight in senses) / sum(weight for _, weight in senses)
        for form, senses in found.items()
    }


class Concreteness:
    """Estimates concreteness from where WordNet puts a word."""

    def __init__(self, wordnet: WordNet) -> None:
        self._wordnet = wordnet
        self._moved = {keys[0]: level for word, level in _MOVED.items() if (keys := wordnet.index.get((word, "n"), ()))}

    def of(self, lemma: str, pos: str) -> float | None:
        """Rate a lemma.

        Args:
            lemma: In lower case.
            pos: n, v, a or r.

        Returns:
            From 1 (abstract) to 5 (concrete); None for a lemma that WordNet doesn't have.
        """
        senses = self._wordnet.senses(lemma, pos)
        return sum(share * self._level(synset) for synset, share in senses) if senses else None

    def _level(self, synset: Synset) -> float:
        own = self._nearest(synset)
        if synset.key[0] in "nv":
            return own
        sources = [self._nearest(self._wordnet.synsets[key]) for key in synset.targets("\\", "+", "=", "<")]
        return _OWN_SHARE * own + (1 - _OWN_SHARE) * sum(sources) / len(sources) if sources else own

    def _nearest(self, synset: Synset) -> float:
        row: list[Key] = [synset.key]
        seen = set(row)
        for key in row:  # breadth first: the row grows while it is read
            if key in self._moved:
                return self._moved[key]
            above = [up for up in self._wordnet.synsets[key].targets("@", "@i") if up not in seen]
            seen.update(above)
            row.extend(above)
        return _LEVELS[synset.file]
