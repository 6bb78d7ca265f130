"""Fragments: named spans of a message's text, and where to cut.

A fragment names characters `[start, end)` of one text slot of one message. It never holds text: the original does.
Fragments of a slot are *laminar*: two of them are apart, or one lies wholly inside the other. A hidden fragment hides
all that lies inside it; restored, it shows its inner fragments in the states that they had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from riffler.tools.structure.places import nearest_place

FRAGMENT_ID = r"^f[0-9a-f]{5}$"
SEARCH_ID = r"^s[0-9a-f]{5}$"
LAST_ID = 0xFFFFF
"""Ids have five hexadecimal digits, so a session has 1,048,575 fragments and as many search hits at most."""


class FragmentState(StrEnum):
    """What the view shows in the fragment's place."""

    VISIBLE = "visible"
    FOLDED = "folded"
    SUMMARISED = "summarised"


_STATES = {state.value: state for state in FragmentState}
"""By value: an enumeration's own look-up takes a third of the time in which a large session is read."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `[start, end)` of one text slot of one message, all counted from zero."""

    message: int
    slot: int
    start: int
    end: int

    def contains(self, other: Span) -> bool:
        """Tell whether another span lies wholly in this one (equal counts)."""
        return self._beside(other) and self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two share a character."""
        return self._beside(other) and self.start < other.end and other.start < self.end

    def _beside(self, other: Span) -> bool:
        return (self.message, self.slot) == (other.message, other.slot)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A span with an id and a state.

    Attributes:
        id: `f` and five hexadecimal digits, in the order of creation.
        span: The characters that it names.
        tokens: Tokens of its original text, as the counter of that time counted them when it was cut: a figure to show
            and to choose by. Budgets count the view anew.
        touched: The version in which it was cut or last changed its state.
        state: What the view shows in its place.
        focus: What the summary is about; empty when there is none.
        summary: What the view shows when the state is summarised; empty otherwise.
        cut: The version in which it was cut; by default that in which it was touched, as before its first change.
    """

    id: str
    span: Span
    tokens: int
    touched: int
    state: FragmentState = FragmentState.VISIBLE
    focus: str = ""
    summary: str = ""
    cut: int = -1

    def __post_init__(self) -> None:
        if self.cut < 0:
            object.__setattr__(self, "cut", self.touched)

    @property
    def shown_again(self) -> bool:
        """Whether it is visible and was hidden before, since it was cut."""
        return not self.hidden and self.touched > self.cut

    @property
    def hidden(self) -> bool:
        """Whether the view shows something else than the original."""
        return self.state is not FragmentState.VISIBLE

    def become(self, state: FragmentState, version: int, focus: str = "", summary: str = "") -> Fragment:
        """Give this fragment in another state.

        Args:
            state: The new state.
            version: The version in which it changes.
            focus: What the summary is about.
            summary: The summary's text.

        Returns:
            A new fragment; the id and the span stay.
        """
        return replace(self, state=state, touched=version, focus=focus, summary=summary)

    def to_dict(self) -> dict[str, Any]:
        """Give the fragment as JSON-safe values.

        Returns:
            A dictionary that `from_dict` reads back.
        """
        value = {
            "id": self.id,
            "span": [self.span.message, self.span.slot, self.span.start, self.span.end],
            "tokens": self.tokens,
            "touched": self.touched,
            "state": self.state.value,
            "focus": self.focus,
            "summary": self.summary,
        }
        return value if self.cut == self.touched else value | {"cut": self.cut}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Fragment:
        """Take a fragment back from what `to_dict` gave.

        Args:
            value: The dictionary. Sessions that were stored by earlier versions of Riffler don't say when a changed
                fragment was cut: it counts as cut then, and from its next change on as shown again.

        Returns:
            The same fragment.
        """
        return cls(
            value["id"],
            Span(*value["span"]),
            value["tokens"],
            value["touched"],
            _STATES[value["state"]],
            value["focus"],
            value["summary"],
            value.get("cut", -1),
        )


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A place that a search found: an id of its own and the characters that matched."""

    id: str
    span: Span


def fragment_id(number: int) -> str:
    """Name the fragment of this number (from 1)."""
    return f"f{number:05x}"


def search_id(number: int) -> str:
    """Name the search hit of this number (from 1)."""
    return f"s{number:05x}"


def outermost(fragments: Iterable[Fragment]) -> list[Fragment]:
    """Give fragments by position, without those that lie in others of them.

    Args:
        fragments: In any order.

    Returns:
        The others.
    """
    found: list[Fragment] = []
    for fragment in sorted(fragments, key=lambda f: (f.span.message, f.span.slot, f.span.start, -f.span.end)):
        if not (found and found[-1].span.contains(fragment.span)):
            found.append(fragment)
    return found


def cut_points(text: str, start: int, end: int, pieces: int) -> list[int]:
    """Choose where to cut a span into pieces of about equal length.

    Each cut moves from its even place to the nearest boundary within a third of a piece: a paragraph's end if there is
    one, else a line's, a sentence's, a word's. None lies inside a word, a number or a character, unless one is longer
    than a piece (one endless word): then it lies between two characters.

    Args:
        text: The slot's text.
        start: The span's first character.
        end: One past its last.
        pieces: How many pieces are wanted, at least 1.

    Returns:
        The cuts strictly between start and end, ascending; fewer than `pieces - 1` where the text is too short.
    """
    size = (end - start) / pieces
    cuts: list[int] = []
    previous = start
    for number in range(1, pieces):
        ideal = round(start + number * size)
        cut = nearest_place(text, ideal, size / 3, previous, end) if ideal > previous else previous
        if previous < cut < end:
            cuts.append(cut)
            previous = cut
    return cuts
