"""`expand`: keywords become a question, and a short and wide question names the angles that its answer may have.

By rule: `python list sort` asks how to sort a list (`keywords`), `what's the best port?` for criteria (`angles`), and a
vague request asks to be asked. What the session's memory says with the query's rare words comes as a background. A
particular question is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riffler.bandits.arms.angles import VAGUE, angle_of, points
from riffler.bandits.arms.base import Rewrite, room
from riffler.bandits.arms.keywords import FORMS, SURE, question_of
from riffler.bandits.arms.prompting import filled
from riffler.bandits.background import background
from riffler.bandits.facts import WORD, facts
from riffler.bandits.guard import check
from riffler.bandits.people import PERSON, of_name
from riffler.bandits.query import Query
from riffler.bandits.syntax import SUBJECTS, is_parsed
from riffler.bandits.words import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, REQUEST_VERBS

if TYPE_CHECKING:
    from spacy.tokens import Token

_MOST_KEYWORDS = 8
_SHORT_WORDS = 9
_ENDS = ".!?…"
_QUOTES = '"“'

_FINITE = AUXILIARIES | frozenset(
    "i you he she it we they this there let's im ive id youre dont doesnt didnt cant wont isnt whats wheres hows whos"
    " wich".split()
)
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
    r"|(?:please\s+)?(?:explain|describe)\s+"
    r"(?P<thing>[^\W\d_]+(?: [^\W\d_]+)?)[.!?]*$",
    re.IGNORECASE,
)
_HOW_TO = re.compile(r"how to\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Expand:
    """Says what kind of answer is wanted."""

    name: str = "expand"
    version: str = "2"
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
    made = _made(query, text, words)
    return made if made is not None and check(query.text, made).kept else None


def _made(query: Query, text: str, words: list[str]) -> str | None:
    if all(word in _VAGUE for word in words) and not facts(text):
        if words[0] in QUESTION_WORDS and words[1:] == ["are", "you"]:
            return None
        return f"{_ended(text)} {VAGUE}"
    wide = _WIDE.match(text)
    if wide is not None:
        if points(words) or ("explain" not in words and _may_be_somebody(wide["topic"] or wide["thing"])):
            return None  # `what it is` isn't asked of people
        angle = "why it matters" if wide["topic"] else "how it works"
        return f"{_ended(text)} Say what it is, {angle}, and give an example."
    if _may_be_keywords(text, words):
        return question_of(text, FORMS if _are_keywords(query, text) else SURE)
    angle = angle_of(text)
    asks = words[0] in QUESTION_WORDS | AUXILIARIES
    return f"{_ended(text, '?' if asks else '.')} {angle}" if angle else None


def _may_be_somebody(topic: str) -> bool:
    """Tell whether a topic has a name, and nothing shows that it is a thing's."""
    named = topic[0].isupper() and not topic.isupper()
    return named and not of_name(tuple(topic.split())).isdisjoint(PERSON)


def _ended(text: str, mark: str = ".") -> str:
    return text if text.endswith(tuple(_ENDS)) else f"{text}{mark}"


def _may_be_keywords(text: str, words: list[str]) -> bool:
    """Tell whether nothing shows that a text is a sentence: no mark at its end, no question word, no auxiliary."""
    if len(words) > _MOST_KEYWORDS or text != text.rstrip(_ENDS) or not (text[0].isalnum() or text[0] in _QUOTES):
        return False
    if _HOW_TO.match(text):
        return True
    return words[0] not in QUESTION_WORDS | REQUEST_VERBS | AUXILIARIES and _FINITE.isdisjoint(words)


def _are_keywords(query: Query, text: str) -> bool:
    """Tell a list of words from a sentence by the parse."""
    return _HOW_TO.match(text) is not None or not is_parsed(query.doc) or not any(map(_speaks, query.doc))


def _speaks(token: Token) -> bool:
    """Tell whether a word makes a sentence of the others: a finite verb with a subject, an order, an interjection."""
    if token.dep_ in SUBJECTS:
        return token.head.tag_ in {"VBD", "VBZ", "VBP"}
    return token.pos_ == "INTJ" or (token.tag_ == "VB" and token.dep_ == "ROOT" and token.i == 0)
