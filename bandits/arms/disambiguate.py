"""`disambiguate`: what pronouns stand for is put in their place, from the session's working memory.

By rule only what is plain from the last sentences (`antecedents`), each antecedent once: a second pronoun then has it
in the query. The engine is shown the last sentences, and asked where a pronoun points out of the query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from riffler.bandits.antecedents import Resolved, resolve
from riffler.bandits.arms.base import Rewrite
from riffler.bandits.arms.prompting import filled
from riffler.bandits.pronouns import anaphors
from riffler.bandits.query import Query
from riffler.bandits.syntax import sentences
from riffler.bandits.words import PREPOSITIONS

_SHOWN_SENTENCES = 6
_SHOWN_CHARACTERS = 1500
_CONTRACTION = re.compile(r"['’](?P<rest>re|ve|ll|s)\b(?P<been>\s+(?:been|got|had)\b)?", re.IGNORECASE)
_MOVES = re.compile(
    r"(?:go|get|fly|drive|travel|move|walk|cycle|sail|ride|return|come|take|send|bring|ship|commute)(?:s|es|ing)?"
    r"|going|getting|moving|went|gone|got|flew|drove|driving|came|coming|took|sent|brought",
    re.IGNORECASE,
)
_FULL = {"re": "are", "ve": "have", "ll": "will", "s": "is"}


@dataclass(frozen=True, slots=True)
class Disambiguate:
    """Names what pronouns stand for."""

    name: str = "disambiguate"
    version: str = "2"
    asks: bool = True

    def by_rule(self, query: Query) -> Rewrite | None:
        """Put antecedents in the place of their pronouns; None when none is plain."""
        found = resolve(query)
        if not found:
            return None
        text, end, named = "", 0, set[str]()
        for resolved in found:
            if resolved.antecedent not in named:
                named.add(resolved.antecedent)
                words, stop = _words(query.text, resolved)
                text += query.text[end : resolved.start] + words
                end = stop
        return Rewrite(text + query.text[end:], tuple(dict.fromkeys(resolved.sentence for resolved in found)))

    def prompt(self, query: Query) -> Rewrite | None:
        """Show the engine what was said last; None when nothing was, or no pronoun points out of the query."""
        if query.remembered is None or next(anaphors(query.doc), None) is None:
            return None
        said = [
            sentence.text.strip()
            for passage in islice(query.remembered.recent(), 2)
            for sentence in reversed(sentences(passage.doc))
        ]
        recent = "\n".join(reversed([text for text in said if text][:_SHOWN_SENTENCES]))[-_SHOWN_CHARACTERS:]
        return Rewrite(filled("disambiguate", query=query.text, recent=recent), (recent,)) if recent else None


def _words(text: str, resolved: Resolved) -> tuple[str, int]:
    """Give the words in a pronoun's place, and where the text goes on: a contraction is written out."""
    words, end = resolved.antecedent, resolved.end
    if resolved.place:
        before = text[: resolved.start].split()[-1:]
        verb = "to" if any(_MOVES.fullmatch(word) for word in text[: resolved.start].split()[-3:]) else resolved.place
        return (words if before and before[0].lower() in PREPOSITIONS else f"{verb} {words}"), end
    if not text[: resolved.start].strip():
        words = words[0].upper() + words[1:]
    if resolved.possessive:
        return words + ("'" if words.endswith("s") and resolved.plural else "'s"), end
    short = _CONTRACTION.match(text, end)
    if short is None:
        return words, end
    full = "has" if short["rest"].lower() == "s" and short["been"] else _FULL[short["rest"].lower()]
    return f"{words} {full}", short.end("rest")
