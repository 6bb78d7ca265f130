"""The port to a Redis: what stores need of a connection, so that they don't depend on how it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol


class ScriptRunner(Protocol):
    """Runs commands and Lua scripts, and gives Riffler's errors for Redis' own."""

    async def run(self, operation: Callable[[Any], Awaitable[Any]], *, within_s: float | None = None) -> Any:  # noqa: ANN401 - replies have many types
        """Run an operation that may be repeated.

        Args:
            operation: Takes a client of `redis.asyncio` that decodes replies.
            within_s: Its deadline, where it is shorter than the connection's own.

        Returns:
            What the operation gives.

        Raises:
            MemoryFailed: A leaf of it says what went wrong.
        """
        ...

    async def script(
        self,
        package: str | None,
        file: str,
        keys: Sequence[str],
        arguments: Sequence[str],
        *,
        within_s: float | None = None,
    ) -> Any:  # noqa: ANN401 - replies have many types
        """Run a Lua script that knows a repeated call.

        Args:
            package: The package that has the file.
            file: The script's file, below the package.
            keys: Its keys, all of one hash tag.
            arguments: Its arguments.
            within_s: Its deadline, where it is shorter than the connection's own.

        Returns:
            The reply.
        """
        ...
