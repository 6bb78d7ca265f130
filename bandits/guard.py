"""The guard: does a rewrite keep what the question depends on?

A rewrite that loses or invents a number, a quoted string, a negation or a name, that is no question any more, or that
runs away in length, is refused; then the raw query goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_LONGEST_TIMES = 3.0
_LONGEST_SPARE_CHARACTERS = 80
"""A rewrite may have three times the characters of its query and 80 more: short queries grow more when they're read
twice (two copies and a sentence of 26 characters)."""

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*%?")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”")
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE
)
_NAME = re.compile(r"(?<![.!?:\n\"“] )(?<!^)(?<!\n)\b[A-Z][\w'’-]+")
_ANY_WORD = re.compile(r"[\w'’-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says.

    Attributes:
        kept: Whether the rewrite may go on.
        reason: Why not; empty when it may.
    """

    kept: bool
    reason: str = ""


def check(original: str, rewrite: str) -> Verdict:
    """Judge a rewrite.

    Args:
        original: The query as it came.
        rewrite: Its new wording.

    Returns:
        The verdict.
    """
    if not rewrite.strip():
        return Verdict(False, "the rewrite is empty")
    if len(rewrite) > _LONGEST_TIMES * len(original) + _LONGEST_SPARE_CHARACTERS:
        return Verdict(False, f"the rewrite has {len(rewrite)} characters, the query {len(original)}")
    for kind, find in _KINDS.items():
        before, after = find(original), find(rewrite)
        if kind == "name":  # a name may move to a sentence's start, where a capital says nothing
            words = {word.lower() for word in _ANY_WORD.findall(rewrite)}
            lost = {name for name in before if name.lower() not in words}
            new = after - {word for word in _ANY_WORD.findall(original) if word in after}
        else:
            lost, new = before - after, after - before
        if lost:
            return Verdict(False, f"the rewrite loses the {kind} {min(lost)!r}")
        if new:
            return Verdict(False, f"the rewrite invents the {kind} {min(new)!r}")
    if ("?" in original) and ("?" not in rewrite):
        return Verdict(False, "the rewrite is no question any more")
    return Verdict(True)


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


def _quotes(text: str) -> set[str]:
    return {first or second for first, second in _QUOTED.findall(text)}


def _negations(text: str) -> set[str]:
    """Tell whether a text negates. Which word does it may change ("not any" for "no")."""
    return {"negation"} if _NEGATION.search(text) else set()


def _names(text: str) -> set[str]:
    return set(_NAME.findall(text)) - {"I", "Read"}


_KINDS: dict[str, Callable[[str], set[str]]] = {
    "number": _numbers,
    "quoted text": _quotes,
    "negation": _negations,
    "name": _names,
}
