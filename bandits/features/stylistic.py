"""Stylistic features that need no parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.features.base import Feature, Spans, words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

_MANY_WORDS = 30
_SUBJECTIVE = frozenset(
    [
        "think",
        "believe",
        "feel",
        "opinion",
        "favourite",
        "favorite",
        "good",
        "bad",
        "nice",
        "awful",
        "beautiful",
        "boring",
        "amazing",
        "terrible",
        "great",
        "wonderful",
        "horrible",
        "prefer",
        "hopefully",
        "sadly",
        "unfortunately",
        "personally",
    ]
)
_VAGUE = frozenset(
    [
        "thing",
        "things",
        "stuff",
        "something",
        "someone",
        "somebody",
        "somewhere",
        "somehow",
        "anything",
        "whatever",
        "etc",
        "etc.",
        "kind",
        "sort",
    ]
)


def _excessive_details(doc: Doc) -> Spans:
    words = sum(not (token.is_punct or token.is_space) for token in doc)
    return ((0, len(doc.text)),) if words > _MANY_WORDS else ()


def _subjectivity(doc: Doc) -> Spans:
    return words_in(doc, _SUBJECTIVE)


def _lack_of_specificity(doc: Doc) -> Spans:
    return words_in(doc, _VAGUE)


STYLISTIC = (
    Feature("excessive_details", "stylistic", f"The query has more than {_MANY_WORDS} words.", _excessive_details),
    Feature("subjectivity", "stylistic", "A word judges, feels or asks for an opinion.", _subjectivity),
    Feature(
        "lack_of_specificity",
        "stylistic",
        "A vague word stands for a name: thing, stuff.",
        _lack_of_specificity,
    ),
)
