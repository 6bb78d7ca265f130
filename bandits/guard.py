"""The guard: does a rewrite keep what the question depends on?

A rewrite that loses or invents a number, a quoted string, a negation or a name, that is no question any more, or that
runs away in length, is refused; then the raw query goes on. What counts as a number or a name is in `facts`.

It reads words, not meanings: a synonym may pass that changes the question, and "unmarried" for "not married" is
refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from riffler.bandits.facts import Kind, facts, words

LONGEST_TIMES = 2.5
LONGEST_SPARE_CHARACTERS = 80
"""A rewrite may have two and a half times the characters of its query and 80 more: a query that is read twice has two
copies and a sentence of 26 characters, and a short one grows more when it is paraphrased."""

SHORTEST_SHARE = 1 / 8
"""A rewrite keeps at least this share of its query's characters."""

_QUESTION_MARKS = "?？؟"
_CALLED: dict[Kind, str] = {"number": "a number", "quoted": "a quoted text", "name": "a name", "negation": "a negation"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says.

    Attributes:
        kept: Whether the rewrite may go on.
        reason: Why not; empty when it may. It quotes nothing: decisions are logged with it and hold no user's text.
    """

    kept: bool
    reason: str = ""


def check(original: str, rewrite: str) -> Verdict:
    """Judge a rewrite.

    Numbers, quoted texts and names are compared as sets: each must stand in the rewrite, and none may be new. A name
    may stand where a capital says nothing, and a word that the query has in lower case may get a capital. Negations are
    counted, times the copies of the query that the rewrite holds.

    Args:
        original: The query as it came.
        rewrite: Its new wording.

    Returns:
        The verdict. A query is always a faithful rewrite of itself, and so is one that is read twice.
    """
    if rewrite == original:
        return Verdict(True)
    if not rewrite.strip():
        return Verdict(False, "the rewrite is empty")
    if len(rewrite) > LONGEST_TIMES * len(original) + LONGEST_SPARE_CHARACTERS:
        return Verdict(False, f"the rewrite is too long: {len(rewrite)} characters for {len(original)}")
    if len(rewrite) < SHORTEST_SHARE * len(original):
        return Verdict(False, f"the rewrite is too short: {len(rewrite)} characters for {len(original)}")
    complaint = _lost_or_new(original, rewrite)
    if complaint:
        return Verdict(False, complaint)
    if any(mark in original for mark in _QUESTION_MARKS) and not any(mark in rewrite for mark in _QUESTION_MARKS):
        return Verdict(False, "the rewrite is no question any more")
    return Verdict(True)


def _lost_or_new(original: str, rewrite: str) -> str:
    before, after = _by_kind(original), _by_kind(rewrite)
    old_words, new_words = words(original), words(rewrite)
    copies = max(1, rewrite.count(original)) if original else 1
    for kind, called in _CALLED.items():
        if kind == "negation":
            had, has = copies * before[kind].total(), after[kind].total()
            lost, new = has < had, has > had
        elif kind == "name":
            lost = any(not _parts(name) <= new_words for name in before[kind])
            new = any(not _parts(name) <= old_words for name in after[kind])
        elif kind == "quoted":  # other quotes around it, or none, are no matter
            lost = any(text not in rewrite for text in before[kind])
            new = any(text not in original for text in after[kind])
        else:
            lost, new = not before[kind].keys() <= after[kind].keys(), not after[kind].keys() <= before[kind].keys()
        if lost or new:
            return f"the rewrite {'loses' if lost else 'invents'} {called}"
    return ""


def _by_kind(text: str) -> dict[Kind, Counter[str]]:
    found: dict[Kind, Counter[str]] = {kind: Counter() for kind in _CALLED}
    for fact in facts(text):
        found[fact.kind][fact.value] += 1
    return found


def _parts(name: str) -> set[str]:
    return set(name.lower().split("-"))
