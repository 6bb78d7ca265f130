"""Nearly the text: with a letter too few, too many or another, whatever its case.

The score is rapidfuzz's partial ratio: of the best stretch of text, 100 times twice the longest common subsequence over
both lengths. Text is looked at in windows that overlap by more than a query's length, so that the cost is linear in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from riffler.errors import InvalidArguments
from riffler.tools.finding.base import Found, Page, by_score
from riffler.tools.finding.folded import FoldedTexts
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory

LEAST_SCORE = 75.0
"""One letter of four may be another one."""

MOST = 2000
"""Of more places than that, none is the one that was meant."""

_LONGEST = 200
_STEP = 32

_Window = tuple[int, int, int]
"""The number of its area, and where it begins and ends in the folded text."""


class Fuzzy:
    """Finds what is nearly the query. Of matches that overlap the best one counts.

    Args:
        memory: The working memory.
        areas: Where to look.
        most: How many windows of text are looked at closely, those of the best score.
    """

    def __init__(self, memory: WorkingMemory, areas: Sequence[Span], most: int = MOST) -> None:
        self._texts = FoldedTexts(memory)
        self._areas = areas
        self._most = most
        self._windows: dict[int, _Windows] = {}

    def find(self, query: str, page: Page) -> Found:
        """Find a query's matches.

        Args:
            query: The text.
            page: Which of the matches.

        Returns:
            The page.

        Raises:
            InvalidArguments: The query is too long to be compared with all windows of a text.
        """
        if len(query) > _LONGEST:
            raise InvalidArguments(f"queries: a fuzzy query may have {_LONGEST} characters, got {len(query)}")
        wanted = query.casefold()
        matches: list[tuple[float, Span]] = []
        aligned = (match for window in self._best_windows(wanted) for match in self._aligned(wanted, window))
        for match in sorted(aligned, key=lambda one: (one[1].message, one[1].slot, one[1].start)):
            if matches and matches[-1][1].overlaps(match[1]):
                matches[-1] = max(matches[-1], match, key=itemgetter(0))
            else:
                matches.append(match)
        return by_score([score for score, _ in matches], [span for _, span in matches], page)

    def _best_windows(self, query: str) -> Iterator[_Window]:
        """Give the windows with the best scores, by position; of equal scores the newest."""
        windows = self._windows_for(len(query))
        scores = windows.scores(query)
        near = np.flatnonzero(scores)
        best = np.sort(near[np.argsort(scores[near], kind="stable")[-self._most :]])
        for number in best.tolist():
            area, start = windows.places[number]
            yield area, start, start + len(windows.texts[number])

    def _windows_for(self, length: int) -> _Windows:
        """Give the windows for queries of a length; queries of about the same length share them."""
        step = -(-length // _STEP) * _STEP
        known = self._windows.get(step)
        if known is None:
            known = self._windows[step] = _Windows()
            for number, area in enumerate(self._areas):
                folded = self._texts.of(area.message, area.slot)
                start, end = folded.there(area.start), folded.there(area.end)
                known.add(number, folded.text[start:end], start, step)
        return known

    def _aligned(self, query: str, window: _Window) -> Iterator[tuple[float, Span]]:
        """Find the best stretch of a window, and those that are near too in the text before and after it."""
        number, first, last = window
        area = self._areas[number]
        folded = self._texts.of(area.message, area.slot)
        if last - first < len(query):
            yield fuzz.ratio(query, folded.text[first:last]), area
            return
        pieces = [(first, last)]
        while pieces:
            start, end = pieces.pop()
            best = fuzz.partial_ratio_alignment(query, folded.text[start:end], score_cutoff=LEAST_SCORE)
            if best is None:
                continue
            low, high = start + best.dest_start, start + best.dest_end
            yield best.score, Span(area.message, area.slot, folded.back_to_start(low), folded.back(high))
            pieces += (piece for piece in ((start, low), (high, end)) if piece[1] - piece[0] >= len(query))


class _Windows:
    """Windows of all areas: texts that overlap by more than the longest query that they are for."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.places: list[tuple[int, int]] = []
        self._first: list[int] = []
        self._last: list[int] = []

    def add(self, number: int, text: str, start: int, step: int) -> None:
        """Cut an area's text, which begins at a place of the folded text."""
        size = 2 * step + step // 4 + 1
        self._first.append(len(self.texts))
        self.texts += (text[place : place + size] for place in range(0, len(text), step))
        self.places += ((number, start + place) for place in range(0, len(text), step))
        self._last.append(len(self.texts))

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        return np.fromiter(map(len, self.texts), np.int64, len(self.texts))

    def scores(self, query: str) -> NDArray[np.float32]:
        """Score all windows, 0 for what isn't near.

        Into a window that is shorter than the query, the partial ratio would fit the window, not the query. Such a
        window is the end of the one before it, unless it is a whole area: that is compared as a whole.

        Args:
            query: The query.

        Returns:
            Scores in [0, 100], float32, of shape (windows).
        """
        from rapidfuzz import process  # noqa: PLC0415 - it loads more than the rest, and few calls need it

        scores: NDArray[np.float32] = process.cdist(
            [query], self.texts, scorer=fuzz.partial_ratio, score_cutoff=LEAST_SCORE, dtype=np.float32
        )[0]
        short = self._lengths < len(query)
        scores[short] = 0
        whole = np.asarray(self._first, np.int64)[np.subtract(self._last, self._first) == 1]
        for number in whole[short[whole]].tolist():
            scores[number] = fuzz.ratio(query, self.texts[number], score_cutoff=LEAST_SCORE)
        return scores
