"""What frames a question without being part of it: greetings, excuses, small talk, stories of how one came to ask.

Three things are frames: what leads up to "tell me", "I wonder" and the like; clauses of small talk only; and a story of
the one who asks, before a question that stands alone ("he's been asking since Lyon, and ...: why do whales beach
themselves?"). A short statement before a question ("I'm allergic to nuts. What can I eat?") is part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from riffler.bandits.facts.negations import negations
from riffler.bandits.features.lexicon import subjectivity
from riffler.bandits.guard.lists import part, pattern, word_set
from riffler.bandits.guard.questions import clause_kind

_LONGEST = 5000
"""Characters of a text that is looked at: a question is short, and longer texts may be hostile."""

_DIGIT = re.compile(r"\d")
_MOST_FRAMES = 3
"""Frames in a row that are dropped: a greeting, an excuse, a request."""

_CUT = re.compile(r"\.{2,}|…|[!?;:,\n()]|(?<![ .]\w)\.(?=\s|$)|\s[-–—]+\s|\b(?:but|so|and|because)\b", re.IGNORECASE)
_END = re.compile(r"[.!?\n]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SPEAKER = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|im|ive|you|your|u)\b", re.IGNORECASE)
_POINTS = re.compile(part("POINTS"), re.IGNORECASE)
_SELF = re.compile(part("OWN"), re.IGNORECASE)
_SUBORDINATE = re.compile(
    r"\W*(?:if|when|since|given|for|in|at|after|before|as|with|unless|because|while|on|by|without|under|from|during|of|to)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\W*(?:if|given|when|for|suppose|assuming|say)\b", re.IGNORECASE)
_NEEDS = re.compile(f"{part('OWN')}|{part('POINTS')}", re.IGNORECASE)
_ORDER = frozenset({"text", "explain"})
_SHORTEST_STORY, _SHORTEST_OWN_STORY = 12, 16
"""Words of a story that may hold such statements, and of one before a question of the speaker's own."""

_OFFERS = frozenset("can could would will do may might mind any please".split())
_MOST_CLAUSES = 60


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int
    text: str
    asks: bool


def frames(text: str, *, stories: bool = True) -> list[tuple[int, int]]:
    """Find what frames the question of a text.

    Args:
        text: The text, with its quoted strings blanked.
        stories: Whether a story of how one came to ask is a frame.

    Returns:
        Pairs (start, end), in order. Never all of the text's words.
    """
    if len(text) > _LONGEST:
        return []
    found = [match.span() for match in pattern("frames", "fillers").finditer(text)]
    rest = blanked(text, found)
    for _ in range(_MOST_FRAMES):
        spans = [match.span() for match in pattern("frames", "led_up").finditer(rest) if _is_plain(match, rest)]
        if not spans:
            break
        found += spans
        rest = blanked(rest, spans)
    clauses = _clauses(rest)
    if not 1 < len(clauses) <= _MOST_CLAUSES:
        return _joined(found)
    asking = max(
        (number for number, clause in enumerate(clauses) if clause.asks and not _is_talk(clause)), default=None
    )
    needy = asking is not None and _NEEDS.search(clauses[asking].text) is not None
    talk = [clause for number, clause in enumerate(clauses) if number != asking and _is_talk(clause, needy)]
    if len(talk) < len(clauses):
        found += [(clause.start, clause.end) for clause in talk]
    if stories and asking is not None:
        found += _story(rest, clauses, asking, talk)
    return _joined(found)


def _is_plain(match: re.Match[str], text: str) -> bool:
    """Tell whether what leads up to a question holds no number, or only one that the question doesn't need."""
    if not _DIGIT.search(match[0]):
        return True
    over = _END.search(text, match.end())
    question = text[match.end() : over.start() if over else len(text)]
    return not (_POINTS.search(question) or _SELF.search(question))


def blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """Put blanks in the place of stretches of a text.

    Args:
        text: The text.
        spans: Pairs (start, end), in order, which don't overlap.

    Returns:
        A text of the same length.
    """
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
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
            asks = (
                bool(clause_kind(clause.strip())) and not _is_aside(text, start, end) and not _goes_on(text, start, end)
            )
            found.append(_Clause(start, end, clause, asks))
            if len(found) > _MOST_CLAUSES:
                return found
        start = cut.end() if cut else end
    return found


_RELATIVE = re.compile(r"\s*(?:who|which|whose|where)\b", re.IGNORECASE)
_WISH = re.compile(
    r"\W*i(?:['’]?d| would)? (?:really )?(?:love|like|want|need) to (?:prove|win|settle|show|check)\b", re.IGNORECASE
)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Tell whether a clause has its subject before an "and", so that it asks nothing: "and doesn't eat pork"."""
    if not _JOINED.search(text, max(0, start - 4), start) or not _VERB.match(text, start):
        return False
    over = _END.search(text, end)
    return over is None or over[0] != "?"


_JOINED = re.compile(r"(?:and|but|so)$", re.IGNORECASE)
_VERB = re.compile(
    r"\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must)(?:n['’]t)?\b", re.IGNORECASE
)


def _is_aside(text: str, start: int, end: int) -> bool:
    """Tell whether a clause that looks like a question is a relative one, or says what the answer is wanted for."""
    if text[end : end + 1] == "?":
        return False
    return _WISH.match(text, start, end) is not None or (
        text[start - 1 : start] == "," and _RELATIVE.match(text, start, end) is not None
    )


_FELT = 0.5
"""From here on an adjective says how the speaker feels, and not how things are."""


def _is_talk(clause: _Clause, needy: bool = False) -> bool:
    """Tell whether a clause is small talk only; beside a question of the speaker's own it must show it."""
    words = [word.lower().replace("’", "'").split("'")[0] for word in _WORD.findall(clause.text)]
    content = [word for word in words if word not in word_set("words", "grammar") and len(word) > 1]
    talk = word_set("words", "frame") | word_set("words", "chatter")
    spoken = _SPEAKER.search(clause.text) is not None
    if any(word not in talk and not (spoken and not needy and (subjectivity(word) or 0) >= _FELT) for word in content):
        return False
    if not content:
        return spoken and not clause.asks and not _DIGIT.search(clause.text)  # "I'm 16"
    if needy and not any(word in word_set("words", "frame") for word in content):
        return False
    if clause.asks:
        return spoken and any(word in word_set("words", "frame") for word in content) and words[0] in _OFFERS
    return spoken or not _SUBORDINATE.match(clause.text)


_INSIDE = re.compile(
    r"(?<=\w)s\b[^.!?\n]{0,60}?\s(?:they|them|their)\b|\bthose (?:in|of|from|who|that|with|on|at)\b"
    r"|(?<=\w{3} )(?:before|after|when|while|until|till|once|and|or|without|if|because)\b"
    r"[^.!?\n]{0,40}?\b(?:its?|they|them|their)\b",
    re.IGNORECASE,
)
"""What points to something of the question itself: "how do penguins keep their eggs warm"."""

_ANYBODY = re.compile(
    r"\b(?:how|where|which|what)\b[^.?!\n]{0,40}?\b(?:do|did) i\b|\bhow (?:\w+ )?(?:can|could|would|should) i\b",
    re.IGNORECASE,
)
"""Who asks how to do something, as anybody might."""


def _story(text: str, clauses: list[_Clause], asking: int, talk: list[_Clause]) -> list[tuple[int, int]]:
    """Find the stories before and after a question that stands alone."""
    asked = clauses[asking]
    over = _END.search(text, asked.start)
    end = over.end() if over else len(text)
    question = text[asked.start : end]
    if _POINTS.search(_INSIDE.sub(" ", question)):
        return []
    mine = _SELF.search(question) is not None
    own = _SELF.search(_ANYBODY.sub(" ", question)) is not None
    found = [(clause.start, clause.end) for clause in clauses[:asking] if not own and _is_heading(text, clause)]
    if _is_story(clauses[:asking], talk, own, mine):
        found.append((clauses[0].start, asked.start))
    rest = [clause for clause in clauses[asking + 1 :] if clause.start >= end]
    if not _ORDER.isdisjoint(clause_kind(asked.text)) or own:
        return found
    if _is_story(rest, talk, own, mine):
        found.append((rest[0].start, len(text)))
    return found


def _has_talk(clause: _Clause) -> bool:
    talk = word_set("words", "frame") | word_set("words", "chatter")
    return any(word.lower() in talk for word in _WORD.findall(clause.text))


def _is_heading(text: str, clause: _Clause) -> bool:
    """Tell whether a clause only calls for attention: "question for the hive mind:", "ugh, brain fog."."""
    words = [word.lower() for word in _WORD.findall(clause.text)]
    orders = word_set("questions", "make") | word_set("questions", "give") | word_set("questions", "explain")
    if clause.asks or words[0] in orders or _DIGIT.search(clause.text) or _CAPITAL.search(clause.text):
        return False
    if _denies(clause):
        return False
    mark = text[clause.end : clause.end + 1]
    talk = word_set("words", "frame") | word_set("words", "chatter")
    return (mark in {".", "!", "…"} and len(words) <= 3) or (mark == ":" and any(word in talk for word in words))


_TOLD = re.compile(
    r"(?:\bnot|\bnever|\bcannot|n['’]?t)\s(?:(?:even|really|quite|fully|ever|yet|to|be|able|been)\s){0,3}"
    r"(?:know|knew|find|found|sleep|slept|sleeping|believe|remember|wait|agree|answer|bore|reach|understand|understood"
    r"|paid attention|pay attention|being funny|being rude)\b"
    r"|\bno (?:idea|clue|luck|hurry|rush|judging|judge?ments?|offen[cs]e)\b",
    re.IGNORECASE,
)
"""Denials that only tell how one came to ask: "I don't know", "I couldn't find it", "no judgement"."""


def _denies(clause: _Clause) -> bool:
    """Tell whether a clause denies something that a question may depend on: "I have no oven"."""
    return any(negations(_TOLD.sub(" ", clause.text)))


_CAPITAL = re.compile(r"\w\W+[A-Z](?![\s'’])")


def _is_story(clauses: list[_Clause], talk: list[_Clause], own: bool, mine: bool) -> bool:
    """Tell whether clauses tell how one came to ask, and no condition of the question."""
    # Before a question with the speaker in it ("how can I bake bread?") no story denies anything; before others only a
    # long one may.
    left = [clause for clause in clauses if clause not in talk]
    if not left or any(clause.asks for clause in left) or _CONDITION.match(left[0].text):
        return False
    told = sum(len(_WORD.findall(clause.text)) for clause in clauses)
    if (mine or told < _SHORTEST_OWN_STORY) and any(map(_denies, left)):
        return False
    if not own:
        return True
    if any(_DIGIT.search(clause.text) for clause in left):
        return False
    return any(_SPEAKER.search(clause.text) for clause in clauses) and (
        told >= _SHORTEST_OWN_STORY or all(_has_talk(clause) for clause in left)
    )
