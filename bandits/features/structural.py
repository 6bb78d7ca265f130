"""Structural features that need no parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.features.base import Feature, Spans, words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

_PRONOUNS = frozenset(["he", "him", "his", "she", "her", "hers", "it", "its", "they", "them", "their", "theirs"])
_DEMONSTRATIVES = frozenset(["this", "that", "these", "those"])
_VERBS_AFTER = frozenset(["is", "are", "was", "were", "does", "do", "did", "mean", "means", "work", "?", ".", ","])


def _anaphora(doc: Doc) -> Spans:
    """Find pronouns of the third person, and demonstratives that stand alone ("what is this?", not "this lake")."""
    alone = tuple(
        (token.idx, token.idx + len(token.text))
        for token in doc
        if token.lower_ in _DEMONSTRATIVES and (token.i + 1 == len(doc) or doc[token.i + 1].lower_ in _VERBS_AFTER)
    )
    return words_in(doc, _PRONOUNS) + alone


STRUCTURAL = (
    Feature(
        "anaphora",
        "structural",
        "A pronoun of the third person, or a demonstrative without a noun, points to something named elsewhere.",
        _anaphora,
    ),
)
