"""The one place that a marker names: text quoted by a model, which must occur once in what the view shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from riffler.errors import InvalidState, MarkerNotFound, MarkerNotUnique
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory

_SHOWN_PLACES = 20


def only_place(
    memory: WorkingMemory, marker: str, places: Iterable[Span], *, name: str, where: str, elsewhere: str
) -> Span:
    """Find the one place of a marker that isn't hidden.

    Args:
        memory: The working memory.
        marker: The text that is quoted, not empty.
        places: Where to look. A few more than twenty visible occurrences are read at most; hidden text is passed over.
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
    hiding: Fragment | None = None
    for span, hidden_by in _occurrences(memory, marker, places):
        hiding = hiding or hidden_by
        if hidden_by is None:
            shown.append(span)
            if len(shown) > _SHOWN_PLACES:
                break
    if len(shown) == 1:
        return shown[0]
    if shown:
        count = f"more than {_SHOWN_PLACES}" if len(shown) > _SHOWN_PLACES else str(len(shown))
        raise MarkerNotUnique(
            f"{name} occurs {count} times in {where}: make it unique by quoting more of the text around it"
        )
    if hiding is not None:
        raise InvalidState(f"{name} occurs only in hidden text: restore {hiding.id} first")
    raise MarkerNotFound(f"{name} occurs 0 times in {where}: copy it exactly as it stands there, or {elsewhere}")


def _occurrences(memory: WorkingMemory, marker: str, places: Iterable[Span]) -> Iterator[tuple[Span, Fragment | None]]:
    """Give the visible occurrences, and one of those that a hidden fragment has a part of, with that fragment."""
    for place in places:
        text = memory.messages[place.message].texts[place.slot]
        start = text.find(marker, place.start, place.end)
        while start >= 0:
            span = Span(place.message, place.slot, start, start + len(marker))
            hiding = memory.hiding(span)
            yield span, hiding
            start = text.find(marker, hiding.span.end if hiding else start + 1, place.end)
