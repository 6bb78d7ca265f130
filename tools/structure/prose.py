"""Places between paragraphs, lines and sentences.

A sentence ends at `.`, `!`, `?` and their like in other scripts, with the quotes and brackets that close after them; at
the end of a paragraph; and before an item of a list. Which full stops end one is a guess: not one before a small
letter, after an abbreviation or an initial, or after the number of a list's item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PARAGRAPH = re.compile(r"\n(?:[ \t\r\f\v]*\n)+")
_LINE = re.compile(r"\n|\r(?!\n)")
_SENTENCE = re.compile(
    r"(?<![.!?؟।॥۔…։።])[.!?؟।॥۔…։።]++[\"'”’»)\]]*+(?:\s++|\Z)"  # scripts with blanks between sentences
    r"|(?<![。！？｡])[。！？｡]++[」』”’\"'）】》]*+\s*+"  # Chinese and Japanese have none
    r"|\n(?:[ \t\r]*\n)++"
    r"|\n(?=[ \t]*+(?:[-*+•‣#>|]|\d{1,4}[.)])[ \t])"
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st vs cf approx dept gen col sgt e.g i.e viz resp z.b d.h bzw usw ca hr fr mme mlle av ej "
    "sra dra т.е т.д др г ул рис стр".split()
)
_BEFORE_NUMBERS = frozenset(
    "no nos fig figs eq eqs sec ch vol p pp art abs nr bd pág núm jan feb mar apr jun jul aug sep sept oct nov "
    "dec".split()
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]*\Z")
_LONGEST_WORD = 12


def paragraph_places(text: str, start: int, end: int) -> Iterator[int]:
    """Give the places behind blank lines.

    Args:
        text: The text.
        start: Where to begin.
        end: Where to stop.

    Returns:
        Offsets, ascending.
    """
    return (match.end() for match in _PARAGRAPH.finditer(text, start, end))


def line_places(text: str, start: int, end: int) -> Iterator[int]:
    """Give the places behind line breaks.

    Args:
        text: The text.
        start: Where to begin.
        end: Where to stop.

    Returns:
        Offsets, ascending.
    """
    return (match.end() for match in _LINE.finditer(text, start, end))


def sentence_places(text: str, start: int, end: int) -> Iterator[int]:
    """Give the places where a sentence has ended, blanks included.

    Args:
        text: The text.
        start: Where to begin.
        end: Where to stop.

    Yields:
        Offsets, ascending.
    """
    for match in _SENTENCE.finditer(text, start, end):
        if text[match.start()] != "." or _ends(text, start, match):
            yield match.end()


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Tell whether a full stop ends a sentence."""
    begin, end = stop.span()
    following = text[end : end + 1]
    if text.startswith("..", begin):
        return not following.islower()
    if end - begin > 2 and text.count("\n", begin, end) > 1:
        return True  # the paragraph ends with it
    before = text[max(start, begin - _LONGEST_WORD) : begin]
    word = _LAST_WORD.search(before)
    last = word.group() if word else ""
    if last.isdigit() and (before == last or before[: -len(last)].rstrip(" \t").endswith("\n")):
        return False  # the number of a list's item
    if following.isdigit() and last.lower() in _BEFORE_NUMBERS:
        return False
    initial = len(last) == 1 and last.isupper()
    return not (following.islower() or initial or last.lower() in _ABBREVIATIONS)
