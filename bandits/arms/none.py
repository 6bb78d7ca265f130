"""`none`: the query goes as it came. An arm like any other, and always offered."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.arms.base import Ask
from riffler.bandits.query import Query


@dataclass(frozen=True, slots=True)
class NoRewrite:
    """Changes nothing."""

    name: str = "none"
    version: str = "1"
    needs_model: bool = False

    def offered(self, query: Query) -> bool:
        """Tell that it can always be drawn."""
        return True

    async def rewrite(self, query: Query, ask: Ask | None) -> str:
        """Give the query's text."""
        return query.text
