"""Nearly the text: with a letter too few, too many or another, whatever its case.

The score is rapidfuzz's partial ratio: of the best stretch of text, 100 times twice the longest common subsequence over
both lengths. Text is looked at in windows that overlap by more than a query's length, so that the cost is linear in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import ScoreAlignment

from riffler.errors import InvalidArguments
from riffler.tools.finding.base import Found, Page, by_score
from riffler.tools.finding.folded import FoldedTexts
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory

LEAST_SCORE = 75.0
"""One letter of four may be another one."""

MOST = 2000
"""Of more matches than that, none is the one that was meant."""

_LONGEST = 200
_STEP = 32
_BATCH = 20_000
"""Windows looked at together; so many strings exist at once."""

_Column = NDArray[Any]
_Window = tuple[int, int, int]
"""The number of its area, and where it begins and ends in the folded text."""


class Fuzzy:
    """Finds what is nearly the query. Of matches that overlap the best one counts.

    Args:
        memory: The working memory.
        areas: Where to look.
        most: How many windows of text are looked at closely, those of the best score: no more matches are found.
    """

    def __init__(self, memory: WorkingMemory, areas: Sequence[Span], most: int = MOST) -> None:
        self._texts = FoldedTexts(memory)
        self._areas = areas
        self._most = most

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
            raise InvalidArguments(
                f"queries: a fuzzy query may have {_LONGEST} characters, got {len(query)}: quote less of it"
            )
        wanted = query.casefold()
        matches: list[tuple[float, Span]] = []
        aligned = (self._aligned(wanted, window) for window in self._best_windows(wanted))
        for match in sorted(aligned, key=lambda one: (one[1].message, one[1].slot, one[1].start)):
            if matches and matches[-1][1].overlaps(match[1]):
                matches[-1] = max(matches[-1], match, key=itemgetter(0))
            else:
                matches.append(match)
        return by_score([score for score, _ in matches], [span for _, span in matches], page)

    def _best_windows(self, query: str) -> Iterator[_Window]:
        """Give the windows with the best scores, by position; of equal scores the newest."""
        found = list(self._scored(query))
        if not found:
            return
        scores, numbers, starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
        best = np.sort(np.argsort(scores, kind="stable")[-self._most :])
        yield from zip(numbers[best].tolist(), starts[best].tolist(), ends[best].tolist(), strict=True)

    def _scored(self, query: str) -> Iterator[tuple[_Column, _Column, _Column, _Column]]:
        """Give the windows that have something near the query, by position: scores, areas, starts and ends."""
        from rapidfuzz import process  # noqa: PLC0415 - it loads more than the rest, and few calls need it

        step = max(_STEP, len(query))
        size = step + len(query) + len(query) // 4 + 1
        for number, area in enumerate(self._areas):
            folded = self._texts.of(area.message, area.slot)
            start, end = folded.there(area.start), folded.there(area.end)
            text = folded.text[start:end]
            places = range(0, max(1, len(text) - len(query) + 1), step)
            for first in range(0, len(places), _BATCH):
                batch = places[first : first + _BATCH]
                # Of a text shorter than the query, the partial ratio would tell how well it fits into the query.
                scorer = fuzz.ratio if len(text) < len(query) else fuzz.partial_ratio
                windows = [text[place : place + size] for place in batch]
                (scores,) = process.cdist([query], windows, scorer=scorer, score_cutoff=LEAST_SCORE)
                hits = np.flatnonzero(scores)
                starts = start + batch.start + hits * step
                yield scores[hits], np.full(len(hits), number), starts, np.minimum(starts + size, end)

    def _aligned(self, query: str, window: _Window) -> tuple[float, Span]:
        """Find the best stretch of a window."""
        number, start, end = window
        area = self._areas[number]
        folded = self._texts.of(area.message, area.slot)
        if end - start < len(query):
            return fuzz.ratio(query, folded.text[start:end]), area
        best = cast("ScoreAlignment", fuzz.partial_ratio_alignment(query, folded.text[start:end]))
        first, last = folded.back_to_start(start + best.dest_start), folded.back(start + best.dest_end)
        return best.score, Span(area.message, area.slot, first, last)
