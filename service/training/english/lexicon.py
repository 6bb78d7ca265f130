"""The words that the grammar writes with: those of the training corpus, with its own lemmas and features."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riffler.service.training.english.trees import Node

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LEAST = 2
"""A word has to come so often: what comes once is misspelt too often."""

_FORMS = {"VB", "VBD", "VBZ", "VBN"}


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a sort, drawn by the square root of how often they come."""

    entries: tuple[tuple[str, str], ...]
    """Form and lemma."""
    weights: tuple[float, ...]

    def draw(self, rng: random.Random) -> tuple[str, str]:
        """Draw a word: its form and its lemma."""
        return rng.choices(self.entries, self.weights)[0]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the corpus knows.

    Attributes:
        singular: Common nouns.
        plural: Common nouns in the plural.
        names: Proper nouns.
        adjectives: In their plain form.
        superlatives: In -est.
        transitive: Verbs that have an object more often than not: lemmas, with all their forms.
        intransitive: Verbs that rarely have one.
        forms: The forms of these verbs by lemma and tag.
    """

    singular: Words
    plural: Words
    names: Words
    adjectives: Words
    superlatives: Words
    transitive: Words
    intransitive: Words
    forms: dict[tuple[str, str], str]

    @classmethod
    def of(cls, docs: Iterable[Doc]) -> Lexicon:
        """Read the words of an annotated corpus.

        Args:
            docs: Its documents.

        Returns:
            The lexicon.
        """
        found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        forms: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        frames: dict[str, Counter[bool]] = defaultdict(Counter)
        for token in (token for doc in docs for token in doc):
            if not token.text.isalpha() or token.morph.get("Typo", []):
                continue
            name = token.tag_ == "NNP" and token.text.istitle()
            if name or token.text.islower():
                found[token.tag_][token.text, token.lemma_] += 1
            if token.pos_ == "VERB" and token.tag_ in _FORMS and token.text.islower():
                forms[token.lemma_, token.tag_][token.text] += 1
                frames[token.lemma_][_has_object(token)] += 1
        best = {key: counts.most_common(1)[0][0] for key, counts in forms.items()}
        whole = {lemma for lemma, tag in best if tag == "VB" and ((lemma, "VBN") in best or (lemma, "VBD") in best)}
        for lemma in sorted(whole):
            past = best.get((lemma, "VBD")) or best[lemma, "VBN"]
            best |= {(lemma, tag): best.get((lemma, tag), past) for tag in ("VBD", "VBN")}
            best[lemma, "VBZ"] = best.get((lemma, "VBZ"), _third_person(lemma))
        often = {lemma: counts for lemma, counts in frames.items() if lemma in whole and counts.total() >= 2 * _LEAST}
        return cls(
            singular=_words(found["NN"]),
            plural=_words(found["NNS"]),
            names=_words(found["NNP"]),
            adjectives=_words(found["JJ"]),
            superlatives=_words(found["JJS"]),
            transitive=_words(
                {(v, v): counts.total() for v, counts in often.items() if 2 * counts[True] > counts.total()}
            ),
            intransitive=_words(
                {(v, v): counts.total() for v, counts in often.items() if 5 * counts[True] < counts.total()}
            ),
            forms={key: form for key, form in best.items() if key[0] in whole},
        )

    def verb(self, lemma: str, tag: str, feats: str, dep: str = "root") -> Node:
        """Give a verb in one of its forms."""
        return Node(self.forms[lemma, tag], lemma, "VERB", tag, feats, dep)


def _third_person(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2:-1] not in "aeiou":
        return f"{lemma[:-1]}ies"
    return f"{lemma}es" if lemma.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{lemma}s"


def _has_object(token: Token) -> bool:
    return any(child.dep_ in {"obj", "nsubj:pass", "ccomp"} for child in token.children)


def _words(counts: Counter[tuple[str, str]] | dict[tuple[str, str], int]) -> Words:
    kept = {word: count for word, count in sorted(counts.items()) if count >= _LEAST}
    return Words(tuple(kept), tuple(count**0.5 for count in kept.values()))
