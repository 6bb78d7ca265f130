"""Pure work that takes its time, off the event loop: on large conversations, and with spaCy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
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


_LANGUAGE = ThreadPoolExecutor(1, thread_name_prefix="riffler-language")
"""One thread, as a spaCy pipeline isn't promised to be safe in several: it fills tables of its own as it reads."""


async def with_language(work: Callable[[], T]) -> T:
    """Run work on parses in the thread that is there for it, so that other turns go on meanwhile.

    A query takes some 10 ms, one of 2,000 words or with a pronoun that stands for something in a long session more.

    Args:
        work: What to do. Cancelled, it isn't begun, or runs to its end unheard.

    Returns:
        What the work gives.
    """
    context = copy_context()  # the log's request id goes along
    return await asyncio.get_running_loop().run_in_executor(_LANGUAGE, lambda: context.run(work))


_LOGS = ThreadPoolExecutor(1, thread_name_prefix="riffler-logs")
"""One thread, so that however many look at logs, questions have the other cores."""


async def with_log(work: Callable[[], T]) -> T:
    """Run work on a policy's log in the thread that is there for it: it may take seconds.

    Args:
        work: What to do. Cancelled, it isn't begun, or runs to its end unheard.

    Returns:
        What the work gives.
    """
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(_LOGS, lambda: context.run(work))
