"""Computed beginnings, kept by the name of a session: the longest common beginning is not computed again.

What is kept is of prompts only, and in whole chunks: so whoever goes on from it computes the same chunks, in the same
shapes, as whoever computes all, and gets the same numbers to the last bit. A reply is computed token by token, which
rounds otherwise; it is computed again, in chunks, when it comes back in the next prompt.

An entry is never changed: whoever uses it copies what it shares, which costs a small part of computing it. Names are
never mixed, so that nobody can time what another session asked.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Computed = TypeVar("Computed")
"""Keys and values, as an engine keeps them."""

_PER_NAME = 3
"""The conversation, the same before its last fold (a restore goes back to it), and one aside."""


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Computed]):
    ids: npt.NDArray[np.int64]
    computed: Computed
    size: int


class PrefixStore(Generic[Computed]):
    """Keeps keys and values within a number of bytes, the least recently used going first.

    Args:
        limit: In bytes; 0 keeps nothing.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[tuple[str, int], _Entry[Computed]] = OrderedDict()
        self._numbers = count()
        self.size = 0

    def longest(self, name: str, ids: list[int]) -> tuple[Computed, int] | None:
        """Find the entry that shares most with a prompt.

        Args:
            name: The session.
            ids: The prompt.

        Returns:
            The entry's keys and values, and how many of its first tokens are the prompt's; None when not one is.
        """
        prompt = np.asarray(ids, dtype=np.int64)
        newest_first = [key for key in reversed(self._entries) if key[0] == name]  # of equal ones, it stays the newest
        shared = {key: common_length(self._entries[key].ids, prompt) for key in newest_first}
        best = max(shared, key=shared.__getitem__, default=None)
        if best is None or shared[best] == 0:
            return None
        self._entries.move_to_end(best)
        return self._entries[best].computed, shared[best]

    def holds(self, name: str, ids: list[int]) -> bool:
        """Tell whether some tokens are kept already, alone or as the beginning of more.

        Args:
            name: The session.
            ids: The tokens.

        Returns:
            True when they are.
        """
        wanted = np.asarray(ids, dtype=np.int64)
        for key, entry in self._entries.items():
            if key[0] == name and common_length(entry.ids, wanted) == len(wanted):
                self._entries.move_to_end(key)
                return True
        return False

    def put(self, name: str, ids: list[int], computed: Computed, size: int) -> None:
        """Keep what was computed, unless it is kept already.

        Args:
            name: The session; empty keeps nothing.
            ids: The tokens that were computed.
            computed: Their keys and values, which nobody changes.
            size: What those take, in bytes.
        """
        if not name or not ids or size > self._limit or self.holds(name, ids):
            return
        new = np.asarray(ids, dtype=np.int64)
        for key, entry in list(self._entries.items()):
            if key[0] == name and common_length(entry.ids, new) == len(entry.ids):
                self._drop(key)  # the new one has all of it
        self._entries[name, next(self._numbers)] = _Entry(new, computed, size)
        self.size += size
        own = [key for key in self._entries if key[0] == name]
        for key in own[:-_PER_NAME]:
            self._drop(key)
        while self.size > self._limit:
            self._drop(next(iter(self._entries)))

    def make_room(self, size: int) -> None:
        """Forget entries, the least recently used first.

        Args:
            size: What to get under, in bytes; 0 forgets all.
        """
        while self._entries and self.size > max(0, size):
            self._drop(next(iter(self._entries)))

    def _drop(self, key: tuple[str, int]) -> None:
        self.size -= self._entries.pop(key).size


def common_length(one: npt.ArrayLike, other: npt.ArrayLike) -> int:
    """Count how many first tokens two texts have in common.

    Args:
        one: Token ids.
        other: Token ids.

    Returns:
        How many.
    """
    one, other = np.asarray(one, np.int64), np.asarray(other, np.int64)
    length = min(len(one), len(other))
    differs = np.flatnonzero(one[:length] != other[:length])
    return int(differs[0]) if len(differs) else length
