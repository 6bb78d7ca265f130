"""How a decision's question was shown, as a session keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.tools.events import QueryRewritten


@dataclass(frozen=True, slots=True)
class KeptRewrite:
    """A question, and how the view showed it.

    Attributes:
        version: The version of the session that shows it so first.
        query: The asking part, as it came.
        event: What was decided of it.
    """

    version: int
    query: str
    event: QueryRewritten
