"""Facts that stand in older pairs of a key: a newer pair stands for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


class LastPair:
    """The last pair before a block of facts: it may go on into it. Blocks come in order."""

    def __init__(self) -> None:
        self._end, self._older = 0, False

    def stale(self, starts: NDArray[np.integer], ends: NDArray[np.integer], pairs: Flags, older: Flags) -> Flags:
        """Tell which facts are, or stand in, an older pair.

        Args:
            starts: Where the facts begin, in any numbers that grow over all texts, int64 or uint64 (F,); facts of one
                place are in one block.
            ends: One past where they end, in the same numbers (F,).
            pairs: Which facts are pairs (F,).
            older: Which of the pairs are older ones (F,); of other facts it isn't read.

        Returns:
            Which facts begin in a pair, the last one that begins no later, that is an older one (F,).
        """
        at = np.flatnonzero(pairs)
        pasts = np.concatenate([np.array([self._end], ends.dtype), ends[at]])
        olders = np.concatenate([[self._older], older[at]])
        around = np.searchsorted(starts[at], starts, "right")
        self._end, self._older = int(pasts[-1]), bool(olders[-1])
        stale: Flags = (pasts[around] > starts) & olders[around]
        return stale
