"""Domain specificity: terms of fields of knowledge and of trades, from the word lists."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.lexicon import COMMON_ZIPF, concreteness, domains, is_known, weak_domains, zipf
from riffler.bandits.features.names import names
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.rarity import rare_words
from riffler.bandits.features.reading import Reading

_LONGEST = 5
"""A term of four words with a hyphen is cut into five or more."""
_EVERYDAY_ZIPF = 3.5
"""A single word that is met more often, and that only WordNet's topics make a term, is everyday talk."""
_PICTURED = 4.3
"""What is as concrete as this is a thing to see: an animal, a fruit, an instrument. Its name alone is no term."""
_COMPUTING = "computing"
_COMPANY = 3
"""So many words of computing tell it, where one alone doesn't."""
_NO_TERM_ENDS = frozenset("able ful ous less ish like some".split())
_IDLE = frozenset(
    "at home|in place|on line|two year|one year|corolla|sesame oil|steamer|attorney general|past tense|heart attack"
    "|hiccup"
    "|pull - up|pull up|side effect|jury service|in time|at large|out of bounds|in the air|for sale|by mouth|of age"
    "|good night"
    "|ice cream|alarm clock|first aid|blood test|on board|no one|at once".split("|")
)


def _domain_specificity(reading: Reading) -> list[WordSpan]:
    spans = [*_terms(reading)]
    spans += _rare_terms(reading)
    if not spans:
        spans += _formulas(reading)
        spans += _computing(reading)
    return spans


def _terms(reading: Reading) -> Iterator[WordSpan]:
    """Find terms of the lists, the longest at each place."""
    here, count = 0, len(reading.words)
    while here < count:
        length = next((size for size in range(min(_LONGEST, count - here), 0, -1) if _is_term(reading, here, size)), 0)
        if length:
            yield here, here + length
        here += max(length, 1)


def _is_term(reading: Reading, here: int, size: int) -> bool:
    if size == 1:
        return _is_single_term(reading, here)
    return any(form not in _IDLE and domains(form) and not weak_domains(form) for form in _forms(reading, here, size))


def _forms(reading: Reading, here: int, size: int) -> tuple[str, ...]:
    last = here + size - 1
    before = " ".join(reading.words[here:last])
    return f"{before} {reading.words[last]}", f"{before} {reading.lemmas[last]}"


def _is_single_term(reading: Reading, here: int) -> bool:
    word, lemma = reading.words[here], reading.lemmas[here]
    if not reading.is_word(here) or word in _IDLE or lemma in _IDLE or weak_domains(word) or weak_domains(lemma):
        return False
    return bool(domains(word) or domains(lemma))


def _rare_terms(reading: Reading) -> Iterator[WordSpan]:
    """Find rare words that only a field has: nouns that name nothing to be seen, and words built as terms are."""
    for here in rare_words(reading):
        word, lemma = reading.words[here], reading.lemmas[here]
        pictured = (concreteness(lemma, "NOUN") or 0.0) >= _PICTURED
        abstract = reading.pos[here] == "NOUN" and is_known(word) and not pictured
        if (abstract and zipf(word) < COMMON_ZIPF and not word.endswith(tuple(_NO_TERM_ENDS))) or _is_built(word):
            yield here, here + 1


_TERM_ENDS = (
    "itis", "osis", "emia", "aemia", "ectomy", "plasty", "scopy", "pathy", "algia", "olol", "cillin", "mycin",
    "azole", "statin",
    "prazole", "sartan", "idine", "orphan", "phyte", "tropic", "trophic", "lysis", "genesis", "kinase", "ase",
    "cyte", "morphic", "morphism",
    "oma", "uria", "pnea", "rrhea", "rrhoea", "plegia", "synthesis", "philic", "phobic", "meric", "ylene", "oxide",
    "valent",
)  # fmt: skip


def _is_built(word: str) -> bool:
    return (
        len(word) > 6 and word.endswith(_TERM_ENDS) and not word.endswith(("acrophobic", "phobic", "chase", "phrase"))
    )


def _formulas(reading: Reading) -> Iterator[WordSpan]:
    """Find algebra: "x^2 - 5x"."""
    for here, text in enumerate(reading.texts):
        if "^" in text or "√" in text or "∫" in text:
            yield here, here + 1


def _computing(reading: Reading) -> list[WordSpan]:
    """Find words of computing that tell it beside a program's name, or in company."""
    found: dict[str, int] = {}
    for here, word in enumerate(reading.words):
        if _COMPUTING in weak_domains(word) | weak_domains(reading.lemmas[here]):
            found.setdefault(reading.lemmas[here], here)
    software = next(names().software.find(reading.words), None) is not None
    return [(here, here + 1) for here in found.values()] if len(found) >= (1 if software else _COMPANY) else []


DOMAIN_SPECIFICITY = Property("domain_specificity", _domain_specificity, needs="tags")
