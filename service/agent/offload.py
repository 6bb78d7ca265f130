"""Pure work that takes its time, off the event loop: on large conversations, and with spaCy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar

from riffler.errors import ReportsBusy

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
    return await in_a_thread(work)


async def in_a_thread(work: Callable[[], T]) -> T:
    """Run pure work in a thread, however much there is: a search takes seconds for a bad pattern in a short text.

    Args:
        work: What to do; it shares nothing that changes. Cancelled, it isn't begun, or runs to its end unheard.

    Returns:
        What the work gives.
    """
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
_MOST_WAITING: Final = 32
_room = BoundedSemaphore(_MOST_WAITING)
"""Of work on logs, begun or not: what waits holds the log that it is of."""


_under_way: set[Future[Any]] = set()


def logs_under_way() -> int:
    """Count the work on logs that is begun or waits."""
    return len(_under_way)


def _ended(work: Future[Any]) -> None:
    _under_way.discard(work)
    _room.release()


async def with_log(work: Callable[[], T]) -> T:
    """Run work on a policy's log in the thread that is there for it: it may take seconds.

    Args:
        work: What to do. Cancelled, it isn't begun, or runs to its end unheard.

    Returns:
        What the work gives.

    Raises:
        ReportsBusy: So much waits already that more is refused.
    """
    if not _room.acquire(blocking=False):
        raise ReportsBusy(f"{_MOST_WAITING} reports are under way already: ask again when one has come")
    context = copy_context()
    begun = _LOGS.submit(context.run, work)
    _under_way.add(begun)
    begun.add_done_callback(_ended)  # called once, for one that was cancelled too
    return await asyncio.wrap_future(begun)
