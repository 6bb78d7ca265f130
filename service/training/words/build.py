"""Write the lists. The same sources give the same bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from riffler.service.training.words.frequencies import lookup
from riffler.service.training.words.glosses import glosses
from riffler.service.training.words.homonymy import groups
from riffler.service.training.words.names import names
from riffler.service.training.words.ratings import Concreteness, subjectivity
from riffler.service.training.words.relations import antonyms, synonyms
from riffler.service.training.words.terms import terms
from riffler.service.training.words.wordnet import WordNet

COMMON_ZIPF = 3.0
"""Once in a million words."""
_MET_ZIPF = 1.0
"""A word of the dictionary that is met more seldom than this isn't listed, unless it is an irregular form."""
_RATED_ZIPF, _SENSES_ZIPF, _RELATED_ZIPF = 2.3, 3.0, 2.7
"""From where on words are rated, have groups of senses, and have synonyms and antonyms."""
_POS = {"n": "NOUN", "v": "VERB", "a": "ADJ", "r": "ADV"}


def build(wordnet: WordNet, zipf: dict[str, float], lexicon: Path, out: Path) -> dict[str, int]:
    """Write all lists that are made from sources. The hand-written ones beside them stay as they are.

    Args:
        wordnet: WordNet.
        zipf: How often words are met, as `zipf_values` gives it.
        lexicon: pattern's en-sentiment.xml.
        out: The folder to write into.

    Returns:
        The bytes of each file written.
    """
    out.mkdir(parents=True, exist_ok=True)
    met = lookup(zipf)
    known = wordnet.dictionary

    def related(word: str) -> bool:
        return word in known and met(word) >= _RELATED_ZIPF

    of_fields = terms(wordnet, met)
    files = {
        "words.txt": _words(known, wordnet.irregular_forms, zipf),
        "concreteness.txt": _concreteness(wordnet, zipf),
        "senses.txt": _senses(wordnet, zipf),
        "subjectivity.txt": [f"{word}\t{value:.2f}" for word, value in sorted(subjectivity(lexicon).items())],
        "terms.txt": [f"{term}\t{' '.join(sorted(of))}" for term, of in sorted(of_fields.items())],
        "glosses.txt": [f"{term}\t{gloss}" for term, gloss in sorted(glosses(wordnet, of_fields, met).items())],
        "names.txt": names(wordnet, met),
        "synonyms.txt": [" ".join(group) for group in synonyms(wordnet, related)],
        "antonyms.txt": [f"{word}\t{' '.join(sorted(of))}" for word, of in sorted(antonyms(wordnet, related).items())],
    }
    for name, lines in files.items():
        (out / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return {name: (out / name).stat().st_size for name in sorted(files)}


def _words(known: frozenset[str], irregular: frozenset[str], zipf: Mapping[str, float]) -> list[str]:
    """List words by how often they are met; those of the dictionary apart from names, inflections and slips."""
    classes: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(zipf.keys() | irregular):
        kind, least = (
            ("dictionary", 0.0 if word in irregular else _MET_ZIPF) if word in known else ("other", COMMON_ZIPF)
        )
        value = zipf.get(word, 0.0)
        if value >= least and word.isascii() and word.replace("'", "").isalpha():
            classes[kind, int(value * 10 + 1e-6)].append(word)
    return [f"{kind}\t{tenths / 10}\t{_joined(words)}" for (kind, tenths), words in sorted(classes.items())]


def _concreteness(wordnet: WordNet, zipf: Mapping[str, float]) -> list[str]:
    rated = Concreteness(wordnet)
    classes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for lemma, pos in wordnet.index:
        value = rated.of(lemma, pos) if lemma.isalpha() and zipf.get(lemma, 0.0) >= _RATED_ZIPF else None
        if value is not None:
            classes[_POS[pos], f"{value:.1f}"].append(lemma)
    return [f"{pos}\t{value}\t{_joined(lemmas)}" for (pos, value), lemmas in sorted(classes.items())]


def _senses(wordnet: WordNet, zipf: Mapping[str, float]) -> list[str]:
    lines = []
    for lemma in sorted(lemma for lemma, pos in wordnet.index if pos == "n" and zipf.get(lemma, 0.0) >= _SENSES_ZIPF):
        parts = [f"{round(100 * share)} {' '.join(words)}" for share, words in groups(wordnet, lemma)]
        if parts:
            lines.append("\t".join((lemma, "NOUN", *parts)))
    return lines


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(words))
