"""Nearly the text: with a letter too few, too many or another, whatever its case.

The score is rapidfuzz's partial ratio: of the best stretch of text, 100 times twice the longest common subsequence over
both lengths. Text is looked at in windows that overlap by more than a query's length, so that the cost is linear in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from riffler.errors import InvalidArguments
from riffler.tools.finding.base import Found, Page, by_score
from riffler.tools.finding.folded import FoldedTexts
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory

LEAST_SCORE = 75.0
"""One letter of four may be another one."""

_LONGEST = 200
_STEP = 32
_BATCH = 20_000
"""Windows looked at together; so many strings exist at once."""


class Fuzzy:
    """Finds what is nearly the query. Of matches that overlap the best one counts.

    Args:
        memory: The working memory.
        areas: Where to look.
    """

    def __init__(self, memory: WorkingMemory, areas: Sequence[Span]) -> None:
        self._texts = FoldedTexts(memory)
        self._areas = areas

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
            raise InvalidArguments(f"a fuzzy query may have {_LONGEST} characters, got {len(query)}: quote less of it")
        wanted = query.casefold()
        return by_score((match for area in self._areas for match in self._matches(wanted, area)), page)

    def _matches(self, query: str, area: Span) -> Iterator[tuple[float, Span]]:
        """Give an area's matches, by position; none overlaps another."""
        folded = self._texts.of(area.message, area.slot)
        best: tuple[float, int, int] | None = None
        for score, start, end in _alignments(query, folded.text, folded.there(area.start), folded.there(area.end)):
            first, last = folded.back_to_start(start), folded.back(end)
            if best is not None and first < best[2]:
                best = max(best, (score, first, last), key=lambda one: one[0])
                continue
            if best is not None:
                yield best[0], Span(area.message, area.slot, *best[1:])
            best = (score, first, last)
        if best is not None:
            yield best[0], Span(area.message, area.slot, *best[1:])


def _alignments(query: str, text: str, start: int, end: int) -> Iterator[tuple[float, int, int]]:
    """Give the best stretch of each window that has one, by position."""
    from rapidfuzz import process  # noqa: PLC0415 - it loads NumPy's part with it, and few calls need it

    if end - start < len(query):  # the partial ratio would look for the text in the query
        score = fuzz.ratio(query, text[start:end], score_cutoff=LEAST_SCORE)
        if score:
            yield score, start, end
        return
    step = max(_STEP, len(query))
    size = step + len(query) + len(query) // 4 + 1
    places = range(start, max(start + 1, end - len(query) + 1), step)
    for first in range(0, len(places), _BATCH):
        batch = places[first : first + _BATCH]
        windows = [text[place : min(place + size, end)] for place in batch]
        found = process.extract(query, windows, scorer=fuzz.partial_ratio, score_cutoff=LEAST_SCORE, limit=None)
        for number in sorted(index for _, _, index in found):
            aligned = fuzz.partial_ratio_alignment(query, windows[number], score_cutoff=LEAST_SCORE)
            if aligned is not None and aligned.dest_start < aligned.dest_end:
                yield aligned.score, batch[number] + aligned.dest_start, batch[number] + aligned.dest_end
