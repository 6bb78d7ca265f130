"""Cuts text into passages of some hundred characters, and passages into words, in any language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from operator import add

import regex

from riffler.tools.finding.folded import fold, past_marks
from riffler.tools.fragments import Span

LONGEST = 400
"""Characters of a passage: some sentences, or some dozen words."""

_SENTENCE = regex.compile(r"[.!?;…][\"'”’)\]]*\s+|[。！？；।؟۔]\s*")
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}々ー"
_WORD = regex.compile(rf"(?V1)([\w--[{_UNSPACED}]]+)|([{_UNSPACED}]+)")
_UNSPACED_WORD = regex.compile(f"[{_UNSPACED}]+")


def passages(text: str, area: Span) -> Iterator[Span]:
    """Cut an area into passages, at line ends if there are any, else at sentences, else at words.

    Args:
        text: The slot's text.
        area: What to cut.

    Yields:
        Passages in order, without the space around them; none is empty.
    """
    start = area.start
    while start < area.end:
        end = _end(text, start, area.end)
        piece = text[start:end]
        left, size = len(piece) - len(piece.lstrip()), len(piece.strip())
        if size:
            yield Span(area.message, area.slot, start + left, start + left + size)
        start = end


def _end(text: str, start: int, end: int) -> int:
    """Choose where a passage ends, in its second half if it is a long one."""
    if end - start <= LONGEST:
        return end
    low, high = start + LONGEST // 2, start + LONGEST
    line = text.rfind("\n", low, high)
    if line >= 0:
        return line + 1
    sentence = max((match.end() for match in _SENTENCE.finditer(text, low, high)), default=0)
    if sentence:
        return sentence
    space = text.rfind(" ", low, high)
    return space + 1 if space >= 0 else past_marks(text, high, end)


def words(text: str) -> list[str]:
    """Give a text's words, their case and accents folded.

    Args:
        text: The text.

    Returns:
        Words in order. Of scripts that put no space between words, pairs of characters, which overlap; a character that
        stands alone is a word.
    """
    found: list[str] = []
    for word, run in _WORD.findall(unicodedata.normalize("NFC", fold(text))):
        if word:
            found.append(word)
        elif len(run) == 1:
            found.append(run)
        else:
            found += map(add, run, run[1:])
    return found


def is_unspaced(word: str) -> bool:
    """Tell whether a word is of a script that puts no space between words."""
    return _UNSPACED_WORD.fullmatch(word) is not None
