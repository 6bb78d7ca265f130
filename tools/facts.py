"""Facts that stand in a text: keys with their values, names, numbers and headings. Found without a model or a parse.

    key      of a pair (`pairs.py`): `key: value` in lines and inside them, `"key": "value"`, a table's row of two cells
    name     words with a capital that follow each other (`Marie Curie`); articles and the like before them don't
             belong. A single word that opens a sentence may be a name or not: it is found, and marked. One that stands
             alone on its line, in a list or between quotes is a name. In German, where each noun has a capital, a name
             has two words, or capitals only
    number   (`quantities.py`) with sign, currency and short unit: `1,234.5`, `-300`, `5 mg`; words with digits: `A17`
    heading  of Markdown: after `#`, or underlined

Scripts without capitals have no names here. All lengths are bounded, so the cost is linear in the text whatever it is.
Nothing is ever concluded from a fact but what is worth a word before it is hidden: a miss and a mistake do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Literal, NamedTuple

from riffler.tools.common_words import COMMON, COMMON_IN_GERMAN, is_german
from riffler.tools.pairs import LONGEST, is_prose, pair_of, pairs, plain
from riffler.tools.quantities import compared, quantities

__all__ = ["LONGEST", "Fact", "Kind", "Raw", "as_compared", "facts", "pair_of", "plain", "raw_facts"]

Kind = Literal["key", "name", "number", "heading"]

_CAPITALS = "".join(chr(code) for code in (*range(0x41, 0x590), *range(0x1E00, 0x2000)) if chr(code).isupper())
_TITLE_S_DOT = rf"\.(?=[ ][{_CAPITALS}])(?:(?<=Dr\.)|(?<=M[rs]\.)|(?<=St\.)|(?<=Mrs\.)|(?<=Prof\.)|(?<=[\s.]\w\.))"
_NAME_WORD = rf"\w{{0,39}}+(?:['’\-]\w{{1,20}}+){{0,3}}+(?:{_TITLE_S_DOT})?+"
_NAME = re.compile(rf"[{_CAPITALS}](?<!\w.){_NAME_WORD}(?:[ ][{_CAPITALS}]{_NAME_WORD}){{0,4}}+", re.DOTALL)
_POSSESSIVE = re.compile(r"['’]s?$")
_PASSAGE = 4000
"""Characters of which the language is looked at."""

_QUOTES = "\"'“”‘’«»([{*_#>`-• \t"
_ENDS = ".!?:;…。！？：；\n"

_ALONE = re.compile(r"['’\"”»*_`]{0,3}+(?:[,;][ \t]{0,8}+)?+(?:\r?\n(?!={3}|-{3})|\Z)|[\"”»]")
"""What follows a word that has its line or its quotes for itself; under a heading there's a line of signs."""

_LETTER = re.compile(r"\w")
_HASHED = re.compile(r"\n#{1,6}[ \t]{1,8}+([^\s#][^\n]{0,199})")
_FIRST_HASHED = re.compile(r"#{1,6}[ \t]{1,8}+([^\s#][^\n]{0,199})")
_UNDERLINE = re.compile(r"\n(?:={3,}+|-{3,}+)[ \t]{0,8}+(?=\r?\n|\Z)")

Raw = tuple[Kind, str, int, int, bool]


class Fact(NamedTuple):
    """Something that a text says.

    Attributes:
        kind: What it is.
        text: What is compared: equal texts of a kind are the same fact.
        start: Where it begins.
        end: Where it is over, at most `LONGEST` characters on. A key's fact is the whole pair.
        loose: Whether it binds less than others of its kind: a single word with a capital that its place explains, so
            that it may be no name; a pair whose value is prose, so that a newer one doesn't replace it.
    """

    kind: Kind
    text: str
    start: int
    end: int
    loose: bool = False


def facts(text: str) -> Iterator[Fact]:
    """Find the facts of a text.

    Args:
        text: Any text.

    Returns:
        Facts kind by kind, each in the order of the text. They may overlap: a pair's value may hold a number.
    """
    return map(Fact._make, raw_facts(text))


def raw_facts(text: str) -> Iterator[Raw]:
    """Find the facts of a text, as bare tuples: a million of them are wanted at once."""
    return chain(_keys(text), _names(text), _numbers(text), _headings(text))


def as_compared(kind: Kind, stated: str) -> str:
    """Give a fact as it is compared.

    Args:
        kind: What it is.
        stated: The characters of the fact; of a key, those of its pair.

    Returns:
        What `Fact.text` is.
    """
    if kind == "number":
        return compared(stated)
    return plain(pair_of(stated)[0] if kind == "key" else stated)


def _keys(text: str) -> Iterator[Raw]:
    for key, start, end in pairs(text):
        yield "key", key, start, end, is_prose(text[start:end])


def _names(text: str) -> Iterator[Raw]:
    passage, german = -1, False
    for match in _NAME.finditer(text):
        start, name = match.start(), match[0]
        if start // _PASSAGE != passage:
            passage = start // _PASSAGE
            german = is_german(text[passage * _PASSAGE : (passage + 1) * _PASSAGE])
        common = COMMON_IN_GERMAN if german else COMMON
        opens = _opens(text, start)
        first, _, rest = name.partition(" ")
        while first.casefold().replace("’", "'") in common:
            start, name, opens = start + len(first) + 1, rest, False
            first, _, rest = name.partition(" ")
        name = _POSSESSIVE.sub("", name.removesuffix(" I")[:LONGEST])
        single = " " not in name
        if len(name) < 2 or (single and any(map(str.isdigit, name))):  # a word with digits is found as a number
            continue
        if german and single and not name.isupper():
            continue
        loose = opens and single and name[1:].islower() and not _stands_alone(text, start, start + len(name))
        yield "name", name.casefold(), start, start + len(name), loose


def _opens(text: str, start: int) -> bool:
    """Tell whether a sentence, a line or a value begins here. Looks a few characters back."""
    return text[max(0, start - 12) : start].rstrip(_QUOTES)[-1:] in _ENDS  # nothing before it is in there too


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a word has its line, its place in a list or its quotes for itself, and is no heading."""
    return _ALONE.match(text, end) is not None and "#" not in text[max(0, start - 8) : start].rpartition("\n")[2]


def _numbers(text: str) -> Iterator[Raw]:
    for said, start, end in quantities(text):
        yield "number", said, start, end, False


def _headings(text: str) -> Iterator[Raw]:
    first = _FIRST_HASHED.match(text)
    for match in chain([first] if first else [], _HASHED.finditer(text)):
        if _LETTER.search(match[1]):
            yield _heading(match[1], match.start(1))
    for match in _UNDERLINE.finditer(text):
        end = match.start()
        start = max(text.rfind("\n", max(0, end - LONGEST), end) + 1, end - LONGEST, 0)
        if _LETTER.search(text, start, end):  # no empty line, and no rule or underline
            yield _heading(text[start:end], start)


def _heading(line: str, start: int) -> Raw:
    bare = line.rstrip("# \t\r")
    return "heading", plain(bare), start, start + len(bare), False
