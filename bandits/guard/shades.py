"""Small words that set how much, how surely and when: all or some, must or may, did or will.

Each table of `lists.toml` holds shades that exclude each other. Where a query has a shade and its rewrite has another
one of the table in its place, something else is asked. A shade that only goes or comes says too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from riffler.bandits.guard.lists import lists
from riffler.bandits.guard.reading import Reading

_NAMES = {"quantity": "a quantity", "duty": "a duty", "tense": "a time"}
_YES_NO = "yes"


def complaints(before: Reading, after: Reading) -> Iterator[str]:
    """Say whether a rewrite puts one small word in the place of another that says something else.

    Args:
        before: The query.
        after: Its rewrite, without what it explains.

    Yields:
        What is wrong.
    """
    for table, called in _NAMES.items():
        had, has = _shades(table, before.core), _shades(table, after.core)
        if had and has and had.isdisjoint(has) and not (table == "duty" and not _is_asked(before, after)):
            yield f"the rewrite changes {called}"


def _is_asked(before: Reading, after: Reading) -> bool:
    """Tell whether the duty is what is asked: "may employers ...?"; "how can I" and "how should I" ask the same."""
    return all(_YES_NO in kind for reading in (before, after) for kind in reading.kinds[-1:]) and bool(before.kinds)


def _shades(table: str, text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _patterns(table) if pattern.search(text))


@cache
def _patterns(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Read a table: the name of each shade, and a pattern of its words and phrases."""
    return tuple(
        (
            name,
            re.compile(rf"(?<![\w'’])(?:{'|'.join(part.strip() for part in words.split('|'))})(?!\w)", re.IGNORECASE),
        )
        for name, words in lists()["shades"][table].items()
    )
