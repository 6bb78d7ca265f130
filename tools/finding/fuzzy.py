"""Nearly the text: with a letter too few, too many or another, whatever its case and accents.

The score is rapidfuzz's partial ratio: of the best stretch of text, 100 times twice the longest common subsequence over
both lengths. Text is looked at in windows that overlap by more than a query's length, so that the cost is linear in it.
It is the dearest way to search: many long queries in much text would take minutes, so a call has a time limit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from riffler.errors import InvalidArguments, SearchTooSlow
from riffler.tools.finding.base import Found, Page, Searched, by_score
from riffler.tools.finding.folded import FoldedTexts, fold
from riffler.tools.finding.limit import Limit
from riffler.tools.fragments import Span
from riffler.tools.quoting import clipped, one_line

LEAST_SCORE = 75.0
"""One letter of four may be another one."""

MOST = 2000
"""Of more places than that, none is the one that was meant."""

_LONGEST = 200
_ECHO = 60
_STEP = 32
_BATCH = 650_000
"""Characters of the windows that are made and scored at once: a tenth of a second, or with a long query two."""

LIMIT_S = 20.0
"""For all queries of a call. Some dozen words in four megabytes take half of it."""

_Window = tuple[int, int, int]
"""The number of its area, and where it begins and ends in the folded text."""


class Fuzzy:
    """Finds what is nearly the query. Of matches that overlap the best one counts.

    Args:
        memory: What is searched, such as a working memory.
        areas: Where to look.
        most: How many windows of text are looked at closely, those of the best score.
        limit_s: Seconds for all queries, from now on.
    """

    def __init__(self, memory: Searched, areas: Sequence[Span], most: int = MOST, limit_s: float = LIMIT_S) -> None:
        self._texts = FoldedTexts(memory)
        self._areas = areas
        self._most = most
        self._limit = Limit(limit_s)
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
            SearchTooSlow: The time is up.
        """
        if len(query) > _LONGEST:
            raise InvalidArguments(f"queries: a fuzzy query may have {_LONGEST} characters, got {len(query)}")
        try:
            return self._find(query, page)
        except TimeoutError as exc:
            raise SearchTooSlow(
                f"queries: the fuzzy search took longer than {self._limit.seconds:g} s and was stopped at "
                f'"{one_line(clipped(query, _ECHO))}": look for fewer or shorter texts at once, only in some messages '
                "or fragments, or in another way"
            ) from exc

    def _find(self, query: str, page: Page) -> Found:
        wanted = fold(query)
        if not wanted:
            return by_score([], [], page)
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
            yield windows.place(number)

    def _windows_for(self, length: int) -> _Windows:
        """Give the windows for queries of a length; queries of about the same length share them."""
        step = -(-length // _STEP) * _STEP
        known = self._windows.get(step)
        if known is None:
            known = self._windows[step] = _Windows(step, self._limit)
            for number, area in enumerate(self._areas):
                folded = self._texts.of(area.message, area.slot)
                start, end = folded.there(area.start), folded.there(area.end)
                known.add(number, folded.text, start, end)
        return known

    def _aligned(self, query: str, window: _Window) -> Iterator[tuple[float, Span]]:
        """Find the best stretch of a window, and those that are near too in the text before and after it."""
        _check(self._limit)
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
            yield best.score, Span(area.message, area.slot, folded.start(low), folded.end(high, area.end))
            pieces += (piece for piece in ((start, low), (high, end)) if piece[1] - piece[0] >= len(query))


def _check(limit: Limit) -> None:
    if limit.left <= 0:
        raise TimeoutError


class _Windows:
    """Windows of all areas: stretches that overlap by more than the longest query that they are for.

    Only where they begin is kept; their texts, four times those of the areas, are made a batch at a time.

    Args:
        step: From the beginning of one to that of the next.
        limit: Of the time; it is checked before each batch.
    """

    def __init__(self, step: int, limit: Limit) -> None:
        self._limit = limit
        self._step, self._size = step, 2 * step + step // 4 + 1
        self._areas: list[tuple[int, str, int, int]] = []
        """Of each area its number, the folded text that it is part of, and where it begins and ends in that."""
        self._firsts: list[int] = [0]
        """The number of each area's first window, and of the one after the last."""

    def add(self, number: int, text: str, start: int, end: int) -> None:
        """Add an area that is not empty."""
        self._areas.append((number, text, start, end))
        self._firsts.append(self._firsts[-1] + len(range(start, end, self._step)))

    def place(self, number: int) -> _Window:
        """Give a window's area, and where it begins and ends."""
        at = bisect_right(self._firsts, number) - 1
        area, _, first, end = self._areas[at]
        start = first + (number - self._firsts[at]) * self._step
        return area, start, min(end, start + self._size)

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

        scores = np.zeros(self._firsts[-1], np.float32)
        done = 0
        texts = (
            text[place : min(end, place + self._size)]
            for _, text, start, end in self._areas
            for place in range(start, end, self._step)
        )
        while batch := list(islice(texts, _BATCH // self._size)):
            _check(self._limit)
            scores[done : done + len(batch)] = process.cdist(
                [query], batch, scorer=fuzz.partial_ratio, score_cutoff=LEAST_SCORE, dtype=np.float32
            )[0]
            short = np.fromiter(map(len, batch), np.int64, len(batch)) < len(query)
            scores[done : done + len(batch)][short] = 0
            done += len(batch)
        for at, (_, text, start, end) in enumerate(self._areas):
            if end - start < len(query) and self._firsts[at + 1] - self._firsts[at] == 1:
                scores[self._firsts[at]] = fuzz.ratio(query, text[start:end], score_cutoff=LEAST_SCORE)
        return scores
