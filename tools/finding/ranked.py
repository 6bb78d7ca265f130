"""BM25 over passages: those that share the rarest of the query's words come first.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in Lucene's form with k1 = 1.5
and b = 0.75, as the package bm25s computes it. The index is made once a call, for all its queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from riffler.tools.finding.base import Found, Page, by_score
from riffler.tools.finding.passages import is_unspaced, passages, words
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory


class Ranked:
    """Finds the passages that have a query's words.

    Args:
        memory: The working memory.
        areas: Where to look.
    """

    def __init__(self, memory: WorkingMemory, areas: Sequence[Span]) -> None:
        self._vocabulary: dict[str, int] = {}
        self._passages: list[Span] = []
        ids: list[list[int]] = []
        for area in areas:
            text = memory.messages[area.message].texts[area.slot]
            for passage in passages(text, area):
                found = [
                    self._vocabulary.setdefault(word, len(self._vocabulary))
                    for word in words(text[passage.start : passage.end])
                ]
                if found:
                    self._passages.append(passage)
                    ids.append(found)
        self._index = _index(ids, self._vocabulary) if ids else None

    def find(self, query: str, page: Page) -> Found:
        """Find a query's passages.

        Args:
            query: Words, in any order.
            page: Which of the passages.

        Returns:
            The page; a match is a whole passage that has at least one of the words.
        """
        known = sorted({id_ for word in words(query) for id_ in self._ids(word)})
        if self._index is None or not known:
            return Found(0, (), None)
        scores = self._index.get_scores_from_ids(known)
        hits = np.flatnonzero(scores > 0)
        return by_score(scores[hits].tolist(), [self._passages[hit] for hit in hits], page)

    def _ids(self, word: str) -> list[int]:
        """Give the ids of a word; a single character of a script without spaces is looked for in all pairs."""
        if len(word) == 1 and is_unspaced(word):
            return [id_ for known, id_ in self._vocabulary.items() if word in known]
        return [self._vocabulary[word]] if word in self._vocabulary else []


def _index(ids: list[list[int]], vocabulary: dict[str, int]) -> Any:  # noqa: ANN401 - bm25s has no types
    import bm25s  # type: ignore[import-untyped]  # noqa: PLC0415 - takes a tenth of a second, and few calls need it

    index = bm25s.BM25()
    index.index((ids, vocabulary), create_empty_token=False, show_progress=False)
    return index
