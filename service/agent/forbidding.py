"""Arms that who asks a query rules out for it."""

from __future__ import annotations

from collections.abc import Collection

from riffler.bandits.arms import ARMS
from riffler.errors import InvalidInput

_NONE = "none"
_SHOWN = 40
"""Most characters of a name in an error."""

FORBIDDABLE = tuple(name for name in ARMS if name != _NONE)
"""All arms but `none`: that is what is left when all others are out."""


def forbidden(without: Collection[str]) -> frozenset[str]:
    """Read which arms aren't to be used for a query.

    Args:
        without: Their names.

    Returns:
        The same, each an arm that may be forbidden.

    Raises:
        InvalidInput: One isn't.
    """
    for name in without:
        if name not in FORBIDDABLE:
            why = "; `none` can't be forbidden, as it is what is left when all else is out" if name == _NONE else ""
            shown = ascii(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")
            raise InvalidInput(f"without: expected names of arms, of {', '.join(FORBIDDABLE)}, got {shown}{why}")
    return frozenset(without)
