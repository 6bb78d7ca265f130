"""What becomes of a query in an arm's hands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """What an arm made of a query, after the guard.

    Attributes:
        executed: The arm whose text goes on.
        text: That text.
        reason: Why it isn't the arm drawn; empty when it is.
    """

    executed: str
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an arm makes of a query.

    Attributes:
        text: Its text; empty when it made none.
        reason: Why that may not go on; empty when it may.
    """

    text: str
    reason: str = ""
