"""`clarify`: special terms are explained in a note after the question, from the session's working memory first.

What the memory doesn't explain is looked up in a small glossary. The engine is asked too where a query has terms of a
field or rare words that neither explains: it may know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from riffler.bandits.arms.base import Rewrite, room
from riffler.bandits.arms.prompting import filled
from riffler.bandits.features.lexicon import domains, is_known, zipf
from riffler.bandits.glossary import Definition, defined, gerunds, terms
from riffler.bandits.glosses import asks_about, glossed
from riffler.bandits.query import Query

Glossary = Callable[[str], Iterable[tuple[str, str]]]
"""Finds the terms in a text that it can explain, each with a short gloss."""

_MOST_EXPLAINED = 2
_RARE_ZIPF = 2.5
"""A noun that is met more seldom may need an explanation."""


@dataclass(frozen=True, slots=True)
class Clarify:
    """Explains terms.

    Attributes:
        glossary: Asked for what the memory doesn't explain.
    """

    name: str = "clarify"
    version: str = "2"
    asks: bool = True
    glossary: Glossary = field(default=glossed, repr=False)

    def by_rule(self, query: Query) -> Rewrite | None:
        """Append what terms mean; None when no term is found, or there is no room."""
        text = query.text.rstrip()
        left = room(query.text)
        drawn_on: list[str] = []
        for found in self._explained(query)[0]:
            note = (
                f" ({found.term} here means {found.meaning}.)" if found.said else f" ({found.term}: {found.meaning}.)"
            )
            if len(note) <= left:
                left -= len(note)
                text += note
                drawn_on.append(found.sentence)
        return Rewrite(text, tuple(drawn_on)) if drawn_on else None

    def prompt(self, query: Query) -> Rewrite | None:
        """Show the engine what the terms mean, as far as it is known; None when the query has no term."""
        found, seen = self._explained(query)
        notes = [f"{each.term}: {each.meaning}" for each in found]
        notes += [f"{term}: (no note)" for term in _unknown(query, seen)][: _MOST_EXPLAINED - len(found)]
        if not notes:
            return None
        prompt = filled("clarify", query=query.text, notes="\n".join(notes))
        return Rewrite(prompt, tuple(each.sentence for each in found))

    def _explained(self, query: Query) -> tuple[list[Definition], list[str]]:
        """Give the definitions that say something new, and all terms that were looked at."""
        found: list[Definition] = []
        seen: list[str] = []
        for each in self._known(query):
            if any(each.term in other or other in each.term for other in seen):
                continue
            seen.append(each.term)
            if each.meaning.lower() not in query.text.lower():
                found.append(each)
            if len(found) == _MOST_EXPLAINED:
                break
        return found, seen

    def _known(self, query: Query) -> Iterator[Definition]:
        remembered = query.remembered
        if remembered is not None:
            words = terms(query) + gerunds(query)
            yield from (said for word in words if (said := defined(word, remembered)) is not None)
        for term, meaning in self.glossary(query.text):
            yield Definition(term, meaning, f"{term}: {meaning}", said=False)


def _unknown(query: Query, seen: Iterable[str]) -> list[str]:
    """Give the terms of fields and the rare words that nothing explains."""
    known = set(map(str.lower, seen))
    return [
        term
        for term in terms(query)
        if term.islower()
        and term not in known
        and not asks_about(query.text, term)
        and (domains(term) or (is_known(term) and zipf(term) < _RARE_ZIPF))
    ]
