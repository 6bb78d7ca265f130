"""Finds where a text states the value of a key, in the usual notations and in plain sentences.

    red fox: green; blue owl: grey        red fox = green       red fox -> green       red fox | green
    {"red fox": "green"}                  {"key": "red fox", "value": "green"}         key=fox value=green
    12:03 INFO red fox set to green       The red fox is now green.       The fee rose from 3 to 4.

The key must stand there as a whole: `red fox` is no part of `dark red fox`, nor `fox` of `fox_2`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from riffler.service.inference.reader.keys import VALUE_NOUNS

_LONGEST_VALUE = 200

_BEFORE = re.compile(
    r"(?:^|[;,.!?|{}()\[\]:=>*•·#\t\n][\"'“‘`*]*|(?<![^\s])[\"'“‘`*]+|\s[-–—]+|^[-–—]+|(?<!\S)[\W\d_]+|\d[\w:.,+-]*[\])]?"
    r"|\b(?:[A-Z]{3,}|(?i:the|an?|our|my|your|his|her|its|their|this|that|and|but|then|so|now|today|currently|finally|later|again|since"
    r"|key|name|item|variable|field|sensor|setting|parameter|option"
    r"|new|newest|current|latest|updated|revised|final|present"
    r"|(?:set|sets|setting|change|changes|changed|changing|update|updates|updated|updating|raise|raised|lower|lowered|move"
    r"|moved|moves|put|bump|bumped|reset|switch|switched|turn|turned|export|let|const|var|val|def|static|final|public"
    r"|private)(?:\s+the)?"
    rf"|{VALUE_NOUNS}\s+(?:of|for)(?:\s+the)?)))\s*[\"'“‘`*]*\Z",
)
_LISTED_BEFORE = re.compile(r"(?:^|[;.])[^:=]*\b(?:and|or)\s+\W*\Z", re.IGNORECASE)  # `pepper and oil: 8` is no `oil`
_SETTER = re.compile(
    r"\b(?:set|sets|setting|changed?|changes|changing|updat(?:e[sd]?|ing)|raised?|lower(?:ed)?|moved?|moves|put|bump(?:ed)?"
    r"|reset|switch(?:ed)?|turn(?:ed)?)(?:\s+the)?\s*[\"'“‘`*]*\Z",
    re.IGNORECASE,
)
_CLOSING = r"[\"'”’`*\])]{0,3}"
_VALUE_NAME = r"(?:new[ _]?)?(?:value|val|v|to|now|new|current|state|status|reading|setting|amount|content)"

# What may stand between a key and its value: signs first, then words.
_SIGN = re.compile(
    rf"{_CLOSING}(?:(?:\s*[,;]?\s*[\"'`]?\b{_VALUE_NAME}[\"'`]?\s*(?:[:=]|=>|->)\s*)"
    r"|[ \t]*(?:-?->|:=|=>|→|⇒|←|<-|(?<![=!<>])=(?!=)|:(?![:/\\])|\||\t|[–—]|(?<= )-(?= )|\.{3,}|(?: \.){3,})\s*"
    r"| {2,}(?=\S))"
)
_NOW = r"(?:now|still|currently|again|also|already|then|today|finally|once more|since)"
_SET = r"(?:set|changed|updated|raised|lowered|moved|reset|switched|bumped|increased|decreased|reduced|cut|turned|made)"
_MOVE = (
    r"(?:change|rise|fall|drop|go|climb|jump|move|shift|stand|settle|point|map|increase|decrease|come)s?"
    r"|(?:chang|mov|settl|increas|decreas)ed|(?:shift|point|climb|jump)ed|dropped|mapped|rose|fell|went|stood|came"
)
_HOLD = (
    r"equals?|reads?|shows?|holds?|becomes?|became|turn(?:s|ed)?|remains?|stays?|contains?|means"
    rf"|(?:has|have) (?:become|{_NOW}|(?:{_NOW} )?the value(?: of)?)"
)
_FROM = r"(?:(?:back|up|down)\s+)?(?:from\s+[^;\n]{1,60}?\s+)?"
_VERB = re.compile(
    rf"{_CLOSING}\s+(?:{_NOW}\s+)?(?:"
    rf"(?:(?:(?:has|have|had)(?:\s+{_NOW})?(?:\s+been)?|is|are|was|were|gets?|got)\s+)?(?:{_NOW}\s+)?{_SET}\s+{_FROM}"
    r"(?:to|at|as|into)\b"
    rf"|(?:is|are|was|were)\b(?:\s+{_NOW}\b)?(?:\s+(?:at|equal to|in state)\b)?"
    rf"|(?:{_HOLD})\b"
    rf"|(?:{_MOVE})\s+{_FROM}(?:to|at|as|on)\b"
    rf")\s*:?\s*|{_CLOSING}\s+{_NOW}\s+",
    re.IGNORECASE,
)
_TO = re.compile(rf"{_CLOSING}\s+(?:(?:back\s+)?(?:from\s+[^;\n]{{1,60}}?\s+)?(?:to|into|at|as)|=)\s+", re.IGNORECASE)
_AFTER_KEY = re.compile(r"[\w’'-]")
_NO_VALUE = re.compile(r"(?:not|no longer|never|being|going to)\b|[<\[{(]\s*(?:value|your)|\W*\Z", re.IGNORECASE)

_QUOTED_VALUE = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'([^'\n]*)'(?!\w)|“([^”\n]*)”|`([^`\n]*)`")
_ABBREVIATED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Mt|Ft|Prof|Capt|No|Jr|Sr|approx|ca|vs)|(?:^|\W)[A-Z])\Z")
_SIGN_END = re.compile(
    r"[;\n|]|[.!?](?=[\"'”’)]*(?:\s|$))|[}\]](?=[ \t]*(?:[,;}\]\n]|\Z))"
    r"|,\s*(?=[\"'“]?[\w .-]{1,40}[\"'”]?\s*(?:[:=]|->|→))|,\s*(?=[\"'{]|$)"
    r"|\s+(?=[^\W\d][\w.-]*[=:][^\s/\\:])|\s+(?:#|//|--|/\*|<!--)(?=\s|$)|\s{3,}|\t|,\s(?=and\b)"
)
_VERB_END = re.compile(
    r"[;\n|!?]|\.(?=[\"'”’)]*(?:\s|$))|,(?!\d)|\s[-–—(]|:\s"
    r"|\s(?=(?:since|until|as of|from now|because|when|while|after|before|instead of|rather than|but|again|according to"
    r"|and (?:the|a|then|now)|and [\w ]{1,40}? (?:is|are|was|were|to)|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
    r"|at \d)"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One place where a text states a key's value.

    Attributes:
        value: The value as it stands.
        start: Where the key begins in the text.
        end: One past the value's end.
        exact: Whether the key stands there in the very letters that were asked for, but for a capital at its start.
        prose: Whether words state it, not signs.
    """

    value: str
    start: int
    end: int
    exact: bool
    prose: bool


def statements(text: str, key: str, *, from_start: bool = True) -> list[Statement]:
    """Find all statements of a key's value.

    Args:
        text: Any text, hard-wrapped prose with its lines joined (`unwrap`).
        key: The key, with any letter case.
        from_start: Whether the text's first character is known to begin a word, a line or a sentence of its own.

    Returns:
        The statements in the text's order.
    """
    name = r"\s+".join(re.escape(word) for word in key.split())
    if not name:
        return []
    found = (_statement(text, match, key, from_start) for match in re.finditer(name, text, re.IGNORECASE))
    return [statement for statement in found if statement]


def _statement(text: str, match: re.Match[str], key: str, from_start: bool) -> Statement | None:
    start, end = match.span()
    line = max(text.rfind("\n", 0, start) + 1, start - 80)
    before = text[line:start]
    if start == 0 and not from_start:
        return None
    if before and (before[-1].isalnum() or before[-1] in "_-./\\@’" or not _BEFORE.search(before)):
        return None
    after = text[end : end + 2 * _LONGEST_VALUE]
    if after and _AFTER_KEY.match(after) and not after.startswith(("' ", "':", "'=", "',", "’ ")):
        return None
    read = _value(before, after, start == line)
    if read is None:
        return None
    value, offset, prose = read
    exact = match[0][1:] == key[1:] and match[0][0].casefold() == key[0].casefold()
    return Statement(value, start, end + offset, exact, prose)


def _value(before: str, after: str, line_start: bool) -> tuple[str, int, bool] | None:
    """Read the value after a key: its text, where it ends, and whether words lead to it."""
    sign = _SIGN.match(after)
    csv = re.match(r",(?=\S)", after) if line_start or before.endswith(",") else None
    verb = _VERB.match(after) or (_TO.match(after) if _SETTER.search(before) else None)
    link = verb or sign or csv
    if not link or "\n" in link[0]:
        return None
    rest = after[link.end() :]
    quoted = _QUOTED_VALUE.match(rest)
    if quoted:
        value = next(group for group in quoted.groups() if group is not None)
        return (value, link.end() + quoted.end(), link is verb) if value.strip() else None
    if link is not verb and _LISTED_BEFORE.search(before):
        return None
    end = _end(rest, _VERB_END if verb else _SIGN_END)
    if link is csv:
        end = min(end, len(rest.split(",", 1)[0]))
    value = rest[:end].strip().strip("*`").rstrip(",").strip()
    if not value or _NO_VALUE.match(value) or len(value) > _LONGEST_VALUE or rest[end : end + 1] == "?":
        return None
    return value, link.end() + end, link is verb


def _end(rest: str, ends: re.Pattern[str]) -> int:
    for match in ends.finditer(rest):
        if not (rest[match.start()] == "." and _ABBREVIATED.search(rest, 0, match.start())):
            return match.start()
    return len(rest)
