"""What must survive a rewrite, found in plain text without a parse: numbers, quoted strings, negations and names.

    number     digits with their separators and sign, or a number word (`twelve`, `twenty-one`); `1,000`, `1000` and
               `twelve`, `12` have one value each
    quoted     the text between double, curly, angle or single quotes or backticks, or in a fence of code
    negation   a negative word; its value is the same for all, as `isn't` and `is not` say one thing
    name       a word with a capital inside a sentence, an acronym, or a word like iPhone; none, where every word is
               capital or Titled

A name that opens a sentence can't be told from any other first word, so it isn't found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "quoted", "negation", "name"]

_NUMBER = re.compile(r"(?<![\w.,:])[-−+]?\d+(?:[.,:]\d+)*|\d+(?:[.,:]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_UNITS = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen".split(),
        range(2, 20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_NUMBER_WORD = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<ones>one|{'|'.join(list(_UNITS)[:8])}))?|(?P<unit>{'|'.join(_UNITS)})"
    r"|(?P<large>zero|dozen|hundred|thousand|million|billion))\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"```(?P<fence>.+?)```|`(?P<tick>[^`\n]+)`|\"(?P<double>[^\"\n]+)\"|“(?P<curly>[^“”\n]+)”|«(?P<angle>[^«»\n]+)»"
    r"|‘(?P<single>[^‘\n]+?)’(?!\w)|(?<!\w)'(?P<straight>[^'\n]+)'(?!\w)",
    re.DOTALL,
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|without|cannot|hardly|barely|scarcely|seldom|rarely)\b"
    r"|n['’]t\b|\b(?:are|did|do|does|has|have|is|was|were|could|should|would)nt\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W_][\w]*(?:[-'’][^\W_]\w*)*")
"""A word, with the hyphens and apostrophes inside it."""

_POSSESSIVE = re.compile(r"['’]s?$")
_OPENING = " \t\"'“”‘’«»([*#>`-"
_ENDS = ".!?:…"
_TITLES = frozenset("dr mr mrs ms prof st sir vs no mt jr sr gen col".split())
_FIRST_PERSON = re.compile(r"I(?:['’](?:m|d|ve|ll))?$")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something in a text that a rewrite must keep.

    Attributes:
        kind: What it is.
        value: How it is compared; equal values say the same.
        start: Where it begins in the text.
        end: Where it is over.
    """

    kind: Kind
    value: str
    start: int
    end: int


def facts(text: str) -> tuple[Fact, ...]:
    """Find what a rewrite of a text must keep.

    Args:
        text: Any text.

    Returns:
        The facts, kind by kind, each in the order of the text. They may overlap: a quoted string may hold a number.
    """
    return (*_numbers(text), *_quoted(text), *_negations(text), *_names(text))


def words(text: str) -> frozenset[str]:
    """Give the words of a text, in lower case and without a possessive ending, and also the parts of compounds."""
    found = {_bare(match[0]).lower() for match in WORD.finditer(text)}
    return frozenset(found | {part for word in found for part in word.split("-")})


def _numbers(text: str) -> Iterator[Fact]:
    for match in _NUMBER.finditer(text):
        value = match[0].replace("−", "-").lstrip("+")
        if _GROUPED.fullmatch(value.lstrip("-")):
            value = value.replace(",", "")
        yield Fact("number", value, *match.span())
    for match in _NUMBER_WORD.finditer(text):
        tens, ones, unit, large = (match[name] and match[name].lower() for name in ("tens", "ones", "unit", "large"))
        count = _TENS.get(tens, 0) + _UNITS.get(ones or unit, int(ones == "one"))
        yield Fact("number", large or str(count), *match.span())


def _quoted(text: str) -> Iterator[Fact]:
    for match in _QUOTED.finditer(text):
        yield Fact("quoted", match[match.lastgroup or 0].strip(), *match.span())


def _negations(text: str) -> Iterator[Fact]:
    for match in _NEGATION.finditer(text):
        yield Fact("negation", "not", *match.span())


def _names(text: str) -> Iterator[Fact]:
    found = [(match, _bare(match[0])) for match in WORD.finditer(text)]
    spelled = [word for _, word in found if len(word) > 1 and word[0].isalpha()]
    shouted = len(spelled) > 1 and not any(map(str.islower, "".join(spelled)))
    if shouted or (len(spelled) > 3 and all(word[0].isupper() for word in spelled)):
        return
    for number, (match, word) in enumerate(found):
        if _FIRST_PERSON.match(match[0]) or not any(map(str.isupper, word)):
            continue
        marked = any(map(str.isupper, word[1:]))  # NASA, iPhone
        before = found[number - 1] if number else None
        if marked or not _opens(text, match.start(), before):
            yield Fact("name", word, match.start(), match.start() + len(word))


def _opens(text: str, start: int, before: tuple[re.Match[str], str] | None) -> bool:
    """Tell whether a sentence or a line begins at a word."""
    if before is None:
        return True
    between = text[before[0].end() : start]
    if before[1].lower() in _TITLES and between.strip() == ".":
        return False
    mark = between.rstrip(_OPENING)[-1:]
    return "\n" in between or (mark != "" and mark in _ENDS)


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word)
