"""BM25 over passages: those that share the rarest of the query's words come first.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
https://doi.org/10.1561/1500000019, in the form of Lucene's `BM25Similarity`, with k1 = 1.5 and b = 0.75:

    score = sum over words of idf * tf / (tf + k1 * (1 - b + b * length / mean length))
    idf = ln(1 + (N - df + 0.5) / (df + 0.5))

of N passages df have the word, this one tf times. The passages are read once a call, and only what the call's queries
ask of them is kept: their lengths, and how often they have a word that is asked for. An index of all words (of the
package bm25s) took 10 to 79 times the text's memory, and a conversation that has grown needs a new one anyway.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from riffler.tools.finding.base import Found, Page, Searched, by_score
from riffler.tools.finding.passages import is_unspaced, passages, words
from riffler.tools.fragments import Span

_K1, _B = 1.5, 0.75


class Ranked:
    """Finds the passages that have a query's words.

    Args:
        memory: What is searched, such as a working memory.
        areas: Where to look.
        queries: All that will be looked for.
    """

    def __init__(self, memory: Searched, areas: Sequence[Span], queries: Sequence[str]) -> None:
        counts = {word: _Counts() for query in queries for word in words(query)}
        single = frozenset(word for word in counts if len(word) == 1 and is_unspaced(word))
        self._counts: Mapping[str, _Counts] = counts
        self._places = array("i")
        """Of each passage that has a word at all its area, and where it begins and ends."""
        self._areas = areas
        lengths = array("i")
        for number, area in enumerate(areas):
            text = memory.messages[area.message].texts[area.slot]
            for passage in passages(text, area) if counts else ():
                found = words(text[passage.start : passage.end])
                if found:
                    for word in found:
                        if word in counts:
                            counts[word].add(len(lengths))
                        if single and len(word) > 1:
                            for character in single.intersection(word):
                                counts[character].add(len(lengths))
                    self._places.extend((number, passage.start, passage.end))
                    lengths.append(len(found))
        each = np.array(lengths, np.float64)
        self._norms = _K1 * (1 - _B + _B * each / each.mean()) if lengths else each

    def find(self, query: str, page: Page) -> Found:
        """Find a query's passages.

        Args:
            query: Words, in any order; one of the queries that were named before.
            page: Which of the passages.

        Returns:
            The page; a match is a whole passage that has at least one of the words. A single character of a script
            without spaces is found in all pairs.
        """
        scores = np.zeros(len(self._norms))
        for word in sorted(set(words(query))):
            at, times = self._counts[word].arrays()
            rarity = np.log1p((len(scores) - len(at) + 0.5) / (len(at) + 0.5))
            scores[at] += rarity * times / (times + self._norms[at])
        hits = np.flatnonzero(scores)
        return by_score(scores[hits].tolist(), [self._span(hit) for hit in hits.tolist()], page)

    def _span(self, passage: int) -> Span:
        number, start, end = self._places[3 * passage : 3 * passage + 3]
        return Span(self._areas[number].message, self._areas[number].slot, start, end)


class _Counts:
    """How often each passage has a word, for those that have it."""

    def __init__(self) -> None:
        self._passages = array("i")
        self._times = array("H")  # a passage has some hundred characters

    def add(self, passage: int) -> None:
        """Count one more; passages come in order."""
        if self._passages and self._passages[-1] == passage:
            self._times[-1] += 1
        else:
            self._passages.append(passage)
            self._times.append(1)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the passages' numbers, and the counts, both int64 and of shape (passages)."""
        return np.array(self._passages, np.int64), np.array(self._times, np.int64)
