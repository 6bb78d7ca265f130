"""What an arm is: one way to reword a query."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from riffler.bandits.query import Query

Ask = Callable[[str], Awaitable[str]]
"""Asks a model: a prompt goes in, its reply comes out."""


class Arm(Protocol):
    """Rewords a query."""

    @property
    def name(self) -> str:
        """As it stands in logs."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same query would be reworded otherwise. A posterior belongs to it."""
        ...

    @property
    def needs_model(self) -> bool:
        """Whether it can't do without `ask`."""
        ...

    def offered(self, query: Query) -> bool:
        """Tell whether it has something to do on this query.

        Args:
            query: The query.

        Returns:
            Whether it may be drawn.
        """
        ...

    async def rewrite(self, query: Query, ask: Ask | None) -> str:
        """Reword the query.

        Args:
            query: The query.
            ask: Asks a model; None where the engine can't be asked.

        Returns:
            The new wording.

        Raises:
            RewriteFailed: It can't be done.
        """
        ...
