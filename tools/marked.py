"""The one place that a marker names: text quoted by a model, which must occur once in what the view shows."""

from __future__ import annotations

from collections.abc import Iterable

from riffler.errors import InvalidState, MarkerNotFound, MarkerNotUnique
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory

_SHOWN_PLACES = 20


def only_place(memory: WorkingMemory, found: Iterable[Span], name: str, where: str, elsewhere: str) -> Span:
    """Take the one place of a marker that isn't hidden.

    Args:
        memory: The working memory.
        found: The places where the marker stands; a few more than twenty visible ones are read at most.
        name: The argument, for errors.
        where: Where was looked, for errors: `the user's messages`.
        elsewhere: What else would widen the look, for errors: `choose another role`.

    Returns:
        The place.

    Raises:
        MarkerNotFound: It stands nowhere.
        MarkerNotUnique: It stands in several places.
        InvalidState: It stands only in hidden text.
    """
    shown: list[Span] = []
    hidden: Span | None = None
    for span in found:
        if memory.hiding(span) is None:
            shown.append(span)
            if len(shown) > _SHOWN_PLACES:
                break
        else:
            hidden = hidden or span
    if len(shown) == 1:
        return shown[0]
    if shown:
        count = f"more than {_SHOWN_PLACES}" if len(shown) > _SHOWN_PLACES else str(len(shown))
        raise MarkerNotUnique(
            f"{name} occurs {count} times in {where}: make it unique by quoting more of the text around it"
        )
    if hidden is not None:
        hiding = memory.hiding(hidden)
        raise InvalidState(f"{name} occurs only in hidden text: restore {hiding.id if hiding else 'it'} first")
    raise MarkerNotFound(f"{name} occurs 0 times in {where}: copy it exactly as it stands there, or {elsewhere}")
