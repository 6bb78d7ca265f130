"""`simplify`: what is beside the question is dropped, and the clause that asks stays with all that narrows its answer.

By rule go the story of how the question came up (`stories`, from the parse), and what frames it (`frames`). The whole
goes only where the guard lets it pass; else less is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.arms.base import Rewrite
from riffler.bandits.arms.frames import unframed
from riffler.bandits.arms.prompting import filled
from riffler.bandits.arms.stories import story
from riffler.bandits.guard import check
from riffler.bandits.query import Query

_LONG_WORDS = 25
"""The engine may find something to drop in a query of so many words."""


@dataclass(frozen=True, slots=True)
class Simplify:
    """Drops stories, frames, fillers and repetitions."""

    name: str = "simplify"
    version: str = "5"
    asks: bool = True

    def by_rule(self, query: Query) -> Rewrite | None:
        """Give the shorter question; None where there is nothing to drop."""
        plain = _shortest(query)
        return Rewrite(plain) if len(plain.split()) < len(query.text.split()) else None

    def prompt(self, query: Query) -> Rewrite | None:
        """Ask for a plainer question; None where the query is short, and the rule has nothing to drop."""
        long = len(query.text.split()) >= _LONG_WORDS
        return Rewrite(filled("simplify", query=query.text)) if long or self.by_rule(query) is not None else None


def _shortest(query: Query) -> str:
    """Drop as much as the guard lets go: the whole story, or what of it can be spared."""
    text = query.text
    told = story(query.doc)
    if told is not None:
        plain = unframed(told.without(told.goes))
        if check(text, plain).kept:
            return plain
        gone: tuple[int, ...] = ()
        for number in told.goes:
            if check(query.text, told.without((*gone, number))).kept:
                gone = (*gone, number)
        text = told.without(gone)
    plain = unframed(text)
    return plain if check(query.text, plain).kept else text
