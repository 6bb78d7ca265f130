"""The guard's closed lists and longer patterns, read once. They are data: `lists.toml`, `patterns.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def lists() -> dict[str, Any]:
    """Read all lists, table by table, as they stand."""
    return tomllib.loads(files(__package__).joinpath("lists.toml").read_text("utf-8"))


@cache
def word_set(table: str, key: str) -> frozenset[str]:
    """Give a list of words.

    Args:
        table: The table's name.
        key: The list's name in it.

    Returns:
        Its words.
    """
    return frozenset(lists()[table][key].split())


@cache
def rows(table: str, key: str) -> tuple[tuple[str, ...], ...]:
    """Give a list of rows of words.

    Args:
        table: The table's name.
        key: The list's name in it.

    Returns:
        Its rows, in order.
    """
    return tuple(tuple(row.split()) for row in lists()[table][key].split("|") if row.strip())


@cache
def phrases(table: str, key: str) -> tuple[str, ...]:
    """Give a list of phrases.

    Args:
        table: The table's name.
        key: The list's name in it.

    Returns:
        Its phrases, the longest first, so that a pattern of them takes the longest.
    """
    return tuple(sorted((" ".join(part.split()) for part in lists()[table][key].split("|")), key=len, reverse=True))


@cache
def groups(table: str, key: str) -> dict[str, frozenset[int]]:
    """Give the numbers of the rows that a word stands in.

    Args:
        table: The table's name.
        key: The list's name in it.

    Returns:
        For each word of the rows, their numbers.
    """
    found: dict[str, set[int]] = {}
    for number, row in enumerate(rows(table, key)):
        for word in row:
            found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@cache
def pattern(table: str, key: str) -> re.Pattern[str]:
    """Give a pattern of alternatives, which takes no notice of case.

    Args:
        table: The table's name.
        key: The pattern's name in it.

    Returns:
        It, compiled.
    """
    return re.compile(_filled("|".join(f"(?:{line})" for line in _patterns()[table][key])), re.IGNORECASE)


def part(name: str) -> str:
    """Give a pattern that others are made of.

    Args:
        name: Its name.

    Returns:
        It as a group.
    """
    return _filled(f"(?:{'|'.join(_patterns()['parts'][name])})")


def _filled(raw: str) -> str:
    return _NAMED.sub(lambda match: _verbs() if match[1] == "VERBS" else part(match[1]), raw)


def _verbs() -> str:
    verbs = (word_set("questions", key) for key in ("give", "explain", "make"))
    return "|".join(sorted(frozenset[str]().union(*verbs)))


_NAMED = re.compile(r"\{([A-Z_]+)\}")


@cache
def _patterns() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("patterns.toml").read_text("utf-8"))
