"""A sentence of a session's memory that has the rare words of a query, to be quoted as its background."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice

from riffler.bandits.facts import WORD
from riffler.bandits.remembered import Remembered

LONGEST_BACKGROUND = 160
"""In characters."""

_FEW_PLACES = 8
"""A word that stands in more places tells nothing."""
_MOST_WORDS = 8
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")


def background(text: str, common: Collection[str], remembered: Remembered | None) -> str:
    """Find what was said with the rare words of a query.

    Args:
        text: The query.
        common: Words in lower case that don't count.
        remembered: Where to look; None is nowhere.

    Returns:
        The sentence or line that has most of these words, the newest of several: at least two of them, or the only one,
        or one as a key (`harbour: opens at 7`). No question, and without a full stop. Empty when there is none.
    """
    if remembered is None:
        return ""
    found = (word for word in WORD.findall(text) if len(word) > 2 and word.lower() not in common)
    words = list(dict.fromkeys(found))[:_MOST_WORDS]
    best, most = "", min(2, len(words)) - 1
    for number, place in sorted({place for word in words for place in _rare(word, remembered)}, reverse=True):
        sentence = _around(remembered.texts[number], place)
        lower = sentence.lower()
        shared = sum(_stem(word) in lower for word in words) + any(
            lower.startswith(f"{word.lower()}:") for word in words
        )
        if shared > most and text.strip().lower() not in lower:
            best, most = sentence, shared
    return best


def _rare(word: str, remembered: Remembered) -> list[tuple[int, int]]:
    spellings = {word, word.lower(), word[0].upper() + word[1:]}
    found = [place for spelling in spellings for place in islice(remembered.places(spelling), _FEW_PLACES + 1)]
    return found if len(found) <= _FEW_PLACES else []


def _around(text: str, place: int) -> str:
    """Give the sentence around a place; empty for a question, and one that is too long."""
    start, stop = max(0, place - LONGEST_BACKGROUND), min(len(text), place + LONGEST_BACKGROUND)
    for match in _SENTENCE.finditer(text[start:stop]):
        if match.start() <= place - start < match.end():
            cut = (start > 0 and match.start() == 0) or (stop < len(text) and match.end() == stop - start)
            sentence = match[0].strip(" \t.!-*#>")
            return "" if cut or match[0].endswith("?") or len(sentence) > LONGEST_BACKGROUND else sentence
    return ""


def _stem(word: str) -> str:
    """Cut an ending, so that `opening` finds `opens`."""
    return word.lower()[: max(4, len(word) - 3)]
