"""What a store tells of decisions that were logged elsewhere, when it takes them in."""

from __future__ import annotations

from enum import IntEnum


class TakeOutcome(IntEnum):
    """What became of a decision that was logged elsewhere, when it was taken in with its reward."""

    ANOTHER = -1
    """Its id is another decision's here: nothing changed."""
    KEPT = 0
    """It has a reward here that wasn't taken in: that one stands."""
    COUNTED = 1
    """Its reward was learned now."""
    REPEATED = 2
    """This very reward was taken in before: nothing changed."""
    CORRECTED = 3
    """Its reward took the place of one that was taken in before, which is unlearned."""
    VOID = 4
    """It has a reward, and was given up here: nothing was learned."""
    NONE = 5
    """It has no reward."""
