"""Text with its case and its accents folded, and the way back to the places of the original.

A character is folded for itself: taken apart by its compatibility decomposition (NFKD), its case folded by Unicode's
full case folding, and accents dropped. So "é" is "e" however it is written, "İ" is "i", "ß" is "ss", "ﬁ" is "fi", and a
syllable of Hangul is its letters. Accents are the marks that may be left out when a text is written: those of Latin,
Greek and Cyrillic letters, the points of Hebrew, the vowel signs of Arabic. Marks that are letters of their script
stay: the vowels of Thai and of India's scripts, and what makes another sound of a Japanese sign.

All is done by tables, a stretch of text at a time: a loop over the characters of four megabytes would be felt.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riffler.tools.finding.base import Searched

_END = 0x2FA20
"""No character from here on has a case or is taken apart by NFKD."""

_STRETCH = 1 << 15
_MOST_MARKS = 64
_APART = chr(sys.maxunicode)
"""It stands between characters while they are folded: marks don't move past it, and it has no case."""


class _Tables(NamedTuple):
    """What each character folds to: `codes[starts[code] : starts[code] + sizes[code]]`. The last is for all others."""

    sizes: NDArray[np.uint8]
    starts: NDArray[np.int32]
    codes: NDArray[np.uint32]


@cache
def _tables() -> _Tables:
    """Make the tables; that takes a tenth of a second, when the first text needs them."""
    accents = "".join(chr(code) for code in range(0x300, 0x20000) if _is_accent(chr(code)))
    accent = re.compile(f"[{re.escape(accents)}]")
    sizes, codes = np.ones(_END + 1, np.uint8), list[NDArray[np.uint32]]()
    for first in range(0, _END, _STRETCH):
        end = min(_END, first + _STRETCH)
        text = unicodedata.normalize("NFKD", _APART.join(map(chr, range(first, end))))
        folded = accent.sub("", unicodedata.normalize("NFKD", text.casefold())).split(_APART)
        sizes[first:end] = list(map(len, folded))
        codes.append(_codes("".join(folded)))
    starts = np.cumsum(sizes, dtype=np.int32) - sizes
    return _Tables(sizes, starts.astype(np.int32), np.concatenate([*codes, np.zeros(1, np.uint32)]))


def _is_accent(mark: str) -> bool:
    """Tell whether a character is a mark that is dropped, by its canonical combining class."""
    kind = unicodedata.combining(mark)
    return 10 <= kind <= 36 or kind >= 200 or "\ufe00" <= mark <= "\ufe0f"


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def fold(text: str) -> str:
    """Fold a text's case and accents.

    Args:
        text: The text.

    Returns:
        The folded text; empty when there was nothing but accents.
    """
    if text.isascii():
        return text.lower()
    return "".join(_fold(text[first : first + _STRETCH])[0] for first in range(0, len(text), _STRETCH))


def _fold(text: str) -> tuple[str, NDArray[np.uint8] | int]:
    """Fold a stretch of text; give also how many characters each of its characters became."""
    if text.isascii():
        return text.lower(), 1
    table, codes = _tables(), _codes(text)
    known = np.minimum(codes, _END)
    sizes = table.sizes[known]
    ends = np.cumsum(sizes, dtype=np.int32)
    first = ends - sizes
    taken = np.repeat(table.starts[known] - first, sizes) + np.arange(ends[-1], dtype=np.int32)
    folded = table.codes[taken]
    other = codes >= _END
    folded[first[other]] = codes[other]
    return folded.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass"), sizes


def is_mark(character: str) -> bool:
    """Tell whether a character belongs to the one before it: an accent, a vowel sign, or a later letter of a syllable.

    Args:
        character: One character.

    Returns:
        Whether it does.
    """
    return character > "\u02ff" and (unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff")


def past_marks(text: str, place: int, end: int) -> int:
    """Move a place behind the marks of the character before it, within reason.

    Args:
        text: The text.
        place: Where.
        end: No further than this.

    Returns:
        The place; sixty-four characters on at most.
    """
    end = min(end, place + _MOST_MARKS)
    while place < end and is_mark(text[place]):
        place += 1
    return place


class Folded:
    """A text with its case and accents folded.

    Args:
        original: The text.

    Attributes:
        text: The folded text.
        inside: Of each place of the folded text, 1 when it lies inside what one character became, else 0; None when
            no place does.
    """

    def __init__(self, original: str) -> None:
        self._original = original
        self._starts: NDArray[np.int32] | None = None
        self.inside: bytes | None = None
        if original.isascii():
            self.text = original.lower()
            return
        pieces: list[str] = []
        sizes = np.ones(len(original), np.uint8)
        for first in range(0, len(original), _STRETCH):
            piece, sizes[first : first + _STRETCH] = _fold(original[first : first + _STRETCH])
            pieces.append(piece)
        self.text = "".join(pieces)
        if (sizes != 1).any():
            self._starts = np.zeros(len(original) + 1, np.int32)
            np.cumsum(sizes, out=self._starts[1:])
        if (sizes > 1).any() and self._starts is not None:
            inside = np.ones(len(self.text) + 1, np.uint8)
            inside[self._starts] = 0
            self.inside = inside.tobytes()

    def there(self, place: int) -> int:
        """Give the place of the folded text for one of the original."""
        return place if self._starts is None else int(self._starts[place])

    def start(self, place: int) -> int:
        """Give the place of the original for one of the folded text; inside a character, that character's start."""
        if self._starts is None:
            return place
        key = np.int32(place)  # a number of another type would have all the places converted for each search
        return int(np.searchsorted(self._starts, key, "right")) - 1

    def end(self, place: int, most: int) -> int:
        """Give the place of the original for one of the folded text where a match ends, never before a mark.

        Args:
            place: Of the folded text; inside a character, that character's end is meant.
            most: The end of the text that is searched.

        Returns:
            The place, no further than `most`.
        """
        end = self.start(place)
        if self.inside and self.inside[place]:
            end += 1
        return past_marks(self._original, min(end, most), most)


class FoldedTexts:
    """The folded texts of a working memory, each made when it is first looked at.

    Args:
        memory: What is searched, such as a working memory.
    """

    def __init__(self, memory: Searched) -> None:
        self._memory = memory
        self._known: dict[tuple[int, int], Folded] = {}

    def of(self, message: int, slot: int) -> Folded:
        """Give the folded text of a slot.

        Args:
            message: The message.
            slot: Its slot.

        Returns:
            The folded text.
        """
        known = self._known.get((message, slot))
        if known is None:
            known = self._known[message, slot] = Folded(self._memory.messages[message].texts[slot])
        return known
