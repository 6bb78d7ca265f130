"""Features of semantic grounding that need no parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.features.base import Feature, Spans, words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

_ASKING = frozenset(["who", "whom", "whose", "what", "which", "when", "where", "why", "how"])
_IMPERATIVES = frozenset(
    [
        "name",
        "list",
        "give",
        "tell",
        "explain",
        "describe",
        "find",
        "show",
        "compare",
        "summarise",
        "summarize",
        "define",
        "calculate",
        "translate",
        "write",
        "count",
    ]
)
_CONSTRAINTS = frozenset(
    ["before", "after", "since", "until", "during", "only", "except", "between", "within", "exactly", "unless"]
)


def _intention(doc: Doc) -> Spans:
    """Find a question word anywhere, or an imperative of asking at a sentence's start."""
    imperatives = tuple(
        (token.idx, token.idx + len(token.text))
        for token in doc
        if token.lower_ in _IMPERATIVES and (token.is_sent_start or doc[token.i - 1].lower_ == "please")
    )
    return words_in(doc, _ASKING) + imperatives


def _constraints(doc: Doc) -> Spans:
    numbers = tuple((token.idx, token.idx + len(token.text)) for token in doc if token.like_num)
    return words_in(doc, _CONSTRAINTS) + numbers


def _named_entities(doc: Doc) -> Spans:
    """Find capitalised words inside a sentence; the pronoun I is none."""
    return tuple(
        (token.idx, token.idx + len(token.text))
        for token in doc
        if token.text[:1].isupper() and token.is_alpha and not token.is_sent_start and token.text != "I"
    )


GROUNDING = (
    Feature(
        "intention_grounding",
        "semantic grounding",
        "What is wanted is said: a question word, or an imperative of asking.",
        _intention,
    ),
    Feature(
        "contextual_constraints",
        "semantic grounding",
        "The answer is bounded by a time, a number or a condition.",
        _constraints,
    ),
    Feature(
        "named_entities",
        "semantic grounding",
        "A proper name stands inside a sentence, by its capital.",
        _named_entities,
    ),
)
