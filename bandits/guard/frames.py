"""What frames a question without being part of it: greetings, excuses, small talk, stories of how one came to ask.

Three things are frames: what leads up to "tell me", "I wonder" and the like; clauses of small talk only; and a story of
the one who asks, before a question that stands alone ("he's been asking since Lyon, and ...: why do whales beach
themselves?"). A short statement before a question ("I'm allergic to nuts. What can I eat?") is part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from riffler.bandits.guard.lists import word_set
from riffler.bandits.guard.questions import clause_kind

_WH = r"(?:what|when|where|which|who|whom|whose|why|how|if|whether)\b"
_ASKS = (
    r"(?:know|tell\ (?:me|us)|let\ me\ know|hear|wonder(?:ing|ed)?|ask(?:ing)?(?:\ is)?|find\ out|figure\ out|remind\ me|remember|recall|curious|any\ (?:idea|clue)|explain|questions?(?:\ is)?"
    r"|thinking(?:\ about)?|understand(?:ing)?)"
)
_SOFT = r"(?:\ (?:please|possibly|perhaps|maybe|kindly|just|also|quickly))*"
_LED_UP = re.compile(
    rf"""(?:(?<=[.!?]\s)|^\s*)(?:
    (?!(?:in\ |at\ |for\ |since\ |until\ )?{_WH}(?!\ i['’]m\ really)|should|must|may|is|are|was|were|did|has|have)
        [^.!?\n"“”\d]{{0,200}}?\b(?:{_ASKS}(?:,?\ (?:please|about|once\ more|again))*(?:,[^,.!?]{{1,40}},)?[,:]?\s+(?={_WH})
        |{_ASKS}(?:\ (?:this|that|me))?:\s
        |(?:sorry|question|answer|bother|trouble|obvious|silly|weird|odd|dumb|stupid|pain|rude)\b[^.!?\n"“”\d]{{0,60}}?\bbut\b
        |(?:appreciate\ it|grateful|great|lovely|nice|good|kind|wonderful|helpful|awesome|happy|love\ it|like\ it|brilliant|fantastic)\ if\ you\ (?:could|would|can|might){_SOFT}
        |so\ kind\ as\ to)
    |(?:do|can|could|would|will|wouldn['’]?t|couldn['’]?t)?\s*(?:you|u|anyone|anybody|somebody|someone)(?:\ wouldn['’]?t)?\b[^.!?\n"“”\d]{{0,40}}?\b(?:know|tell\ me|happen\ to\ know)
        \s+(?=(?:the|an?|any)\b)
    |(?:thank|thanks|thx|cheers|sorry|hope|i\ hope|hello|hi|hey|greetings|good\ (?:morning|afternoon|evening|day))\b[^.!?\n"“”\d]{{0,100}}[.!](?=\s|$)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_FILLER = re.compile(
    r"\bif (?:it['’]?s|it is|that['’]?s|that is|it wouldn['’]?t be|it isn['’]?t)(?: not)? (?:too much (?:trouble|bother|to ask|of a bother)|ok(?:ay)?|possible|alright|all right|any trouble)(?: with you)?"
    r"|\bif (?:possible|i may|you (?:can|could|please|will|would|don['’]?t mind))\b(?=\s*(?:[,.?!]|$))|\bas far as (?:you|i) know\b|\bto (?:your|my) knowledge\b|\bby any chance\b|\bfor the love of \w+\b"
    r"|(?<=\bhow|\bwho|\bwhy)\ (?:on earth|in the world|the (?:hell|heck|devil))\b|(?<=\bwhat|\bwhen)\ (?:on earth|in the world|the (?:hell|heck|devil))\b"
    r"|(?<=\bwhere)\ (?:on earth|in the world|the (?:hell|heck|devil))\b|\b(?:how are you(?: doing)?(?: today)?|how['’]?s it going|what['’]?s up|guess what|you know what|you there|are you there|hope (?:you['’]re|you are|all is|this finds you) well)\b\s*\?*"
    r"|\bit['’]?s (?:already |nearly |almost |like |about |past )?\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\b\.?|o['’]clock)"
    r"|^\W*(?:please |kindly )?do the needful(?: and)?\b|\b(?:in advance|once and for all|for the life of me)\b",
    re.IGNORECASE,
)
_MOST_FRAMES = 3
"""Frames in a row that are dropped: a greeting, an excuse, a request."""

_CUT = re.compile(r"\.{2,}|…|[!?;:,\n()]|(?<![ .]\w)\.(?=\s|$)|\s[-–—]+\s|\b(?:but|so|and|because)\b", re.IGNORECASE)
_END = re.compile(r"[.!?\n]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SPEAKER = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|im|ive|you|your|u)\b", re.IGNORECASE)
_POINTS = re.compile(
    r"\b(?:it|its|he|him|his|she|her|hers|they|them|their|this|these|those|former|latter|such)\b|\b(?:is|does|was|did|of|in|for|do|about)\ that\b|^\W*that\b",
    re.IGNORECASE,
)
_SELF = re.compile(r"\b(?:i|me|my|mine|we|us|our)\b", re.IGNORECASE)
_SUBORDINATE = re.compile(r"\W*(?:if|when|since|given|for|in|at|after|before|as|with|unless|because|while|on|by|without|under|from|during|of|to)\b", re.IGNORECASE)
_SHORTEST_STORY, _SHORTEST_OWN_STORY = 10, 16
"""Words of a story before a question of anybody, and before one of the speaker's own."""

_OFFERS = frozenset("can could would will do may might mind any please".split())
_MOST_CLAUSES = 60


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int
    text: str
    asks: bool


def frames(text: str) -> list[tuple[int, int]]:
    """Find what frames the question of a text.

    Args:
        text: The text, with its quoted strings blanked.

    Returns:
        Pairs (start, end), in order. Never all of the text's words.
    """
    found = [match.span() for match in _FILLER.finditer(text)]
    rest = blanked(text, found)
    for _ in range(_MOST_FRAMES):
        spans = [match.span() for match in _LED_UP.finditer(rest)]
        if not spans:
            break
        found += spans
        rest = blanked(rest, spans)
    clauses = _clauses(rest)
    if not 1 < len(clauses) <= _MOST_CLAUSES:
        return _joined(found)
    asking = max((number for number, clause in enumerate(clauses) if clause.asks and not _is_talk(clause)), default=None)
    talk = [clause for number, clause in enumerate(clauses) if number != asking and _is_talk(clause)]
    if len(talk) < len(clauses):
        found += [(clause.start, clause.end) for clause in talk]
    if asking is not None:
        found += _story(rest, clauses, asking, talk)
    return _joined(found)


def blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """Put blanks in the place of stretches of a text.

    Args:
        text: The text.
        spans: Pairs (start, end), in order; of those that overlap the first counts.

    Returns:
        A text of the same length.
    """
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        if start >= end:
            pieces += [text[end:start], " " * (stop - start)]
            end = stop
    return "".join([*pieces, text[end:]])


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _clauses(text: str) -> list[_Clause]:
    found: list[_Clause] = []
    start = 0
    for cut in [*_CUT.finditer(text), None]:
        end = cut.start() if cut else len(text)
        clause = text[start:end]
        if _WORD.search(clause):
            found.append(_Clause(start, end, clause, bool(clause_kind(clause.strip()))))
            if len(found) > _MOST_CLAUSES:
                return found
        start = cut.end() if cut else end
    return found


def _is_talk(clause: _Clause) -> bool:
    """Tell whether a clause is small talk only."""
    words = [word.lower().replace("’", "'").split("'")[0] for word in _WORD.findall(clause.text)]
    content = [word for word in words if word not in word_set("words", "grammar") and len(word) > 1]
    talk = word_set("words", "frame") | word_set("words", "chatter")
    if any(word not in talk for word in content):
        return False
    spoken = _SPEAKER.search(clause.text) is not None
    if not content:
        return spoken and not clause.asks
    if clause.asks:
        return spoken and any(word in word_set("words", "frame") for word in content) and words[0] in _OFFERS
    return spoken or not _SUBORDINATE.match(clause.text)


def _story(text: str, clauses: list[_Clause], asking: int, talk: list[_Clause]) -> list[tuple[int, int]]:
    """Find the story before a question that stands alone."""
    before = [clause for clause in clauses[:asking] if clause not in talk]
    end = _END.search(text, clauses[asking].start)
    question = text[clauses[asking].start : end.start() if end else len(text)]
    if not before or any(clause.asks for clause in before) or _POINTS.search(question):
        return []
    told = sum(len(_WORD.findall(clause.text)) for clause in clauses[:asking])
    least = _SHORTEST_OWN_STORY if _SELF.search(question) else _SHORTEST_STORY
    if told < least or _SUBORDINATE.match(before[0].text) or not any(_SELF.search(clause.text) for clause in before):
        return []
    return [(clauses[0].start, clauses[asking].start)]
