"""`reread`: the question, and then once more: https://arxiv.org/abs/2309.06275 (Xu et al. 2023, "Re-Reading", RE2).

A decoder reads the second copy with the first one in sight. It costs no call of a model.
"""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.arms.base import Rewrite
from riffler.bandits.query import Query


@dataclass(frozen=True, slots=True)
class Reread:
    """Says the query twice, in the paper's form."""

    name: str = "reread"
    version: str = "1"
    asks: bool = False

    def by_rule(self, query: Query) -> Rewrite | None:
        """Give the query, the paper's sentence, and the query; None for a blank one."""
        text = query.text
        return Rewrite(f"{text}\nRead the question again: {text}") if text.strip() else None

    def prompt(self, query: Query) -> Rewrite | None:
        """Ask nothing."""
        return None
