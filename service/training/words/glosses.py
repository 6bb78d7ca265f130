"""Short glosses of terms that a general reader may not know: WordNet's, of terms with one sense or one by far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from riffler.service.training.words.wordnet import Synset, WordNet

LONGEST_GLOSS = 110
"""In characters."""
_MAIN_SHARE = 0.85
_LEAST_ZIPF, _MOST_ZIPF, _MOST_ZIPF_OF_OTHERS = 1.3, 3.5, 2.3
"""A single word that is met more seldom is hardly asked about, and one that is met more often is known; words that are
no terms of a field sooner."""
_PLAIN_ZIPF = 2.4
"""A gloss with a word that is met more seldom explains nothing."""
_FILES = frozenset(
    "noun.act noun.artifact noun.attribute noun.body noun.cognition noun.communication noun.event noun.group"
    " noun.phenomenon noun.possession noun.process noun.quantity noun.relation noun.shape noun.state"
    " noun.substance".split()
)
"""What a dictionary explains. A plant or an animal is named by another name there."""
_ASIDE = re.compile(r"\s*\([^()]*\)")
_UNFIT = re.compile(
    r"\b(?:offensive|derogatory|disparag\w+|slang|obscene|vulgar|ethnic|informal|sex\w*|intercourse|blacks?|negro\w*"
    r"|jews?|gyps\w+|races?)\b|[():`\"]"
)
_DERIVED = re.compile(r"(?:ness|ity|ion|ment|ing|ship|hood|er|or|ster|ability)$")
"""Words that are understood from those they come from."""
_WORD = re.compile(r"[a-z]{4,}")


def glosses(wordnet: WordNet, terms: Iterable[str], zipf: Callable[[str], float]) -> dict[str, str]:
    """Collect glosses.

    Args:
        wordnet: Where they are from.
        terms: Terms of fields, in lower case with spaces.
        zipf: How often a word is met.

    Returns:
        A gloss for each term that has one sense, or one with most of its use; without a full stop.
    """
    found = {}
    of_fields = frozenset(terms)
    others = {lemma for lemma, pos in wordnet.index if pos == "n" and lemma.isalpha() and not _DERIVED.search(lemma)}
    for term in sorted(of_fields | others):
        senses = wordnet.senses(term, "n")
        no_noun = any(wordnet.senses(term, pos) for pos in "var")
        if not senses or no_noun or max(share for _, share in senses) < _MAIN_SHARE:
            continue
        synset = max(senses, key=lambda sense: sense[1])[0]
        gloss = _gloss(synset, term)
        most = _MOST_ZIPF if term in of_fields else _MOST_ZIPF_OF_OTHERS
        plain = all(zipf(word) >= _PLAIN_ZIPF for word in _WORD.findall(gloss.lower()))
        if gloss and plain and _is_asked_about(term, most, zipf):
            found[term] = gloss
    return found


def _is_asked_about(term: str, most: float, zipf: Callable[[str], float]) -> bool:
    words = term.replace("-", " ").split()
    if len(words) > 1:
        return all(zipf(word) >= _LEAST_ZIPF for word in words)
    return _LEAST_ZIPF <= zipf(term) <= most


def _gloss(synset: Synset, term: str) -> str:
    """Give the definition of a sense; empty when it is too long, says nothing new or needs more than itself."""
    if synset.file not in _FILES:
        return ""
    text = _ASIDE.sub("", synset.gloss).partition("; ")[0].strip().rstrip(".;,")
    words = {word[:5] for word in _WORD.findall(text.lower())}
    repeats = {word[:5] for word in _WORD.findall(term)} & words
    return "" if repeats or _UNFIT.search(text) or not 10 <= len(text) <= LONGEST_GLOSS else text
