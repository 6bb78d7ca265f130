"""Why an arm has nothing to do on a query, for people to read. What decides is the arm itself (`begin`)."""

from __future__ import annotations

from riffler.bandits.arms.base import Making
from riffler.bandits.features.language import is_english
from riffler.bandits.glossary import gerunds, terms
from riffler.bandits.pronouns import anaphors
from riffler.bandits.query import Query
from riffler.bandits.syntax import is_parsed

_IDLE = {
    "paraphrase": "no other wording is known for a query of this form",
    "simplify": "nothing to drop",
    "disambiguate": "what was said doesn't settle what a pronoun stands for",
    "expand": "the query says what it wants",
    "clarify": "neither the session nor the glossary explains its words",
}
"""What it comes down to where nothing nearer is wrong."""
_ANY_LANGUAGE = frozenset({"none", "reread"})


def why_idle(arm: str, query: Query, making: Making) -> str:
    """Say why an arm isn't offered.

    Args:
        arm: The name of an arm that has nothing to do on the query.
        query: The query.
        making: Who would word it.

    Returns:
        The first of these that holds: nothing is asked; rules can't read it; what the arm works on isn't there; what
        was said before is missing. Else what it comes down to.
    """
    if not query.text.strip():
        return "the query is empty"
    if making == "rule" and arm not in _ANY_LANGUAGE and not is_english(query.text):
        return "rules read English, and this isn't evidently English"
    if making == "rule" and arm == "paraphrase" and not is_parsed(query.doc):
        return "the query isn't parsed"
    if arm == "disambiguate" and next(anaphors(query.doc), None) is None:
        return "no pronoun to resolve"
    if arm == "clarify" and not terms(query) + gerunds(query):
        return "no term to explain"
    if arm == "disambiguate" and query.remembered is None:
        return "nothing was said before"
    return _IDLE.get(arm, "nothing to do")
