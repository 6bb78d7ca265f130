"""Word rarity: words that are met less often than once in a million, and not from everybody's kitchen and school."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from riffler.bandits.features.base import Property
from riffler.bandits.features.entities import name_positions
from riffler.bandits.features.lexicon import COMMON_ZIPF, domains, is_known, zipf
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading

_TERM_ZIPF = 3.3
"""A term of a science counts as rare up to here: who isn't of the field met it at school, if at all."""
_SCIENCES = frozenset("physics chemistry biology mathematics linguistics law".split())
_ABBREVIATING = frozenset("computing finance".split())
"""Fields whose words that no dictionary has are abbreviations and names of commands."""
_BASE_ZIPF = 3.3
"""What is made of a word that is met this often is understood by everybody."""
_SHORTEST = 4
_SHORTEST_PART = 3
_CONTENT = frozenset("NOUN VERB ADJ ADV PROPN INTJ X ADP".split())

_PREFIXES = (
    "un", "re", "non", "over", "under", "out", "mis", "dis", "pre", "anti", "super", "semi", "sub", "inter", "multi",
    "micro", "mini", "self", "fore", "after", "back", "down", "up", "off", "counter", "co",
)  # fmt: skip
# Endings, and what may stand in their place in the word that they were put to.
_SUFFIXES = (
    ("ness", ""), ("iness", "y"), ("less", ""), ("ful", ""), ("fully", ""), ("ly", ""), ("ily", "y"), ("ably", "able"),
    ("er", ""), ("er", "e"), ("ers", ""), ("ers", "e"), ("or", "e"), ("or", ""), ("able", ""), ("able", "e"),
    ("ible", ""),
    ("ish", ""), ("like", ""), ("y", ""), ("y", "e"), ("ier", "y"), ("iest", "y"), ("er", "e"), ("est", ""),
    ("est", "e"),
    ("ment", ""),
    ("ing", ""), ("ing", "e"), ("ings", ""), ("ings", "e"), ("ed", ""), ("ed", "e"), ("s", ""), ("es", ""),
    ("ies", "y"), ("ship", ""),
    ("hood", ""), ("ward", ""), ("wards", ""), ("wise", ""), ("proof", ""), ("let", ""), ("ette", ""), ("ise", ""),
    ("ize", ""),
    ("isation", ""), ("ization", ""), ("ation", "e"), ("ation", ""), ("ion", "e"), ("ion", ""), ("al", ""),
    ("ally", "al"), ("ity", "e"),
    ("ist", ""), ("ist", "y"), ("ess", ""), ("ster", ""), ("en", ""), ("some", ""), ("dom", ""), ("age", ""),
    ("ery", ""),
)  # fmt: skip
# Endings of the words of medicine, chemistry and the like: a word that no dictionary has is one of theirs.
_SCIENTIFIC_ENDS = (
    "itis", "osis", "oses", "emia", "aemia", "ectomy", "plasty", "scopy", "pathy", "phobia", "phobic", "algia",
    "olol", "cillin",
    "mycin", "azole", "statin", "prazole", "sartan", "idine", "orphan", "phyte", "tropic", "trophic", "lysis",
    "genesis",
    "kinase", "ology", "morphic", "morphism", "uria", "pnea", "rrhea", "plegia", "philic", "meric", "ylene", "oxide",
    "orbic", "aceous", "iferous", "escent", "ivorous", "oidal", "otomy", "ergic", "genic", "zepam", "formin", "ithium",
    "morphan", "adenosine", "lactone", "amine", "ipine", "cyclic", "hedron", "hedral",
)  # fmt: skip
_ASKS_MEANING = frozenset("mean means meaning define definition called word term".split())


@cache
def _everyday() -> frozenset[str]:
    text = (files(__package__) / "lists" / "everyday.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def rare_words(reading: Reading) -> list[int]:
    """Find rare words.

    Args:
        reading: A query's reading.

    Returns:
        Their positions, in order. No names, numbers, foreign words, abbreviations and slips are among them.
    """
    found: list[int] = []
    named: frozenset[int] | None = None
    for here, word in enumerate(reading.words):
        if len(word) >= _SHORTEST and word.isalpha() and word.isascii() and _is_rare(reading, here):
            if named is None:  # names cost more than words
                named = name_positions(reading)
            if here not in named:
                found.append(here)
    return found


def _is_rare(reading: Reading, here: int) -> bool:
    word, lemma = reading.words[here], reading.lemmas[here]
    if reading.pos[here] not in _CONTENT or reading.texts[here].isupper():
        return False
    if max(zipf(word), zipf(lemma)) >= _TERM_ZIPF:
        return False
    if not _everyday().isdisjoint((word, lemma, word.removesuffix("s"), word.removesuffix("es"))):
        return False
    fields = domains(word) or domains(lemma)
    if not is_known(word):
        return bool(fields - _ABBREVIATING) or word.endswith(_SCIENTIFIC_ENDS) or _is_asked(reading, here)
    if not fields and (_is_derived(word) or _is_derived(lemma)):
        return False
    limit = _TERM_ZIPF if fields & _SCIENCES else COMMON_ZIPF
    return max(zipf(word), zipf(lemma), *(zipf(base) for base in _stems(word))) < limit


def _is_asked(reading: Reading, here: int) -> bool:
    """Tell whether a word that no dictionary has stands in quotation marks, and its meaning is asked for."""
    quoted = reading.word(here - 1) in {'"', "“", "'", "‘", "``"}
    return (
        quoted and not _ASKS_MEANING.isdisjoint(reading.words) and reading.word(here + 1) in {'"', "”", "'", "’", "''"}
    )


def _stems(word: str) -> Iterator[str]:
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + instead


def _is_derived(word: str) -> bool:
    """Tell a compound or a regular derivation of common words (`unhelpful`, `smartphone`) from a word of its own."""
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if word.startswith(prefix) and (_is_usual(rest) or _has_ending(rest)):  # "unreadable"
            return True
    if _has_ending(word):
        return True
    cuts = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    return any(_is_part(word[:cut]) and _is_part(word[cut:]) for cut in cuts) and not domains(word)


def _has_ending(word: str) -> bool:
    for ending, instead in _SUFFIXES:
        if word.endswith(ending):
            base = word.removesuffix(ending)
            doubled = len(base) > _SHORTEST_PART and base[-1] == base[-2]
            if _is_usual(base + instead) or (doubled and _is_usual(base[:-1] + instead)):
                return True
    return False


def _is_usual(word: str) -> bool:
    return len(word) > _SHORTEST_PART and zipf(word) >= _BASE_ZIPF and is_known(word)


def _is_part(word: str) -> bool:
    return zipf(word) >= _PART_ZIPF and is_known(word) and (len(word) > _SHORTEST_PART or word in _SHORT_PARTS)


_PART_ZIPF = 3.7
_SHORT_PARTS = frozenset(
    "air arm art bag bar bed box boy bus cab can cap car cat cup cut day dog ear egg eye fan fat fly fog fun"
    " gas gun hat hay head ice ink jam jet job key kid lap law leg lid lip log man map mat mix mud net nut oil"
    " out pad pan pay pea pen pet pie pig pin pit pop pot raw red rib rod row rug run sea sky sun tap tax tea"
    " tip toe top toy tub van war wax way web wet wig zip".split()
)


def _word_rarity(reading: Reading) -> list[WordSpan]:
    return [(here, here + 1) for here in rare_words(reading)]


WORD_RARITY = Property("word_rarity", _word_rarity, needs="tags")
