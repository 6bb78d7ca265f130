"""`simplify`: what frames a question without being part of it is dropped.

By rule go sentences that only tell a story (`stories`, from the parse), greetings and politeness ("hello, could you
please tell me"), fillers between commas ("basically"), asides in round brackets, function words and marks said twice.
A cut is made only where it touches no number, quoted string, negation or name (`facts`), and the whole only where the
guard lets it pass, so what the question depends on stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from riffler.bandits.arms.base import Rewrite
from riffler.bandits.arms.prompting import filled
from riffler.bandits.arms.stories import without_stories
from riffler.bandits.facts import facts
from riffler.bandits.guard import check
from riffler.bandits.query import Query
from riffler.bandits.words import ANSWERING_VERBS, REQUEST_VERBS

_STARTS = r"(?:^\s*|(?<=[.!?]\s))"
_WH = r"(?:what|when|where|which|who|whom|whose|why|how|if|whether)\b"
# Words that ask as a question does: "what is it", "who won"; and not "what it is", which is no question by itself.
_DIRECT = (
    r"(?:(?:what|when|where|which|whose|why|how|whom)\s+(?:am|are|can|could|did|do|does|had|has|have|is|may|might|must|shall"
    r"|should|was|were|will|would)\b"
    r"|who\s+(?!(?:i|you|he|she|it|we|they|the|an?|my|your|his|her|its|our|their|this|that|these|those|to)\b)(?=[a-z]))"
)
_VERB = rf"(?:{'|'.join(sorted(REQUEST_VERBS))})\b"
# After "could you": of other verbs the act is an answer only when somebody gets it, as in "could you give me".
_ASKED = rf"(?:(?:{'|'.join(sorted(ANSWERING_VERBS))})\b|(?:{'|'.join(sorted(REQUEST_VERBS))})\s+(?:me|us)\b)"
_ORDER = re.compile(rf"{_VERB}.*\w\?$", re.IGNORECASE | re.DOTALL)
_SOFT = r"(?:(?:please|kindly|possibly|perhaps|maybe)\s+)*"
_FILLER = (
    r"(?:actually|basically|honestly|literally|frankly|obviously|of\ course|to\ be\ honest|by\ the\ way|you\ know"
    r"|i\ mean|i\ guess|i\ suppose|um+|uh+|erm+|hmm+)"
)
_TWICE = (
    "the a an is are was were of to in on for and or what how why who when where which do does did can could would my"
    " this it you i we they with at from by as be very really"
).replace(" ", "|")

# Each drops its group `cut`. They are tried in order, again and again while one of them drops something.
_RULES = tuple(
    re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    for pattern in (
        # "Hello there, ...", "Good morning!"
        rf"""{_STARTS}(?P<cut>(?:(?:hi|hello|hey|greetings|dear\ (?:all|team)|good\ (?:morning|afternoon|evening|day))
            (?:\ (?:there|all|everyone|everybody|team|folks))?\s*[,!.:;]+\s*)+)""",
        # "So, ...", "OK then, ...": with a comma, or before a question word
        rf"""{_STARTS}(?P<cut>(?:so|well|ok|okay|anyway|right|alright|now)(?:\ then)?\s*,\s*
            |(?:so|ok|okay)\s+(?={_WH}))""",
        # "I hope you are well.", "Sorry to bother you, but ...", "Quick question: ...", "Just curious, ..."
        rf"""{_STARTS}(?P<cut>(?:i\ hope\ (?:you\ are|you['’]re|this\ finds\ you)\ (?:doing\ )?well
            |sorry\ to\ bother\ you|excuse\ me|just\ curious
            |(?:just\ )?(?:a\ )?quick\ question|i\ have\ a\ (?:quick\ )?question)
            \s*[,:;.!]+\s*(?:but\s+)?)""",
        # "I was wondering if you could ..."
        rf"""{_STARTS}(?P<cut>i(?:\ was|\ am|['’]m)?\ (?:just\ )?wonder(?:ing)?\ (?:if|whether)
            \ (?:you\ (?:could|can|would|might)\ {_SOFT}))(?={_ASKED})""",
        # "I would like to know what ...", "Do you know who ..."
        rf"""{_STARTS}(?P<cut>(?:i(?:\ would|['’]d)\ (?:really\ )?(?:like|love)\ to|i\ (?:just\ )?want\ to)\ know\s+
            |i\ (?:was|am)\ (?:just\ )?wondering\s+|do\ you\ (?:happen\ to\ )?know\s+)(?={_DIRECT})""",
        # "Could you please explain ...": a verb of telling or making must follow
        rf"""{_STARTS}(?P<cut>(?:can|could|will|would)\ you\ {_SOFT})(?={_ASKED})""",
        # "Please explain ..."
        rf"""{_STARTS}(?P<cut>(?:please|kindly)\s*,?\s*)(?={_VERB}|{_WH})""",
        # "Tell me: what is ..."
        rf"""{_STARTS}(?P<cut>(?:tell\ me|let\ me\ know)\s*[,:]?\s+)(?={_DIRECT})""",
        # "..., please?", "... if possible."
        r"(?<=\S)(?P<cut>,?\s+(?:please|if\ possible))(?=\s*(?:[?.!]|$))",
        # "... Thanks a lot!" at the end
        r"(?<=[.?!])(?P<cut>\s+(?:many\ )?(?:thanks|thank\ you)"
        r"(?:\ (?:a\ lot|so\ much|very\ much|in\ advance))*\s*[.!]*\s*$)",
        # "Basically, ...", "it is, you know, big"
        rf"{_STARTS}(?P<cut>{_FILLER}\s*,\s*)",
        rf"(?P<cut>,\s*{_FILLER}\s*,)(?=\s)(?!\s+(?:i|you|he|she|it|we|they|and|but|so)\b)",
        r"(?P<cut>\b(?:um+|uh+|erm+|hmm+)\b[,.…]*\s+)",
        # An aside of at least two words that adds no condition: "(the one I told you about)", but not "(in miles)"
        r"""(?<=\w)(?P<cut>\s+\((?!(?:in|at|on|for|from|to|by|with|without|using|only|except|excluding|including|if|unless|not|eg
            |ie|or|and|per|as|under|over|than|before|after|during|since|until|both|all|any)\b)[a-z]+(?:[\s,]+[a-z'’]+)+[.!]?\))""",
        # "the the"
        rf"\b(?P<once>{_TWICE})(?P<cut>(?:\s+(?P=once))+)\b",
        # "what?!", "what!?", "now!!!"
        r"(?<=\w)(?P<cut>!+)(?=\?)",
        r"(?<=\w[?!])(?P<cut>[?!]+)(?=\s|$)",
    )
)
_MOST_ROUNDS = 4
_LONG_WORDS = 25
"""The engine may find something to drop in a query of so many words."""


def simplified(text: str) -> str:
    """Drop from a question what isn't part of it.

    Args:
        text: The question.

    Returns:
        The shorter question; the text itself where nothing is dropped, nothing would be left, or the guard objects.
    """
    kept = text
    for _ in range(_MOST_ROUNDS):
        before = kept
        for rule in _RULES:
            kept = _apply(rule, kept)
        if kept == before:
            break
    if kept == text:
        return text
    kept = kept.strip()
    if _ORDER.match(kept):
        kept = f"{kept[:-1]}."  # an order that ends as a question would ask for two things
    if text.lstrip()[:1].isupper() and kept.split(" ", 1)[0].islower():
        kept = kept[:1].upper() + kept[1:]
    return kept if any(map(str.isalnum, kept)) and check(text, kept).kept else text


def _apply(rule: re.Pattern[str], text: str) -> str:
    cuts = [match.span("cut") for match in rule.finditer(text)]
    if not cuts:
        return text
    held = bytearray(len(text))
    for fact in facts(text):
        held[fact.start : fact.end] = b"\1" * (fact.end - fact.start)
    pieces: list[str] = []
    end = 0
    for start, stop in cuts:
        if not any(held[start:stop]):
            pieces.append(text[end:start])
            end = stop
    return "".join([*pieces, text[end:]])


@dataclass(frozen=True, slots=True)
class Simplify:
    """Drops frames, fillers, repetitions and stories."""

    name: str = "simplify"
    version: str = "4"
    asks: bool = True

    def by_rule(self, query: Query) -> Rewrite | None:
        """Give the shorter question; None where there is nothing to drop."""
        text = query.text
        plain = without_stories(query.doc)
        plain = simplified(plain if plain == text or check(text, plain).kept else text)
        return Rewrite(plain) if plain != text and check(text, plain).kept else None

    def prompt(self, query: Query) -> Rewrite | None:
        """Ask for a plainer question; None where the query is short, and the rule has nothing to drop."""
        long = len(query.text.split()) >= _LONG_WORDS
        return Rewrite(filled("simplify", query=query.text)) if long or self.by_rule(query) is not None else None
