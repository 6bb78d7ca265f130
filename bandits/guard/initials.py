"""Short forms made of first letters, and the words that they are short for: `GDPR`, `dob`, `asap`, `LA`."""

from __future__ import annotations

import re

from riffler.bandits.guard.reading import Reading, Token

_SMALL = frozenset("of the and for in to a an on".split())
_DOTS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_KNOWN = {"us": "united states", "usa": "united states", "uk": "united kingdom", "eu": "european union",
          "ussr": "soviet union", "ai": "artificial intelligence", "pc": "computer", "la": "los angeles"}  # fmt: skip
_LENGTHS = range(2, 7)


def resolved(before: Reading, after: Reading) -> frozenset[str]:
    """Find the words of two texts that are short for words of the other one, or that others are short for.

    Args:
        before: A text.
        after: Another.

    Returns:
        Short forms and full words, in lower case.
    """
    if before.is_long or after.is_long:
        return frozenset()
    return frozenset(_explained(before, after) | _explained(after, before))


def _explained(shorts: Reading, fulls: Reading) -> set[str]:
    found: set[str] = set()
    tokens = fulls.tokens
    every = "".join(token.word[0] for token in tokens)
    large = [token for token in tokens if token.word not in _SMALL]
    initials = "".join(token.word[0] for token in large)
    for short in short_forms(shorts):
        full = _KNOWN.get(short, "").split()
        if full and all(word in fulls.words for word in full):
            found |= {short, *full}
        for letters, among in ((every, list(tokens)), (initials, large)):
            run = _run(short, letters, among)
            if run:
                found |= {short, *run}
    return found


def short_forms(reading: Reading) -> set[str]:
    """Give the words of a text that may be short forms: of two to six letters, with dots or without.

    Args:
        reading: The text.

    Returns:
        Them, in lower case, without dots.
    """
    dotted = {match[0].replace(".", "").lower() for match in _DOTS.finditer(reading.core)}
    spelled = {
        token.word
        for token in reading.tokens
        if len(token.word) in _LENGTHS and token.word.isalpha() and token.word not in _SMALL
    }
    return dotted | spelled


def _run(short: str, letters: str, among: list[Token]) -> set[str]:
    at = letters.find(short)
    if at < 0:
        return set()
    words = {token.word for token in among[at : at + len(short)]}
    return words if short not in words else set()
