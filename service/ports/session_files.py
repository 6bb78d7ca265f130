"""The port to sessions as files; their format stands in `service/memory/files.py`."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Protocol

from riffler.service.ports.memory import SessionKey


class SessionLines(Protocol):
    """Writes sessions as lines, and makes sessions of them. Every method may raise a leaf of `MemoryFailed`."""

    async def export(self, key: SessionKey) -> Iterator[str] | None:
        """Write a session, as it is at one moment.

        Args:
            key: The session.

        Returns:
            Its lines, without their ends; None when there is none of this name.
        """
        ...

    def export_all(self, tenant: str) -> AsyncIterator[str]:
        """Write all sessions of a tenant. What is made or deleted meanwhile may be in it or not.

        Args:
            tenant: Whose.

        Returns:
            Lines, without their ends.
        """
        ...

    def restore(
        self, tenant: str, lines: Iterable[str] | AsyncIterable[str], name: str | None = None
    ) -> AsyncIterator[SessionKey]:
        """Make sessions of lines, one after the other, each all or none; those before one that can't be made stay.

        Args:
            tenant: Whose they are from now on.
            lines: What was exported; read as they are needed, so that one session at a time is held.
            name: Another name, where there is one session alone.

        Returns:
            Each session as soon as it is made. Raises `SessionExists` when there is one of a name, `LimitReached` when
            the tenant has as many as it may, and `InvalidInput` where the lines aren't as an export writes them, or no
            session may have a name.
        """
        ...
