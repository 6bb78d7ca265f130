"""Which facts of a conversation are in view, before and after fragments are hidden."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riffler.tools.fact_index import FactIndex
from riffler.tools.fact_places import PlaceNumbers, edges_of, packed, texts_of
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory

Runs = tuple[list[int], list[int]]
"""Stretches that don't touch: where they begin, and one past where they end, as `packed` numbers."""


class Cover:
    """What of each text is hidden; worked out for the texts that are asked for.

    Args:
        memory: The working memory.
        index: Its index of facts, whose numbers of texts are used.
        hiding: Outermost fragments that are hidden, too, by position.
    """

    def __init__(self, memory: WorkingMemory, index: FactIndex, hiding: Sequence[Fragment] = ()) -> None:
        self._memory, self._index = memory, index
        self._more: dict[tuple[int, int], list[Span]] = {}
        for fragment in hiding:
            self._more.setdefault((fragment.span.message, fragment.span.slot), []).append(fragment.span)
        self._runs: dict[int, Runs] = {}

    def shows(self, places: PlaceNumbers) -> NDArray[np.bool_]:
        """Tell which places are visible as a whole."""
        starts: list[int] = []
        ends: list[int] = []
        for text in np.unique(texts_of(places)).tolist():
            runs = self._runs_of(text)
            starts += runs[0]
            ends += runs[1]
        if not starts:
            return np.ones(len(places), np.bool_)
        firsts, pasts = edges_of(places)
        at = np.searchsorted(np.array(starts, np.uint64), pasts) - 1
        visible: NDArray[np.bool_] = (at < 0) | (np.array(ends, np.uint64)[at] <= firsts)
        return visible

    def will_hide(self, span: Span) -> bool:
        """Tell whether one of the fragments that are hidden, too, contains a span."""
        more = self._more.get((span.message, span.slot), ())
        at = bisect_right(more, span.start, key=lambda other: other.start) - 1
        return at >= 0 and more[at].contains(span)

    def _runs_of(self, text: int) -> Runs:
        if text not in self._runs:
            slot = self._index.slot_of(text)
            spans = self._memory.hidden_spans(*slot)
            starts: list[int] = []
            ends: list[int] = []
            for span in sorted([*spans, *self._more.get(slot, ())], key=lambda span: span.start):
                start, end = packed(text, span.start), packed(text, span.end)
                if starts and start <= ends[-1]:
                    ends[-1] = max(ends[-1], end)
                else:
                    starts.append(start)
                    ends.append(end)
            self._runs[text] = starts, ends
        return self._runs[text]
