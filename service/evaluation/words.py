"""Names and words for generated texts, made of syllables so that no model has met them."""

from __future__ import annotations

import random
import re

_ONSETS = ("b", "br", "d", "dr", "f", "g", "gl", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_CODAS = ("", "l", "m", "n", "r", "s", "th", "ck")


def make_words(rng: random.Random, count: int, syllables: int = 2) -> list[str]:
    """Make different words, none of which stands inside another.

    Args:
        rng: Source of the draws.
        count: How many.
        syllables: Syllables of each.

    Returns:
        The words, in lower case.
    """
    words: list[str] = []
    while len(words) < count:
        word = draw_word(rng, syllables)
        if not any(word in other or other in word for other in words):
            words.append(word)
    return words


def draw_word(rng: random.Random, syllables: int = 2) -> str:
    """Draw one word; it may come again.

    Args:
        rng: Source of the draws.
        syllables: Its syllables.

    Returns:
        The word, in lower case.
    """
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))


_DRAWN = re.compile(f"(?:(?:{'|'.join(_ONSETS)})(?:{'|'.join(_VOWELS)})(?:{'|'.join(_CODAS)}))+")


def may_be_drawn(word: str) -> bool:
    """Tell whether a word could be drawn here, so that training can keep away from it.

    Args:
        word: In lower case.

    Returns:
        Whether it is made of the evaluations' syllables.
    """
    return _DRAWN.fullmatch(word) is not None
