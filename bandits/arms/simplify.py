"""`simplify`: drop what frames a question without being part of it, by rule.

Dropped are politeness and frames ("could you please tell me"), fillers ("basically"), asides in round brackets without
a number, a name or a negation, and words said twice in a row. Numbers, names, quoted strings and negations stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from riffler.bandits.arms.base import Ask
from riffler.bandits.query import Query

_FRAME = re.compile(
    r"""^(?:(?:hi|hello|hey)\b(?:\s+(?:there|all|everyone))?[\s,!.]*)?
    (?:(?:please|so|well|ok|okay|um|uh|also)\b[\s,]*)*
    (?:(?:i\s+(?:was\s+wondering|wonder|am\s+wondering)(?:\s+if)?|(?:can|could|would|will)\s+you(?:\s+(?:please|kindly|perhaps|possibly|maybe))*
      |i\s+would\s+(?:really\s+)?like\s+to\s+know|i'd\s+(?:really\s+)?like\s+to\s+know|i\s+want\s+to\s+know|do\s+you\s+(?:happen\s+to\s+)?know)\b[\s,]*
      (?:you\s+(?:could|can|might|would)\s+)?(?:(?:please|kindly)\s+)?(?:tell\s+me|let\s+me\s+know|help\s+me\s+(?:find|understand))?[\s,:]*)?""",
    re.IGNORECASE | re.VERBOSE,
)
_FILLERS = re.compile(
    r"\b(?:basically|actually|honestly|kind of|sort of|you know|i mean|if possible|please|thanks(?: a lot)?|thank you)"
    r"\b,?\s*",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\(([^()]*)\)")
_ASIDE_MATTERS = re.compile(r"\d|[A-Z\"“'‘]|\b(?:not|no|never|without)\b|n't")
_TWICE = re.compile(r"\b([A-Za-z]+)(?:\s+\1\b)+", re.IGNORECASE)
_MAY_DOUBLE = frozenset(["that", "had"])
_QUOTED = re.compile(r"(\"[^\"]*\"|“[^”]*”)")


def simplified(text: str) -> str:
    """Drop from a question what isn't part of it.

    Args:
        text: The question.

    Returns:
        The shorter question; the text itself where nothing is dropped or nothing would be left.
    """
    pieces = _QUOTED.split(text)
    pieces[0] = _FRAME.sub("", pieces[0].lstrip(), count=1) if pieces[0].strip() else pieces[0]
    kept = "".join(piece if number % 2 else _plainer(piece) for number, piece in enumerate(pieces))
    kept = re.sub(r"[ \t]{2,}", " ", kept).strip(" \t,")
    kept = re.sub(r"\s+([?.!,])", r"\1", kept)
    if not re.search(r"\w", kept) or kept.strip() == text.strip():
        return text
    return kept[:1].upper() + kept[1:] if text.lstrip()[:1].isupper() else kept


def _plainer(text: str) -> str:
    text = _ASIDE.sub(lambda aside: aside[0] if _ASIDE_MATTERS.search(aside[1]) else "", text)
    text = _FILLERS.sub("", text)
    return _TWICE.sub(lambda twice: twice[0] if twice[1].lower() in _MAY_DOUBLE else twice[1], text)


@dataclass(frozen=True, slots=True)
class Simplify:
    """Drops frames, fillers and repetitions."""

    name: str = "simplify"
    version: str = "1"
    needs_model: bool = False

    def offered(self, query: Query) -> bool:
        """Tell whether there is anything to drop."""
        return simplified(query.text) != query.text

    async def rewrite(self, query: Query, ask: Ask | None) -> str:
        """Give the shorter question."""
        return simplified(query.text)
