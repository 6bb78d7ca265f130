"""Work that has begun in a background's loop, to be stopped before what it stands on is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from riffler.service.integrations.background import Background


class UnderWay:
    """Knows the tasks that work.

    Args:
        background: In whose loop.
    """

    def __init__(self, background: Background) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        background.when_forked(self._forget)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note the task that this runs in, until the block ends."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - only coroutines of a loop come here
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def stop(self) -> None:
        """Cancel all, and wait until they have put their things in order: that takes what they stand on."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self) -> object:
        tasks, self._tasks = self._tasks, set()
        return tasks
