"""Common words that another says as well, in any context that the parse shows: exchanged with their inflection.

The list is short and our own. Names, quotes, compounds, terms and what stands beside a hyphen are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from riffler.bandits.arms.inflection import gerund, participle, past, plural, third_person
from riffler.bandits.arms.sentence import Sentence

if TYPE_CHECKING:
    from spacy.tokens import Token

_VERBS = {"buy": "purchase", "purchase": "buy", "select": "choose", "assist": "help", "require": "need"}
_NOUNS = {
    "movie": "film", "fridge": "refrigerator", "advantage": "benefit", "drawback": "disadvantage", "kid": "child",
}  # fmt: skip
_ADVERBS = {
    "usually": "normally", "normally": "usually", "often": "frequently", "frequently": "often", "actually": "really",
}  # fmt: skip
_ADJECTIVES = {
    "bigger": "larger", "larger": "bigger", "hard": "difficult", "difficult": "hard", "famous": "well-known",
}  # fmt: skip
_IRREGULAR = {"child": "children"}
_FORMS: dict[str, Callable[[str], str | None]] = {
    "VB": str, "VBP": str, "VBZ": third_person, "VBD": past, "VBN": participle, "VBG": gerund,
}  # fmt: skip
_QUOTES = frozenset({'"', "“", "”", "``", "''", "`", "‘"})


def swaps(sentence: Sentence) -> dict[int, str]:
    """Find the words to exchange.

    Args:
        sentence: The sentence.

    Returns:
        The new words by the position of the old ones in the document.
    """
    if any(token.text in _QUOTES for token in sentence.tokens):
        return {}
    found = ((token.i, _other(sentence, token)) for token in sentence.tokens if _is_plain(token))
    return {place: new for place, new in found if new is not None}


def _is_plain(token: Token) -> bool:
    """Tell whether a word stands by itself: no name, no part of a compound, no hyphen beside it."""
    doc = token.doc
    beside = [doc[place].text for place in (token.i - 1, token.i + 1) if 0 <= place < len(doc)]
    joined = token.dep_ == "compound" or any(child.dep_ in _JOINED for child in token.children)
    return token.is_alpha and token.text.islower() and not joined and _HYPHENS.isdisjoint(beside)


_JOINED = frozenset({"compound", "compound:prt", "prt"})
_HYPHENS = frozenset({"-", "/"})


def _other(sentence: Sentence, token: Token) -> str | None:
    word, lemma = token.lower_, token.lemma_.lower()
    if token.pos_ == "VERB" and lemma in _VERBS and token.tag_ in _FORMS:
        return _FORMS[token.tag_](_VERBS[lemma])
    if token.pos_ == "NOUN" and lemma in _NOUNS and token.tag_ in {"NN", "NNS"}:
        new = _NOUNS[lemma]
        return (_IRREGULAR.get(new) or plural(new)) if token.tag_ == "NNS" else _with_article(sentence, token, new)
    if token.pos_ == "ADV":
        return _ADVERBS.get(word)
    if token.pos_ == "ADJ" and word in _ADJECTIVES:
        return _with_article(sentence, token, _ADJECTIVES[word])
    return None


def _with_article(sentence: Sentence, token: Token, new: str) -> str | None:
    """Give a word unless the article before it would have to change."""
    before = token.doc[token.i - 1].lower_ if token.i else ""
    vowels = token.lower_[0] in "aeiou", new[0] in "aeiou"
    return None if before in {"a", "an"} and vowels[0] != vowels[1] else new
