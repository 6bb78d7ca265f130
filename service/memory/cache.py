"""`MemoryCache`: working memories that this process read or made last, so that they needn't be read and parsed again.

A working memory never changes, so one that is kept can be shared. Whether it is still the session's is asked in Redis
each time, by the token of the commit that made it: versions alone would take a session that was deleted and made anew
for the old one.
"""

from __future__ import annotations

from collections import OrderedDict

from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory

_SESSION, _MESSAGE, _FRAGMENT, _HIT, _FACT = 1500, 800, 400, 250, 20
"""What each takes beside its text, in bytes as measured: many short conversations would else fill the memory unseen."""


def size_of(memory: WorkingMemory) -> int:
    """Tell how much room a memory takes.

    Args:
        memory: The memory.

    Returns:
        Characters of its messages, and what session, messages, fragments, hits and the index of facts take beside them.
    """
    beside = _MESSAGE * len(memory.entries) + _FRAGMENT * len(memory.fragments) + _HIT * len(memory.hits)
    beside += _FACT * memory.facts_read
    return _SESSION + beside + memory.characters


class MemoryCache:
    """Keeps the least recently used out, by size.

    Args:
        characters: Most to keep, as `size_of` counts; 0 keeps nothing.
    """

    def __init__(self, characters: int) -> None:
        self._most = self._room = characters
        self._kept: OrderedDict[SessionKey, tuple[str, WorkingMemory, int]] = OrderedDict()

    def get(self, key: SessionKey) -> tuple[str, WorkingMemory] | None:
        """Give what is known of a session, and count it as used.

        Args:
            key: The session.

        Returns:
            The token of the commit that made the memory, and the memory.
        """
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[:2]

    def put(self, key: SessionKey, commit: str, memory: WorkingMemory) -> None:
        """Keep a memory; a session that alone is larger than the room isn't kept.

        Args:
            key: The session.
            commit: Token of the commit that made the memory.
            memory: The memory.
        """
        self.drop(key)
        size = size_of(memory)
        if size > self._most:
            return
        self._kept[key] = (commit, memory, size)
        self._room -= size
        while self._room < 0:
            _, (_, _, freed) = self._kept.popitem(last=False)
            self._room += freed

    def drop(self, key: SessionKey) -> None:
        """Forget a session."""
        found = self._kept.pop(key, None)
        if found is not None:
            self._room += found[2]
