"""`expand`: a short or vague query says what kind of answer is wanted.

By rule: keywords and wide orders (`python list sort`, `tell me about history`) get the angles of an answer, and a vague
request asks to be asked. What the session's memory says with the query's rare words comes as a background. A full
question is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riffler.bandits.arms.base import Rewrite, room
from riffler.bandits.arms.prompting import filled
from riffler.bandits.background import background
from riffler.bandits.facts import WORD, facts
from riffler.bandits.query import Query
from riffler.bandits.syntax import SUBJECTS, is_parsed
from riffler.bandits.words import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, REQUEST_VERBS

if TYPE_CHECKING:
    from spacy.tokens import Token

_MOST_KEYWORDS = 8
_SHORT_WORDS = 9
_ENDS = ".!?…"

_FINITE = AUXILIARIES | frozenset("i you he she it we they this there let's".split())
_PLAIN = (
    AUXILIARIES
    | PREPOSITIONS
    | QUESTION_WORDS
    | frozenset("the a an and or not no with my your our me us i you we it this that please to vs versus".split())
)
_VAGUE = _PLAIN | frozenset(
    "thing things stuff something somthing anything nothing everything some any help need want looking look like idea"
    " ideas work works working nice good better best new old problem issue question case file code text it them more"
    " advice tips info information suggestions do make made give fix mum dad friend".split()
)
_WIDE = re.compile(
    r"(?:(?:please|can you|could you)\s+)?(?:tell me|talk|teach me|write|explain)\s+"
    r"(?:something\s+|everything\s+|more\s+)?(?:about|on)\s+(?P<topic>[^.!?\n]{1,40})[.!?]*$"
    r"|(?:please\s+)?(?:what about|explain|describe)\s+"
    r"(?P<thing>[^\W\d_]+(?: [^\W\d_]+)?)[.!?]*$",
    re.IGNORECASE,
)
_HOW_TO = re.compile(r"how to\s", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:vs\.?|versus|compared (?:to|with)|or)\b", re.IGNORECASE)
_BEST = re.compile(r"\b(?:best|worst|top|cheapest|fastest|easiest|most|least|\w{3,}est)\b", re.IGNORECASE)
_TROUBLE = re.compile(
    r"\b(?:error|errors|exception|denied|failed|fails|failing|broken|crash\w*|returns|cannot|can't|not working)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\b(?:time|year|date|age|size|speed|price|cost|fee|dose|dosage|rate|population|height|weight|length|distance"
    r"|number|maximum|minimum|percentage|temperature|salary|capacity|map|lyrics|definition|meaning)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Expand:
    """Says what kind of answer is wanted."""

    name: str = "expand"
    version: str = "1"
    asks: bool = True

    def by_rule(self, query: Query) -> Rewrite | None:
        """Say what is wanted; None for a blank query, and one that says it already."""
        wanted = _wanted(query)
        if wanted is None:
            return None
        said = background(query.text, _VAGUE, query.remembered)
        most = len(query.text) + room(query.text)
        note = f" For background: {said}."
        for text in (wanted + note, _ended(query.text.strip()) + note) if said else ():
            if len(text) <= most:
                return Rewrite(text, (said,))
        return Rewrite(wanted)

    def prompt(self, query: Query) -> Rewrite | None:
        """Let the engine say it, with the background; None as by rule."""
        if _wanted(query) is None:
            return None
        said = background(query.text, _VAGUE, query.remembered)
        return Rewrite(filled("expand", query=query.text, background=said or "none"), (said,) if said else ())


def _wanted(query: Query) -> str | None:
    text = query.text.strip()
    words = [word.lower() for word in WORD.findall(text)]
    if not words or "\n" in text or len(words) > _SHORT_WORDS:
        return None
    if all(word in _VAGUE for word in words) and not facts(text):
        return f"{_ended(text)} Ask for the details that matter."
    wide = _WIDE.match(text)
    if wide is not None:
        angle = "why it matters" if wide["topic"] else "how it works"
        return f"{_ended(text)} Say what it is, {angle}, and give an example."
    return _from_keywords(text, words) if _are_keywords(query, words) and text == text.rstrip(_ENDS) else None


def _ended(text: str) -> str:
    return text if text.endswith(tuple(_ENDS)) else f"{text}."


def _are_keywords(query: Query, words: list[str]) -> bool:
    """Tell a list of words from a sentence."""
    if len(words) > _MOST_KEYWORDS or not query.text.lstrip()[0].isalnum():
        return False
    if _HOW_TO.match(query.text.lstrip()):
        return True
    if words[0] in QUESTION_WORDS | REQUEST_VERBS | AUXILIARIES or not _FINITE.isdisjoint(words):
        return False
    if not is_parsed(query.doc):
        return True
    return not any(map(_speaks, query.doc))


def _speaks(token: Token) -> bool:
    """Tell whether a word makes a sentence of the others: a finite verb with a subject, an order, an interjection."""
    if token.dep_ in SUBJECTS:
        return token.head.tag_ in {"VBD", "VBZ", "VBP"}
    return token.pos_ == "INTJ" or (token.tag_ == "VB" and token.dep_ == "ROOT" and token.i == 0)


def _from_keywords(text: str, words: list[str]) -> str:
    for fits, make in _FORMS:
        if fits(text):
            return make(text)
    if len(words) == 1:
        return f"Explain {text}: say what it is, and what it can mean."
    opens = f"Explain {text}" if len(words) == 2 else text
    return f"{opens}: say what matters most, and give an example."


_FORMS: tuple[tuple[Callable[[str], object], Callable[[str], str]], ...] = (
    (_HOW_TO.match, lambda text: f"{text[0].upper()}{text[1:]}: give the steps, and say what they are for."),
    (_TROUBLE.search, lambda text: f"{text}: say what causes this, and how to solve it."),
    (_COMPARED.search, lambda text: f"{text}: give the answer, and say how they differ."),
    (_BEST.search, lambda text: f"{text}: give the answer, and say what it rests on."),
    (_AMOUNT.search, lambda text: f"{text}: give the answer, and say what it depends on."),
)
