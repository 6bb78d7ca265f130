"""`none`: the query goes as it came. An arm like any other, and always offered."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.arms.base import Rewrite
from riffler.bandits.query import Query


@dataclass(frozen=True, slots=True)
class NoRewrite:
    """Changes nothing."""

    name: str = "none"
    version: str = "1"
    asks: bool = False

    def by_rule(self, query: Query) -> Rewrite | None:
        """Give the query's text."""
        return Rewrite(query.text)

    def prompt(self, query: Query) -> Rewrite | None:
        """Ask nothing."""
        return None
