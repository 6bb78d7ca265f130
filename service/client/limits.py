"""The time limit of a try."""

from __future__ import annotations

import asyncio
from contextvars import Token
from types import TracebackType
from typing import Final

from riffler.service.client.deadline import TRIES
from riffler.service.client.tries import Tries

_GRACE_S: Final = 0.05
"""The limits of httpx2 come first: they tell whether anything was sent."""


class Within:
    """Bounds what is done in an `async with` by the time that is left, however the bytes come.

    In a plain `with` each wait for the network is told how much there is (`deadline.py`).

    Args:
        tries: Whose time it is.
    """

    def __init__(self, tries: Tries) -> None:
        self._tries = tries
        self._limit: asyncio.Timeout | None = None
        self._reset: Token[Tries | None] | None = None

    def __enter__(self) -> None:
        """Begin."""
        self._tries.left_s()
        self._reset = TRIES.set(self._tries)

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        if self._reset is not None:
            TRIES.reset(self._reset)

    async def __aenter__(self) -> None:
        """Begin."""
        self._limit = asyncio.timeout(self._tries.left_s() + _GRACE_S)
        await self._limit.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, and tell when there was no time left."""
        if self._limit is None:
            return
        try:
            await self._limit.__aexit__(kind, exc, trace)
        except TimeoutError:
            self._tries.left_s()  # raises ours
            raise
