"""Counts nano's tokens piece by piece, each piece once: exact, as no token of nano's reaches over white space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from riffler.tools.tokens import TokenCounter, count_schemas

_PIECE = re.compile(r"\s|\S+")


class PieceCounts:
    """Counts as another counter does, many times faster where the same words come again and again.

    Args:
        counter: Counts with nano's tokenizer.
    """

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._of = lru_cache(maxsize=200_000)(counter.count)

    def count(self, text: str) -> int:
        """Count a text's tokens.

        Args:
            text: Any text.

        Returns:
            How many.
        """
        return sum(map(self._of, _PIECE.findall(text)))

    def count_tools(self, schemas: Sequence[dict[str, object]]) -> int:
        """Count the tokens that tools take in a prompt.

        Args:
            schemas: The tools' schemas in OpenAI's shape.

        Returns:
            How many.
        """
        return count_schemas(tuple(schemas), self._counter)
