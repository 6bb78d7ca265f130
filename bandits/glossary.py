"""What a session's memory says about the meaning of a term, found by exact search and a few fixed forms.

The forms: `A mutex is a lock`, `ARR means ...` (stands for, refers to, is short for), `by mutex we mean ...`,
`Annual Recurring Revenue (ARR)` and `ARR (annual recurring revenue)`. The newest place that has one of them wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from riffler.bandits.query import Query
from riffler.bandits.remembered import Remembered
from riffler.bandits.syntax import SUBJECTS, is_parsed
from riffler.bandits.words import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, REQUEST_VERBS

LONGEST_DEFINITION = 160
"""In characters."""

_MOST_TERMS = 8
_LONGEST_TERM = 60
_SHORT = 5
"""No longer are `going` and `being`."""
_BEFORE_CHARACTERS = 80
_MEANS = r"(?:means|stands\s+for|refers\s+to|denotes|is\s+short\s+for|is\s+defined\s+as)"
_AFTER = re.compile(
    rf"[\"'”’)]*\s+(?:{_MEANS}\s+(?P<means>\S.*)|(?:is|are)\s+(?P<is>(?:an?|any|one\s+of|the)\s+\S.*))", re.IGNORECASE
)
_WE_MEAN = re.compile(r"\s+(?:we|I)\s+(?:will\s+)?mean\s+(?P<means>\S.*)", re.IGNORECASE)
_SPELLED_AFTER = re.compile(r"\s+\((?P<full>[^()]{4,80})\)")
_OPENS = re.compile(
    r"(?:^|[.!?:;]\s+|\n[\s*#>-]*|^[\s*#>-]+)(?:here,?\s+)?(?:an?\s+)?[\"'“‘(]*$",
    re.IGNORECASE,
)
_OPENS_WITH_THE = re.compile(r"(?:^|[.!?:;]\s+|\n[\s*#>-]*|^[\s*#>-]+)the\s+[\"'“‘(]*$", re.IGNORECASE)
_TELLS_WHICH = re.compile(r"\b(?:that|which|where|used)\b", re.IGNORECASE)
"""`The GIL is a lock that ...` explains; `the API is a mess` doesn't."""

_NOT_A_PART = re.compile(
    r"(?:^|[^\w\s]\s*|\n\s*|\b(?:an?|the|that|where|and|or|but|so|because|as|here|term|word)\s+)[\"'“‘(]*$",
    re.IGNORECASE,
)
"""What stands before a term that isn't the end of a longer one: `big mutex means` says nothing of a mutex."""

_BY = re.compile(r"(?:^|\W)by\s+[\"'“‘]?$", re.IGNORECASE)
_END = re.compile(r"[.;!?](?=\s|$)|\n")
_WORD = re.compile(r"[^\W_][\w]*(?:[-'’+#][\w]+)*")
_ABBREVIATION = re.compile(r"(?=.*[A-Z].*[A-Z])[A-Z][A-Za-z0-9&-]{1,7}")
_COMMON = (
    AUXILIARIES
    | PREPOSITIONS
    | QUESTION_WORDS
    | REQUEST_VERBS
    | frozenset(
        "a an the and but not this that these those there here then than its his her their our your some any all each"
        " many much most more less very just only also please thing things people time way kind".split()
    )
)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a term means.

    Attributes:
        term: As the query has it.
        meaning: In the memory's words, without a full stop.
        sentence: What it was taken from.
        said: Whether the session says so, and not a dictionary.
    """

    term: str = field(repr=False)
    meaning: str = field(repr=False)
    sentence: str = field(repr=False)
    said: bool = True


def terms(query: Query) -> tuple[str, ...]:
    """Give what may need an explanation: abbreviations and nouns, the longest phrases first.

    Args:
        query: The query.

    Returns:
        Terms as the query has them; without a parse every word of four letters that isn't of a closed class.
    """
    found: dict[str, None] = {}
    for match in _WORD.finditer(query.text):
        if _ABBREVIATION.fullmatch(match[0]):
            found[match[0]] = None
    phrases = _phrases(query) if is_parsed(query.doc) else _pairs(query.text)
    for phrase in sorted(phrases, key=len, reverse=True):
        if 4 <= len(phrase) <= _LONGEST_TERM and phrase.lower() not in _COMMON:
            found[phrase] = None
    return tuple(found)[:_MOST_TERMS]


def gerunds(query: Query) -> tuple[str, ...]:
    """Give the words in -ing that may be nouns, whatever a parser takes them for: `is gerrymandering legal`.

    Args:
        query: The query.

    Returns:
        Those of its verbs in that form that have no subject, as the query has them; none without a parse.
    """
    if not is_parsed(query.doc):
        return ()
    verbs = (token for token in query.doc if token.tag_ == "VBG" and token.pos_ == "VERB" and len(token) > _SHORT)
    alone = (token.text for token in verbs if not any(child.dep_ in SUBJECTS for child in token.children))
    return tuple(dict.fromkeys(alone))[:_MOST_TERMS]


def defined(term: str, remembered: Remembered) -> Definition | None:
    """Look a term up in what was said.

    Args:
        term: The term.
        remembered: Where to look.

    Returns:
        The newest definition; None when there is none, or it is too long to be quoted.
    """
    spellings = {term, term[0].upper() + term[1:], term.lower()}
    found: list[tuple[int, int, Definition]] = []
    for spelling in spellings:
        for number, place in remembered.places(spelling):
            definition = _at(term, remembered.texts[number], place, place + len(spelling))
            if definition is not None:
                found.append((number, place, definition))
                break
    return max(found, key=lambda item: item[:2])[2] if found else None


def _phrases(query: Query) -> Iterator[str]:
    """Give runs of adjectives and nouns that end in a noun, and each noun."""
    start = None
    for token in query.doc:
        inside = token.pos_ in {"NOUN", "PROPN"}
        if inside:
            yield token.text
            if start is not None:
                yield query.text[start : token.idx + len(token)]
        start = (token.idx if start is None else start) if inside or token.pos_ == "ADJ" else None


def _pairs(text: str) -> Iterator[str]:
    words = [match for match in _WORD.finditer(text) if match[0].lower() not in _COMMON]
    for number, match in enumerate(words):
        yield match[0]
        if number and text[words[number - 1].end() : match.start()] == " ":
            yield text[words[number - 1].start() : match.end()]


def _at(term: str, text: str, start: int, end: int) -> Definition | None:
    before = text[max(0, start - _BEFORE_CHARACTERS) : start]
    after = text[end : end + 2 * LONGEST_DEFINITION]
    if before[-1:].isalnum() or after[:1].isalnum():
        return None
    if _ABBREVIATION.fullmatch(term):
        full = _spelled_out(term, before, after)
        if full:
            return Definition(term, full, f"{full} ({term})")
    line = after.split("\n", 1)[0]
    match = _WE_MEAN.match(line) if _BY.search(before) else _AFTER.match(line)
    if match is None:
        return None
    forms = match.groupdict()
    if match.re is _AFTER and not (_OPENS if forms["is"] else _NOT_A_PART).search(before):
        the = _ABBREVIATION.fullmatch(term) and _OPENS_WITH_THE.search(before)
        if not (the and forms["is"] and _TELLS_WHICH.search(forms["is"])):
            return None
    meaning = forms["means"] or forms["is"]
    stop = _END.search(meaning)
    sure = stop is not None or len(line) < len(after) or len(after) < 2 * LONGEST_DEFINITION
    said = (meaning[: stop.start()] if stop else meaning).strip().rstrip(".,:")
    if not sure or not 3 <= len(said) <= LONGEST_DEFINITION or (stop and stop[0] == "?"):
        return None
    return Definition(term, said, f"{text[start:end]}{line[: line.index(meaning)]}{said}")


def _spelled_out(term: str, before: str, after: str) -> str:
    """Find the words that an abbreviation stands for, beside it in brackets or before its own."""
    letters = [letter.lower() for letter in term if letter.isalpha()]
    match = _SPELLED_AFTER.match(after)
    if match is not None and _initials(match["full"]) == letters:
        return match["full"]
    if before.endswith("(") and after.startswith(")"):
        words = list(_WORD.finditer(before))[-len(letters) :]
        full = before[words[0].start() : -1].strip() if words else ""
        if _initials(full) == letters and "\n" not in full:
            return full
    return ""


def _initials(text: str) -> list[str]:
    return [part[0].lower() for word in _WORD.findall(text) for part in re.split("[-]", word) if part]
