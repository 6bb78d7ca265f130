"""A gate before turns: so many of a process prepare at once, and the others wait, first come, first served.

Where two hundred clients begin in the same moment, and all their turns prepare side by side, none gets done: each waits
for all others at each of its steps, and the deadlines of its steps pass, though the store has long answered. Behind the
gate each has its answers soon. Who has to wait for a model holds nobody up: it has left the gate by then.

Who asks in this process and stops listening before its decision is there keeps its slot, as it keeps its session.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

MOST: Final = 8
"""A process has one event loop and one thread for language: that keeps both at work while some wait for the store."""


class Slot:
    """The right to prepare, until it is left.

    Args:
        free: What counts the free ones; one was taken.
    """

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free, self._left = free, False

    def leave(self) -> None:
        """Let the next one prepare. Leaving again changes nothing."""
        if not self._left:
            self._left = True
            self._free.release()


class Gate:
    """Lets so many prepare at once.

    Args:
        most: How many.
    """

    def __init__(self, most: int = MOST) -> None:
        self._free = asyncio.Semaphore(most)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Slot]:
        """Wait for a slot, and hold it for the block, or until it is left. Who is cancelled meanwhile takes none.

        Yields:
            The slot.
        """
        await self._free.acquire()
        slot = Slot(self._free)
        try:
            yield slot
        finally:
            slot.leave()
