"""The port to who counts and times what the parts do: they tell it, and know nothing of metrics."""

from __future__ import annotations

from typing import Literal, Protocol

Outcome = Literal["done", "failed", "cancelled"]
AuditOutcome = Literal["done", "unavailable", "crowded", "over_budget", "failed", "deleted", "stopped"]
"""What became of an audit: it is kept; the engine can't judge; too many wait; the day's budget is spent; a call failed;
its session is deleted; the service stopped. None but the first is kept."""


class Observer(Protocol):
    """Is told of operations of Redis, calls of the model and audits that have ended, and of records of turns.

    It is quick, and raises nothing.
    """

    def operated(self, operation: str, seconds: float, error: str) -> None:
        """Hear of an operation of Redis.

        Args:
            operation: The name of our Lua script, or `command`.
            seconds: How long it took, with what was sent again and a start of the embedded server.
            error: The class of Riffler's error; empty when there was none.
        """
        ...

    def generated(self, outcome: Outcome, seconds: float, error: str) -> None:
        """Hear of a call of the model.

        Args:
            outcome: How it ended.
            seconds: How long it took.
            error: The class of Riffler's error, `Unforeseen` for any other; empty when there was none.
        """
        ...

    def audited(self, outcome: AuditOutcome, tokens: int) -> None:
        """Hear of an audit.

        Args:
            outcome: What became of it.
            tokens: What it took, also when it came to nothing.
        """
        ...

    def unrecorded(self, waiting: int, lost: int) -> None:
        """Hear of records that the turn log couldn't keep yet.

        Args:
            waiting: How many wait now, in this process.
            lost: How many have just been lost.
        """
        ...

    def unreadable(self, count: int) -> None:
        """Hear of records of the turn log that can't be read back and are left out: of each once.

        Args:
            count: How many were found just now.
        """
        ...


class Observers:
    """Tells all who want to hear. None at first: who counts is made later than what is counted."""

    def __init__(self) -> None:
        self._all: list[Observer] = []

    def add(self, observer: Observer) -> None:
        """Tell one more from now on."""
        self._all.append(observer)

    def operated(self, operation: str, seconds: float, error: str) -> None:
        """See the port."""
        for each in self._all:
            each.operated(operation, seconds, error)

    def generated(self, outcome: Outcome, seconds: float, error: str) -> None:
        """See the port."""
        for each in self._all:
            each.generated(outcome, seconds, error)

    def audited(self, outcome: AuditOutcome, tokens: int) -> None:
        """See the port."""
        for each in self._all:
            each.audited(outcome, tokens)

    def unrecorded(self, waiting: int, lost: int) -> None:
        """See the port."""
        for each in self._all:
            each.unrecorded(waiting, lost)

    def unreadable(self, count: int) -> None:
        """See the port."""
        for each in self._all:
            each.unreadable(count)
