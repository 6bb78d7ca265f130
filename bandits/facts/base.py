"""What a fact is, and what a word is. Knows no kind of fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "date", "unit", "quoted", "negation", "name"]

WORD = re.compile(r"[^\W_][\w]*(?:[-'’][^\W_]\w*)*")
"""A word, with the hyphens and apostrophes inside it."""

_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something in a text that a rewrite must keep.

    Attributes:
        kind: What it is.
        value: How it is compared; equal values say the same.
        start: Where it begins in the text.
        end: Where it is over.
    """

    kind: Kind
    value: str
    start: int
    end: int


def words(text: str) -> frozenset[str]:
    """Give the words of a text, in lower case and without a possessive ending, and also the parts of compounds."""
    found = {bare(match[0]).lower() for match in WORD.finditer(text)}
    return frozenset(found | {part for word in found for part in word.split("-")})


def bare(word: str) -> str:
    """Give a word without a possessive ending."""
    return _POSSESSIVE.sub("", word) if word[-1] in "s'’" else word
