"""Who pays for what a model reads and writes: whoever began the task that asks it, and tasks that this one starts."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

_PAYER: ContextVar[Callable[[int], None] | None] = ContextVar("riffler_payer", default=None)


def pay_with(payer: Callable[[int], None]) -> None:
    """Name who pays in this task from here on, and in those that it starts.

    Args:
        payer: Is told of tokens. It is quick, and raises nothing.
    """
    _PAYER.set(payer)


def is_paid() -> bool:
    """Tell whether anybody pays: where nobody does, nothing needs to be counted."""
    return _PAYER.get() is not None


def spent(tokens: int) -> None:
    """Tell who pays of tokens; where nobody does, nobody is told.

    Args:
        tokens: Of a call that has ended, read and written.
    """
    payer = _PAYER.get()
    if payer is not None:
        payer(tokens)
