"""Scenario features that need no parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.features.base import Feature, Spans, phrases_in, words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

_TRIGGERS = frozenset(
    [
        "again",
        "still",
        "stop",
        "stopped",
        "anymore",
        "continue",
        "continued",
        "resume",
        "resumed",
        "realise",
        "realize",
        "regret",
        "return",
        "returned",
        "why",
    ]
)
_INDIRECT = frozenset(
    [
        ("can", "you"),
        ("could", "you"),
        ("would", "you"),
        ("will", "you"),
        ("i", "wonder"),
        ("i", "was", "wondering"),
        ("i", "am", "wondering"),
        ("i", "'m", "wondering"),
        ("i", "would", "like"),
        ("i", "'d", "like"),
        ("do", "you", "know"),
        ("any", "idea"),
        ("is", "it", "possible"),
        ("would", "it", "be", "possible"),
    ]
)


def _presupposition(doc: Doc) -> Spans:
    return words_in(doc, _TRIGGERS)


def _pragmatics(doc: Doc) -> Spans:
    return phrases_in(doc, _INDIRECT)


SCENARIO = (
    Feature(
        "presupposition",
        "scenario",
        "A word takes something for granted: an iterative, a verb of change, a factive verb, or a question why.",
        _presupposition,
    ),
    Feature(
        "pragmatics",
        "scenario",
        "The request is indirect: its wording asks about ability or a wish (could you, I would like).",
        _pragmatics,
    ),
)
