"""`reread`: the question, and then once more: https://arxiv.org/abs/2309.06275 (Xu et al. 2023, "Re-Reading", RE2).

A decoder reads the second copy with the first one in sight. It costs no call of a model.
"""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.arms.base import Ask
from riffler.bandits.query import Query


@dataclass(frozen=True, slots=True)
class Reread:
    """Says the query twice, in the paper's form."""

    name: str = "reread"
    version: str = "1"
    needs_model: bool = False

    def offered(self, query: Query) -> bool:
        """Tell whether there is something to read again."""
        return bool(query.text.strip())

    async def rewrite(self, query: Query, ask: Ask | None) -> str:
        """Give the query, the paper's sentence, and the query."""
        return f"{query.text}\nRead the question again: {query.text}"
