"""What is lost from view, and how it is said: a few facts by name, the others by number."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

PHRASE = "nowhere else in view"

MOST = 12
"""Facts of a sort that are named; the others are counted."""

_LONGEST = 40
"""Characters of a fact that are shown."""

Sort = Literal["key", "value", "name", "number", "heading"]


@dataclass(frozen=True, slots=True)
class Lost:
    """What would be in view nowhere any more; each as it is written, on one line and clipped, by position.

    Attributes:
        keys: Keys of which no pair stays.
        values: Keys whose newest value goes, while an older and different one stays.
        names: Names.
        numbers: Numbers.
        headings: Headings.
        more: How many more of each sort, in this order, are lost and not named.
    """

    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    more: tuple[int, ...] = (0, 0, 0, 0, 0)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(getattr(self, each.name) for each in fields(self)[:-1])


class Naming:
    """Takes what is lost, by position: names the first of each sort, and counts the others.

    Args:
        most: How many of a sort are named.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._named: dict[Sort, dict[str, None]] = {"key": {}, "value": {}, "name": {}, "number": {}, "heading": {}}
        self._more = dict.fromkeys(self._named, 0)

    def is_full(self, sort: Sort) -> bool:
        """Tell whether no other one of a sort will be named: only their number matters."""
        return len(self._named[sort]) >= self._most

    def count(self, sort: Sort) -> None:
        """Take one that won't be named."""
        self._more[sort] += 1

    def add(self, sort: Sort, stated: str) -> None:
        """Take one. What looks like one that is named already isn't named again."""
        shown, named = shortened(stated), self._named[sort]
        if shown in named:
            return
        if self.is_full(sort):
            self.count(sort)
        else:
            named[shown] = None

    def lost(self) -> Lost:
        """Give all that was taken."""
        keys, values, names, numbers, headings = map(tuple, self._named.values())
        return Lost(keys, values, names, numbers, headings, tuple(self._more.values()))


def words(missing: Lost, phrase: str = PHRASE) -> str:
    """Say what would be lost in one clause.

    Args:
        missing: What is lost.
        phrase: What is said of it.

    Returns:
        For example `nowhere else in view: keys "bird", "fish"; numbers 17, 2026-11-25`; empty when nothing is missing.
    """
    if not missing:
        return ""
    parts = (
        _listed(missing.keys, missing.more[0], "key", "keys"),
        _listed(missing.values, missing.more[1], "newest value of key", "newest values of keys"),
        _listed(missing.names, missing.more[2], "name", "names"),
        _listed(missing.numbers, missing.more[3], "number", "numbers", quote=""),
        _listed(missing.headings, missing.more[4], "heading", "headings"),
    )
    return f"{phrase}: {'; '.join(part for part in parts if part)}"


def shortened(text: str) -> str:
    """Give a fact of a user's text as it can be shown: one line, clipped, without what can't be seen or turns text."""
    line = " ".join(text[: 2 * _LONGEST].split())
    if not line.isprintable():
        line = "".join(filter(str.isprintable, line))
    line = line.replace('"', "'")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _listed(found: tuple[str, ...], more: int, one: str, several: str, quote: str = '"') -> str:
    if not found:
        return ""
    named = ", ".join(f"{quote}{each}{quote}" for each in found)
    return f"{one if len(found) + more == 1 else several} {named}{f' and {more} more' if more else ''}"
