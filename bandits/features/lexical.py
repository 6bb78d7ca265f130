"""Lexical features that need no parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.features.base import Feature, Spans, words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

NEGATIONS = frozenset(
    ["not", "n't", "n’t", "never", "no", "none", "nobody", "nothing", "nowhere", "neither", "nor", "without", "cannot"]
)
_SUPERLATIVES = frozenset(["most", "least", "best", "worst", "latest", "furthest", "farthest", "eldest"])
_NO_SUPERLATIVES = frozenset(
    [
        "rest",
        "test",
        "west",
        "guest",
        "request",
        "interest",
        "forest",
        "quest",
        "contest",
        "protest",
        "honest",
        "nest",
        "chest",
        "harvest",
        "manifest",
        "modest",
        "invest",
        "suggest",
        "arrest",
        "northwest",
        "southwest",
        "digest",
    ]
)
_SHORTEST_SUPERLATIVE = 5


def _negation(doc: Doc) -> Spans:
    return words_in(doc, NEGATIONS)


def _superlative(doc: Doc) -> Spans:
    """Find irregular superlatives, and words on -est that are no known noun, verb or adjective on -est."""
    regular = tuple(
        (token.idx, token.idx + len(token.text))
        for token in doc
        if token.lower_.endswith("est")
        and len(token.text) >= _SHORTEST_SUPERLATIVE
        and token.lower_ not in _NO_SUPERLATIVES | _SUPERLATIVES
        and (token.is_lower or token.is_sent_start)
    )
    return words_in(doc, _SUPERLATIVES) + regular


LEXICAL = (
    Feature("negation", "lexical", "A word negates: not, no, never, nothing, without and their like.", _negation),
    Feature("superlative", "lexical", "A superlative: most, least, an irregular one, or one on -est.", _superlative),
)
