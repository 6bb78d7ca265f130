"""Pools of connections. A connection belongs to the event loop that it was made in: in another one it is of no use.

So a client that serves several loops, one after the other (`asyncio.run` twice) or at once in several threads, has a
pool for each. Threads share one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from weakref import WeakKeyDictionary

import httpx2


class AsyncPools:
    """The pools of a client, one for each event loop that it is used in.

    A pool is closed with its loop, where nobody closes it before. Nothing tells of a loop's end but this: before it is
    closed, `asyncio.run` closes the async generators that began in it and wait. So one waits with each pool. Let go of,
    it is closed by its loop, too.

    Args:
        make: Makes a pool.

    Attributes:
        closed: Whether there are to be no more.
    """

    def __init__(self, make: Callable[[], httpx2.AsyncClient]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiting] = WeakKeyDictionary()
        self.closed = False

    async def get(self) -> httpx2.AsyncClient:
        """Give the pool of the event loop that runs.

        Returns:
            The pool; the first time it is made.
        """
        loop = asyncio.get_running_loop()
        with self._lock:
            known = self._pools.get(loop)
        if known is None or known.pool.is_closed:
            known = _Waiting(self._make())
            await known.begin()  # waits for nothing: no other task comes between
            with self._lock:
                for ended in [other for other in self._pools if other.is_closed()]:
                    del self._pools[ended]
                self._pools[loop] = known
        return known.pool

    async def aclose(self) -> None:
        """Close all: those of other event loops when these come to it."""
        self.closed = True
        with self._lock:
            own = self._pools.pop(asyncio.get_running_loop(), None)
            self._pools.clear()
        if own is not None:
            await own.aclose()


class Pools:
    """The pool of a client that threads share.

    Args:
        make: Makes it.
    """

    def __init__(self, make: Callable[[], httpx2.Client]) -> None:
        self._pool = make()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._pool.is_closed

    def get(self) -> httpx2.Client:
        """Give the pool."""
        return self._pool

    def close(self) -> None:
        """Close it."""
        self._pool.close()


class _Waiting:
    """A pool, and what waits with it for the end of its event loop."""

    def __init__(self, pool: httpx2.AsyncClient) -> None:
        self.pool = pool
        self._waits = _wait_with(pool)

    async def begin(self) -> None:
        await anext(self._waits)

    async def aclose(self) -> None:
        await self._waits.aclose()


async def _wait_with(pool: httpx2.AsyncClient) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await pool.aclose()
