"""Reports on logs: one at a time, and the same one for all who ask for it at once.

A report holds thousands of decisions and takes seconds of a processor, so however many are asked for, the memory of one
is used, and few are waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from riffler.errors import ReportsBusy

T = TypeVar("T")

_OF_TENANT: Final = 4
"""Reports of one tenant that may be under way or wait: one tenant can't keep all others out."""
_OF_ALL: Final = 16


@dataclass(eq=False, slots=True)
class _UnderWay:
    """A report that is being made; who wants it waits for its task."""

    task: asyncio.Task[Any]
    waiting: int = 0


class SharedReports:
    """Makes reports in turn. Of one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._under_way: dict[tuple[str, Hashable], _UnderWay] = {}

    async def get(self, tenant: str, asked: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Give a report: one that is being made already, or a new one.

        Args:
            tenant: Whose.
            asked: What is asked for, of this tenant.
            make: Makes it. It is stopped when nobody waits for it any more.

        Returns:
            The report. Raises what `make` raises.

        Raises:
            ReportsBusy: Too many others are under way.
        """
        name = (tenant, asked)
        found = self._under_way.get(name)
        if found is None:
            self._check_room(tenant)
            found = self._under_way[name] = _UnderWay(asyncio.create_task(self._in_turn(make)))
        found.waiting += 1
        try:
            result: T = await asyncio.shield(found.task)
        finally:
            found.waiting -= 1
            if not found.waiting:
                found.task.cancel()  # of no effect on one that has ended
                del self._under_way[name]
        return result

    def _check_room(self, tenant: str) -> None:
        mine = sum(owner == tenant for owner, _ in self._under_way)
        if mine >= _OF_TENANT or len(self._under_way) >= _OF_ALL:
            raise ReportsBusy(f"{len(self._under_way)} reports are under way already: ask again when one has come")

    async def _in_turn(self, make: Callable[[], Awaitable[T]]) -> T:
        async with self._turn:
            return await make()
