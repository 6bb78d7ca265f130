"""`paraphrase`: the question in other words.

By rule, from the parse: the first of the `wordings` that fits changes the asking sentence, and the rest of the query
stays as it is. Names, numbers, quotes and negations are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.arms.base import Rewrite
from riffler.bandits.arms.prompting import filled
from riffler.bandits.arms.sentence import asking_sentence
from riffler.bandits.arms.wordings import RULES
from riffler.bandits.query import Query
from riffler.bandits.syntax import is_parsed

_LONGEST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """Says it in other words."""

    name: str = "paraphrase"
    version: str = "3"
    asks: bool = True

    def by_rule(self, query: Query) -> Rewrite | None:
        """Change the asking sentence; None without a parse, or where no rule fits."""
        sentence = asking_sentence(query.doc) if is_parsed(query.doc) else None
        if sentence is None or len(sentence.tokens) > _LONGEST_WORDS or query.text.isupper():
            return None
        for rule in RULES:
            words = rule(sentence)
            if words is not None:
                text = query.text
                if text[sentence.start].islower():
                    words = words[0].lower() + words[1:]
                return Rewrite(text[: sentence.start] + words + text[sentence.end :])
        return None

    def prompt(self, query: Query) -> Rewrite | None:
        """Ask for another wording; None for a blank query."""
        return Rewrite(filled("paraphrase", query=query.text)) if query.text.strip() else None
