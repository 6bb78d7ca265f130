"""Proper names that are told without their capital, from two lists in `lists`: WordNet's, and our own.

A name that is also a common word is a name where it has its capital at the head of a sentence, and not in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from riffler.bandits.features.phrases import Phrases

_ONLY_WITH_CAPITAL = "capital"
_SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class Names:
    """The names.

    Attributes:
        any_case: Names whatever their case.
        with_capital: Single words that name something with a capital, and something else without.
        software: Those of programs and programming languages.
    """

    any_case: Phrases
    with_capital: frozenset[str]
    software: Phrases


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
    with_capital = frozenset(kinds.pop(_ONLY_WITH_CAPITAL))
    any_case = [
        *(folder / "names.txt").read_text("utf-8").splitlines(),
        *(name for row in kinds.values() for name in row),
    ]
    return Names(Phrases(*map(_cut, any_case)), with_capital, Phrases(*map(_cut, kinds[_SOFTWARE])))


def _cut(name: str) -> str:
    return name.replace("-", " - ").replace("'s", " 's").replace("s' ", "s ' ")
