"""`clarify`: special terms are explained in a note after the question, from the session's working memory first.

What the memory doesn't explain may come from a dictionary that is handed in; none ships yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from riffler.bandits.arms.base import Rewrite, room
from riffler.bandits.arms.prompting import filled
from riffler.bandits.glossary import Definition, defined, terms
from riffler.bandits.query import Query

Dictionary = Callable[[str], str | None]
"""Explains a term in a few words; None for one that it hasn't got."""

_MOST_EXPLAINED = 2


def no_dictionary(_term: str) -> str | None:
    """Explain nothing."""
    return None


@dataclass(frozen=True, slots=True)
class Clarify:
    """Explains terms.

    Attributes:
        dictionary: Asked for what the memory doesn't explain.
    """

    name: str = "clarify"
    version: str = "1"
    asks: bool = True
    dictionary: Dictionary = field(default=no_dictionary, repr=False)

    def by_rule(self, query: Query) -> Rewrite | None:
        """Append what terms mean; None when no term is found, or there is no room."""
        text = query.text.rstrip()
        left = room(query.text)
        drawn_on: list[str] = []
        for found in self._explained(query):
            note = f" ({found.term} here means {found.meaning}.)"
            if len(note) <= left:
                left -= len(note)
                text += note
                drawn_on.append(found.sentence)
        return Rewrite(text, tuple(drawn_on)) if drawn_on else None

    def prompt(self, query: Query) -> Rewrite | None:
        """Show the engine what the terms mean; None when no term is found."""
        found = self._explained(query)
        if not found:
            return None
        notes = "\n".join(f"{each.term}: {each.meaning}" for each in found)
        return Rewrite(filled("clarify", query=query.text, notes=notes), tuple(each.sentence for each in found))

    def _explained(self, query: Query) -> list[Definition]:
        found: list[Definition] = []
        for term in terms(query):
            if any(term in each.term or each.term in term for each in found):
                continue
            said = defined(term, query.remembered) if query.remembered is not None else None
            if said is None:
                meaning = self.dictionary(term)
                said = Definition(term, meaning, f"{term}: {meaning}") if meaning else None
            if said is not None and said.meaning.lower() not in query.text.lower():
                found.append(said)
            if len(found) == _MOST_EXPLAINED:
                break
        return found
