"""Proper names that are told without their capital, from two lists in `lists`: WordNet's, and our own.

A name that is also a common word is a name where it has its capital at the head of a sentence. In lower case it is
none, but a place is one where what leads it is said of places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from riffler.bandits.features.phrases import Phrases

_ONLY_WITH_CAPITAL = "capital"
_SOFTWARE = "software"
_FRAMED = "framed"
_BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class Names:
    """The names.

    Attributes:
        any_case: Names whatever their case.
        with_capital: Single words that name something with a capital, and something else without.
        software: Those of programs and programming languages.
        framed: Single words that name a place, and something else without a capital.
        beside: Names in any case that are common words beside certain others, with these.
    """

    any_case: Phrases
    with_capital: frozenset[str]
    software: Phrases
    framed: frozenset[str]
    beside: Mapping[str, frozenset[str]]


@cache
def names() -> Names:
    """Read the lists.

    Returns:
        The names, cut into words as spaCy does.
    """
    folder = files(__package__) / "lists"
    kinds: dict[str, list[str]] = {}
    for line in (folder / "names_by_hand.txt").read_text("utf-8").splitlines():
        kind, _, row = line.partition("\t")
        kinds[kind] = row.split("|") if row else []
    with_capital, framed = frozenset(kinds.pop(_ONLY_WITH_CAPITAL)), frozenset(kinds.pop(_FRAMED))
    rows = (row.split() for row in kinds.pop(_BESIDE))
    beside = MappingProxyType({word: frozenset(others) for word, *others in rows})
    any_case = [
        *(folder / "names.txt").read_text("utf-8").splitlines(),
        *(name for row in kinds.values() for name in row),
    ]
    return Names(Phrases(*map(_cut, any_case)), with_capital, Phrases(*map(_cut, kinds[_SOFTWARE])), framed, beside)


def _cut(name: str) -> str:
    return name.replace("-", " - ").replace("'s", " 's").replace("s' ", "s ' ")
