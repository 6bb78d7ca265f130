"""What a way of finding is, and how its finds are put in order and on pages.

An *area* is a span to look in: areas lie apart, in the conversation's order. A *mark* says where a page ended, so that
the next one goes on there; it is good for the same query over the same areas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from riffler.tools.fragments import Span

Order = Literal["newest", "oldest", "best"]
Mark = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Which of a query's matches are wanted.

    Attributes:
        order: `best` is newest first where all matches are equally good.
        most: How many, at least 1.
        after: Where the page before ended; None gives the first page.
    """

    order: Order
    most: int
    after: Mark | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of matches.

    Attributes:
        total: How many matches there are on all pages.
        spans: Where they are, in the order that was wanted; none is empty.
        mark: Where this page ends; None when nothing comes after it.
    """

    total: int
    spans: tuple[Span, ...]
    mark: Mark | None


class Texts(Protocol):
    """A message as ways of finding read it: by the number of its texts."""

    @property
    def texts(self) -> Sequence[str]:
        """What can be searched."""
        ...


class Searched(Protocol):
    """What is searched: a working memory, or whatever has texts by message and number."""

    @property
    def messages(self) -> Sequence[Texts]:
        """The messages, in order."""
        ...


class Finder(Protocol):
    """A way of finding, made for one call over its areas: what queries can share is worked out once."""

    def find(self, query: str, page: Page) -> Found:
        """Find a query's matches.

        Args:
            query: What to find, not empty.
            page: Which of the matches.

        Returns:
            The page. The pages of a query, one after another, are all its matches, each once.
        """
        ...


class Look(Protocol):
    """Looks into one area, for `by_position`."""

    def __call__(self, area: Span, low: int, high: int, most: int, *, newest: bool) -> tuple[int, list[Span]]:
        """Count an area's matches, and give the first or last of those between two places.

        Args:
            area: Where to look.
            low: The first character in which a given match may begin.
            high: One past the last in which it may end; may be below `low`.
            most: How many to give; may be 0.
            newest: Whether to give the last of them, last first.

        Returns:
            The number in the whole area, and the matches.
        """
        ...


def by_position(areas: Sequence[Span], look: Look, page: Page) -> Found:
    """Find matches area by area, for ways in which all matches are equally good.

    Args:
        areas: Where to look.
        look: Looks into one of them.
        page: Which of the matches.

    Returns:
        The page. Its mark has the message, the slot and the character where the last match given begins, or ends when
        the oldest come first.
    """
    newest = page.order != "oldest"
    total, spans = 0, list[Span]()
    for area in reversed(areas) if newest else areas:
        low, high = _left(area, page.after, newest=newest)
        wanted = page.most + 1 - len(spans) if low < high else 0
        count, found = look(area, low, high, wanted, newest=newest)
        total += count
        spans += found
    shown = tuple(spans[: page.most])
    return Found(total, shown, position_mark(shown, page) if len(spans) > page.most else None)


def position_mark(shown: Sequence[Span], page: Page) -> Mark:
    """Say where a page of `by_position` ends.

    Args:
        shown: Its matches, at least one.
        page: Which page it is.

    Returns:
        The mark.
    """
    last = shown[-1]
    return last.message, last.slot, last.end if page.order == "oldest" else last.start


def _left(area: Span, after: Mark | None, *, newest: bool) -> tuple[int, int]:
    """Give the part of an area that a mark has left for the next pages."""
    if after is None:
        return area.start, area.end
    here, there = (area.message, area.slot), tuple(after[:2])
    if here == there:
        return (area.start, min(area.end, after[2])) if newest else (max(area.start, after[2]), area.end)
    return (area.start, area.end) if (here < there) == newest else (0, 0)


def by_score(scores: Sequence[float], spans: Sequence[Span], page: Page) -> Found:
    """Put matches of different worth in order.

    Args:
        scores: The score of each match.
        spans: Where the matches are, in the conversation's order.
        page: Which of them.

    Returns:
        The page; of equal scores the newest come first. Its mark has the number of matches on the pages so far.
    """
    order = list(range(len(spans)))
    if page.order != "oldest":
        order.reverse()
    if page.order == "best":
        order.sort(key=scores.__getitem__, reverse=True)  # in reverse too, a sort keeps the order of equals
    first = page.after[0] if page.after else 0
    shown = tuple(spans[number] for number in order[first : first + page.most])
    return Found(len(order), shown, score_mark(shown, page) if first + len(shown) < len(order) else None)


def score_mark(shown: Sequence[Span], page: Page) -> Mark:
    """Say where a page of `by_score` ends.

    Args:
        shown: Its matches.
        page: Which page it is.

    Returns:
        The mark.
    """
    return ((page.after[0] if page.after else 0) + len(shown),)
