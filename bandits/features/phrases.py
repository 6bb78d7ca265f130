"""Closed lists of phrases, found in a row of words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

WordSpan = tuple[int, int]
"""The positions of a first word and of the one after the last."""


class Phrases:
    """A closed list of phrases, found word by word, the longest first.

    A phrase is written as spaCy cuts it (`do n't`, `i 'd like`). A bar gives choices, and an empty choice may be left
    out: `can|could you please| help` stands for four phrases.
    """

    def __init__(self, *lines: str) -> None:
        table: dict[str, set[tuple[str, ...]]] = {}
        for line in lines:
            for choice in product(*(slot.split("|") for slot in line.split())):
                phrase = tuple(word for word in choice if word)
                table.setdefault(phrase[0], set()).add(phrase)
        self._table = table
        self._lengths = {
            first: sorted({len(phrase) for phrase in phrases}, reverse=True) for first, phrases in table.items()
        }

    def find(self, words: tuple[str, ...]) -> Iterator[WordSpan]:
        """Find the phrases.

        Args:
            words: Lower-case words.

        Yields:
            The longest phrase at each position where one begins.
        """
        for start, word in enumerate(words):
            for length in self._lengths.get(word, ()):
                phrase = words[start : start + length]  # near the end it may be shorter
                if phrase in self._table[word]:
                    yield start, start + len(phrase)
                    break
