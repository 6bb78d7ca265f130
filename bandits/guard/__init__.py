"""The guard: does a rewrite keep what the question depends on?

A rewrite that loses or invents a number, a date, a unit, a quoted string, a name, a negation or a restriction, that
asks for another kind of answer or in another language, or that runs away in length, is refused; then the raw query
goes on. What counts as a number or a name is in `facts`; each judge here is one file.

It reads words and closed lists, no meanings: a synonym may pass that changes the question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riffler.bandits.guard import content, language, naming, polarity, questions, shades, values
from riffler.bandits.guard.elaborations import unelaborated
from riffler.bandits.guard.reading import Reading, is_grammar, reading_of, unexplained
from riffler.bandits.guard.roles import Parse, exchanged

LONGEST_TIMES = 2.5
LONGEST_SPARE_CHARACTERS = 80
"""A rewrite may have two and a half times the characters of its query and 120 more: a short one grows when it is
explained."""

LONGEST_SPARE_WORDS = 14
LONGEST_SPARE_SHARE = 1 / 4
"""A rewrite may have 14 words more than its query, and one more for each four of the query's."""

SHORTEST_SHARE = 1 / 8
"""A rewrite keeps at least this share of its query's characters."""

_AGAIN = "Read the question again:"
_QUESTION_MARKS = "?？؟"
_SENTENCE = re.compile(r"[^.!?\n:]+")
_SHORTEST_SENTENCE = 12
"""Characters of a sentence that may not be said again and again."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says.

    Attributes:
        kept: Whether the rewrite may go on.
        reason: Why not; empty when it may. It quotes nothing: decisions are logged with it and hold no user's text.
    """

    kept: bool
    reason: str = ""


def check(original: str, rewrite: str, *, known: Sequence[str] = (), parse: Parse | None = None) -> Verdict:
    """Judge a rewrite.

    A rewrite that says the query twice, as the arm `reread` does, is judged copy by copy.

    Args:
        original: The query as it came.
        rewrite: Its new wording.
        known: Texts that a rewrite may draw on, such as the session's memory: a name, number, date, unit or quoted text
            of theirs is no invention. What the query has must stay all the same.
        parse: Gives a parsed document of a text. Without it the guard doesn't see that two things have changed roles:
            who does what to whom.

    Returns:
        The verdict. A query is always a faithful rewrite of itself, and so is one that is read twice.
    """
    if rewrite == original:
        return Verdict(True)
    if not rewrite.strip():
        return Verdict(False, "the rewrite is empty")
    first, again, second = rewrite.partition(f"\n{_AGAIN} ")
    if rewrite == f"{original}\n{_AGAIN} {original}":
        return Verdict(True)
    if again and _AGAIN not in original and _AGAIN not in second:
        one = check(original, first, known=known, parse=parse)
        return check(original, second, known=known, parse=parse) if one.kept else one
    reason = next(_complaints(original, rewrite, "\n".join(known), parse), "")
    return Verdict(not reason, reason)


def _complaints(original: str, rewrite: str, known: str, parse: Parse | None = None) -> Iterator[str]:
    yield from _out_of_length(len(original), len(rewrite))
    before, after, source = reading_of(original), reading_of(rewrite, stories=False), reading_of(known)
    if _keeps_story(before, after):
        before = reading_of(original, stories=False)
    whole, after = after, unelaborated(after, before)
    plain, glossed = unexplained(after, before), unexplained(after, before, "glossed")
    yield from values.complaints(before, whole, source, glossed)
    yield from naming.complaints(before, whole, source, glossed)
    if language.changed(before, after):
        yield "the rewrite is in another language"
    had, has = len(_WORD.findall(original)), sum(word.lower() not in source.words for word in _WORD.findall(after.raw))
    if has > had * (1 + LONGEST_SPARE_SHARE) + LONGEST_SPARE_WORDS:
        yield f"the rewrite is too long: {has} words for {had}"
    if _repeats(rewrite) > max(2, _repeats(original)):
        yield "the rewrite is too long: it says the same again and again"
    yield from polarity.complaints(before, plain)
    english = language.is_english(before)  # in other languages restrictions and kinds of questions can't be told
    if english and questions.changed(before.sentences, plain.sentences):
        yield "the rewrite asks for another kind of answer"
    if _marked(original) and not _marked(rewrite) and not questions.kinds(after.sentences):
        yield "the rewrite is no question any more"
    if english:
        yield from shades.complaints(before, plain)
        yield from content.complaints(before, after, source)
        if parse is not None and exchanged(before, plain, parse):
            yield "the rewrite exchanges two roles"


def _keeps_story(before: Reading, after: Reading) -> bool:
    """Tell whether a rewrite has at least half of the words of the story in a query's frame."""
    if before.is_long or after.is_long:
        return False
    told = reading_of(before.raw, stories=False)
    story = {token.word for token in told.tokens} - {token.word for token in before.tokens}
    words = {word for word in story if not is_grammar(word)}
    return bool(words) and 2 * len(words & after.words) >= len(words)


def _out_of_length(had: int, has: int) -> Iterator[str]:
    if has > LONGEST_TIMES * had + LONGEST_SPARE_CHARACTERS:
        yield f"the rewrite is too long: {has} characters for {had}"
    if has < SHORTEST_SHARE * had:
        yield f"the rewrite is too short: {has} characters for {had}"


def _repeats(text: str) -> int:
    """Count how often a text has its most frequent sentence of some length."""
    counts = Counter(match[0].strip().lower() for match in _SENTENCE.finditer(text))
    return max((count for sentence, count in counts.items() if len(sentence) >= _SHORTEST_SENTENCE), default=0)


def _marked(text: str) -> bool:
    return any(mark in text for mark in _QUESTION_MARKS)
