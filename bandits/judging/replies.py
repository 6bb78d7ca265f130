"""What the judge said, read strictly.

A verdict is the first thing in a reply, with or without its label ("Score: 3") and Markdown, and an explanation may
follow. All else is refused: a verdict further down, or in quotes with words behind it, may be one that the judge quotes
from the answer, and two verdicts are none. Reading takes time in proportion to the reply's length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from riffler.bandits.judging.criteria import Criterion
from riffler.errors import JudgeFailed

BEST_GRADE = 4
"""The highest grade of the prompt's scale; the lowest is 0."""

Verdict = Literal["A", "B", "tie"]

_DECORATION = " \t\r\n*_`#~\"'“”‘’[]()"
_QUOTED_CHARACTERS = 80

_CRITERION_LABEL = re.compile(r"(?:the )?(?:chosen |best )?criterion[*_]{0,3} ?(?::|=|is\b)", re.IGNORECASE)
_SCORE_LABEL = re.compile(r"(?:(?:the|my|final) )?(?:score|rating|grade)[*_]{0,3} ?(?::|=|is\b)", re.IGNORECASE)
_VERDICT_LABEL = re.compile(
    r"(?:(?:the|my|final) )?(?:verdict|winner|better answer|result)[*_]{0,3} ?(?::|=|is\b)", re.IGNORECASE
)

# Behind a grade: "of 4" in some form, and neither a further digit nor another grade: 3.5, 3/10 and "3 or 4" are none.
_GRADE = re.compile(
    r"(?P<said>[0-4])(?:[*_]{0,3} ?(?:/|out of|of) ?4)?"
    r"(?![*_\])]{0,4}(?:[^\W_]|%|\.\d| ?(?:/|out of|or\b|to\b)| ?(?:[,−–—-]|of|and) ?\d|[\"'”’`].*\w))"
)
# The letter "A" may be an article or an initial, so more than a space must follow; and "A or B" names no winner.
_VERDICT = re.compile(
    r"(?:answer )?(?P<said>(?-i:[AB])|tie)(?:[*_`\"'”’\])]{0,6}\.?$|[*_\])]{0,4}"
    r"(?= ?[.:;,][*_]{0,3}(?:\s|$)| \(| [–—-] | is (?:the )?better\b)(?! ?[,–—-] ?(?:answer )?(?-i:[AB])\b))",
    re.IGNORECASE,
)


def read_criterion(reply: str, criteria: Sequence[Criterion]) -> Criterion:
    """Read which criterion the judge chose.

    Args:
        reply: What it said.
        criteria: Those that it could choose from.

    Returns:
        One of them.

    Raises:
        JudgeFailed: The first line doesn't begin with the name of one, or names two.
    """
    first = _parted(reply, _CRITERION_LABEL)[0].casefold()
    named = [each for each in criteria if re.search(rf"(?<![\w-]){each.name}(?![\w-])", first)]
    if len(named) != 1 or not first.startswith(named[0].name):
        raise JudgeFailed(*_unreadable(reply, "expected the name of one criterion first"))
    return named[0]


def read_grade(reply: str) -> int:
    """Read the grade that the judge gave.

    Args:
        reply: What it said.

    Returns:
        From 0 to `BEST_GRADE`.

    Raises:
        JudgeFailed: The reply doesn't begin with a whole number of the scale, or another one follows under a label.
    """
    return int(_one(reply, _SCORE_LABEL, _GRADE, f"a whole number from 0 to {BEST_GRADE}"))


def read_verdict(reply: str) -> Verdict:
    """Read which answer the judge found better.

    Args:
        reply: What it said.

    Returns:
        The one shown as A, the one shown as B, or neither.

    Raises:
        JudgeFailed: The reply doesn't begin with one of these, or another one follows under a label.
    """
    said = _one(reply, _VERDICT_LABEL, _VERDICT, "A, B or tie")
    return "A" if said == "A" else "B" if said == "B" else "tie"


def _one(reply: str, label: re.Pattern[str], form: re.Pattern[str], expected: str) -> str:
    opening, labelled = _parted(reply, label)
    found = form.match(opening)
    if found is None:
        raise JudgeFailed(*_unreadable(reply, f"expected {expected} first"))
    others = [form.match(line) for line in labelled]
    if not all(other and other["said"].casefold() == found["said"].casefold() for other in others):
        raise JudgeFailed(*_unreadable(reply, "expected one verdict, and another follows under a label"))
    return found["said"]


def _parted(reply: str, label: re.Pattern[str]) -> tuple[str, list[str]]:
    """Give the first line of a reply, and those later ones that have the label; all without label and decoration."""
    first, *rest = _bare(_unlabelled(reply, label) or reply).split("\n")
    later = (_unlabelled(line, label) for line in rest)
    return first.rstrip(), [_bare(line) for line in later if line is not None]


def _unlabelled(text: str, label: re.Pattern[str]) -> str | None:
    """Give what follows a label; None where there is none."""
    text = _bare(text)
    found = label.match(text)
    return text[found.end() :] if found else None


def _bare(text: str) -> str:
    return text.lstrip(_DECORATION)


def _unreadable(reply: str, expected: str) -> tuple[str, str]:
    start = reply.strip()[:_QUOTED_CHARACTERS]
    return (f"the judge's reply can't be read: {expected}", f"; it began {start!r}")
