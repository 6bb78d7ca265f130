"""Finds the keys whose current value a question asks for.

What is the current value of the harbour fee?                  harbour fee
Report the latest readings for "north gate" and "south gate".  north gate; south gate
What is max_conn set to now?                                   max_conn
Newest status of each of these: red fox, blue owl              red fox; blue owl
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

_NEWEST = (
    r"(?:current(?:ly)?|latest|newest|most[ -]recent(?:ly)?|last(?:[ -](?:known|reported|recorded|stated|given|set))?"
    r"|final|present|(?:most )?up[ -]to[ -]date|actual|freshest|ending|live|now|present-day)"
)
VALUE_NOUNS = (
    r"(?:values?|settings?|status(?:es)?|states?|readings?|entr(?:y|ies)|figures?|numbers?|amounts?|levels?|versions?"
    r"|contents?|assignments?|updates?|records?|measurements?|results?|positions?|prices?|totals?|counts?|balances?)"
)
_AT_THE_END = (
    r"(?:now|currently|right now|at (?:present|the moment|the end|this point|last)|today|in the end|finally|these days"
    r"|by now|most recently|presently|last)"
)
_BE = r"(?:is|are|was|were|'s|’s)"
_IN_THE_TEXT = r"(?:text|log|stream|conversation|list|ledger|file|form|format|following form|messages?|updates?)"
_END = (
    rf"(?=\s*(?:[?!\n]|$|\.(?:\s|$)|[,;]?\s+(?:(?:in|from) the {_IN_THE_TEXT}|according to|as of|at the end"
    r"|after (?:all|the)|given (?:the|all|above)|that (?:you|i|we)|(?:which )?you (?:are|were|have)|based on"
    r"|with(?:out)? (?:one|a|any)|using|please|(?:right )?now|currently|today|stated|recorded|mentioned|reported|above"
    r"|below)\b))"
)

# The asking forms, the surest first; the group `keys` has the keys as the question lists them.
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # the current value of K; the newest status for each of: K, K
        rf"\b{_NEWEST}\s+(?:\w+\s+){{0,2}}?{VALUE_NOUNS}\s*(?:,\s*)?(?:of|for|under|at|on|in|held by"
        rf"|stored (?:in|under|for)):?\s+(?P<keys>.+?){_END}",
        # the value of K now; what value does K have now
        rf"\b{VALUE_NOUNS}\s+(?:of|for)\s+(?P<keys>.+?)\s+{_AT_THE_END}\b",
        rf"\b(?:what|which)\s+(?:\w+\s+)?{VALUE_NOUNS}\s+(?:do|does|did)\s+(?P<keys>.+?)"
        r"\s+(?:(?:currently|now|finally)\s+)?"
        r"(?:have|hold|show|take|carry|end (?:up )?(?:with|on|at))\b",
        # K's current value; the current values: K, K; latest value K
        rf"(?:\b{_BE}|\bme|\breport|^)\s+(?P<keys>.+?)['’]s?\s+{_NEWEST}\s+{VALUE_NOUNS}\b",
        rf"\b{_NEWEST}\s+{VALUE_NOUNS}\s+(?!of\b|for\b|in\b|at\b)(?P<keys>.+?){_END}",
        # what is K now; what is K currently set to; where does K stand now; what did K end up as
        rf"\b(?:what|where|how \w+|who|which \w+)\s*{_BE}\s+(?P<keys>.+?)\s+(?:{_AT_THE_END}|set to|equal to)\b",
        r"\b(?:what|where|how \w+)\s+(?:do|does|did)\s+(?P<keys>.+?)\s+(?:(?:currently|now|finally)\s+)?"
        r"(?:stand|read|say|equal|point to|map to|end up|settle)\b",
        r"\bwhat\s+(?:has|have)\s+(?P<keys>.+?)\s+(?:become|been (?:set|changed|updated) to)\b",
        # what is the current K; report the latest K
        rf"\b(?:the\s+|my\s+|our\s+|its\s+|^){_NEWEST}\s+(?P<keys>(?!{VALUE_NOUNS}\s*[?.:\n]).+?){_END}",
    )
)
_SURE_FORMS = 5
"""So many of the forms, from the first, speak of values; the rest also fit other questions."""

_LISTED = re.compile(
    rf"(?:{VALUE_NOUNS}|keys?|items?|each|following|these|below)[^:\n]{{0,60}}:\s*(?P<keys>[\s\S]+)", re.I
)
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_QUOTED = re.compile(r"\"([^\"\n]{1,120})\"|“([^”\n]{1,120})”|`([^`\n]{1,120})`|(?<!\w)['‘]([^'’\n]{1,120})['’](?!\w)")
_NEWEST_WORD = re.compile(rf"\b(?:{_NEWEST}|{_AT_THE_END})\b|\b(?:become|end(?:s|ed)? up|set to)\b", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\(?\d{1,3}[.)])\s+")
_FILLER = re.compile(
    r"^(?:(?:and|or|both|each|every|all|of|the|these|those|following|my|our|this|that|for|called|named|keys|items|variables"
    r"|names|sensors|entries|fields|(?:(?<=the )|(?<=each )|(?<=every ))(?:key|item|variable|field|entry)(?! ?\d))\b"
    r"[\s:]*)+",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"^(?:it|them|they|each|each one|all|everything|(?:the |these |each )?(?:keys?|items?|ones?))$", re.I
)


_MOST_JOINED = 4
"""Of more parts than that joined by `and`, only the whole and the single parts are tried."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is asked for.

    Attributes:
        name: As the question writes it.
        parts: Where it reads `A and B`, its parts: it may be one key or several; else empty.
    """

    name: str
    parts: tuple[str, ...] = ()

    def readings(self) -> list[tuple[str, ...]]:
        """Give the ways to read it as one or more keys, those of the fewest keys first."""
        if len(self.parts) < 2:
            return [(self.name,)]
        if len(self.parts) > _MOST_JOINED:
            return [(self.name,), self.parts]
        ways: list[tuple[str, ...]] = []
        for joins in product((True, False), repeat=len(self.parts) - 1):
            way = [self.parts[0]]
            for joined, part in zip(joins, self.parts[1:], strict=True):
                way[-1:] = [f"{way[-1]} and {part}"] if joined else [way[-1], part]
            ways.append(tuple(way))
        return sorted(ways, key=len)


def keys_asked(question: str, *, sure: bool = False) -> tuple[Key, ...]:
    """Find the keys whose current value a question asks for.

    Args:
        question: The asking words, without the answer's form.
        sure: Whether only forms count that speak of values.

    Returns:
        The keys in the question's order, each once; empty when it asks for no current value.
    """
    if not _NEWEST_WORD.search(question):
        return ()
    quoted = [next(group for group in match.groups() if group) for match in _QUOTED.finditer(question)]
    if quoted and (not sure or re.search(rf"\b{VALUE_NOUNS}\b", question, re.IGNORECASE)):
        return _unique([Key(name.strip()) for name in quoted])
    for form in _FORMS[:_SURE_FORMS] if sure else _FORMS:
        for match in form.finditer(question):
            keys = _split(match["keys"]) or _pointed(question, match)
            if keys:
                return _unique(keys)
    listed = _LISTED.search(question)
    return _unique(_split(listed["keys"])) if listed else ()


def _pointed(question: str, match: re.Match[str]) -> list[Key]:
    """Find the list that `each key (...)`, `these keys: ...` or `each of them` points to."""
    after = question[match.start("keys") :]
    colon = re.match(r"[^:?\n]{0,60}[:?]\s*(?=\S)([\s\S]+)", after)
    bracket = _IN_BRACKETS.search(question)
    before = re.search(r"[:]\s*([^:\n]+?)[.?]?\s*$", question[: match.start()].rsplit("\n", 1)[0])
    for text in (colon and colon[1], bracket and bracket[1], before and before[1]):
        if text and (keys := _split(text)):
            return keys
    return []


def _split(text: str) -> list[Key]:
    """Part a list of keys at lines, semicolons, commas and its last `and`."""
    text = _FILLER.sub("", text.strip().rstrip("?"))
    bracket = _IN_BRACKETS.search(text)
    if bracket and "," in bracket[1]:
        text = bracket[1]
    pieces = [_BULLET.sub("", piece) for piece in re.split(r"[\n;,]", text)]
    pieces = [piece for piece in (_clean(piece) for piece in pieces) if piece]
    keys: list[Key] = []
    for number, piece in enumerate(pieces):
        parts = [_clean(part) for part in re.split(r"\s+(?:and|&|or)\s+", piece)]
        may_part = len(parts) > 1 and number == len(pieces) - 1 and all(parts)
        keys.append(Key(piece, tuple(parts) if may_part else ()))
    return [key for key in keys if not _POINTING.match(key.name)]


def _clean(piece: str) -> str:
    piece = piece.strip().strip("\"'“”‘’`*").strip()
    piece = _FILLER.sub("", piece + " ").strip() if _FILLER.match(piece + " ") else piece
    return piece.rstrip(".:!?").strip().strip("\"'“”‘’`*")


def _unique(keys: list[Key]) -> tuple[Key, ...]:
    return tuple({key.name.casefold(): key for key in keys}.values())
