"""Negative words. What is negative by meaning only ("fail", "illegal") is no fact; the guard weighs it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riffler.bandits.facts.base import Fact

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|without|cannot|hardly|barely|scarcely|seldom|rarely|non(?=-\w))\b"
    r"|n['’]t\b|\b(?:are|ca|did|do|does|had|has|have|is|was|were|wo|could|should|would)nt\b",
    re.IGNORECASE,
)


def negations(text: str) -> Iterator[Fact]:
    """Find the negative words of a text, in its order."""
    for match in _NEGATION.finditer(text):
        yield Fact("negation", "not", *match.span())
