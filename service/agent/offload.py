"""Pure work on large conversations, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_LARGE_CHARACTERS = 200_000
"""Work on less takes a millisecond or two, which a thread's start isn't worth."""


async def offload(characters: int, work: Callable[[], T]) -> T:
    """Run pure work, in a thread when it is much, so that other turns go on meanwhile.

    Args:
        characters: How much text it works on.
        work: What to do; it shares nothing that changes.

    Returns:
        What the work gives.
    """
    if characters < _LARGE_CHARACTERS:
        return work()
    return await asyncio.to_thread(work)
