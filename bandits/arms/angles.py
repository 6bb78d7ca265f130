"""The angles of an answer, by the kind of what is asked: what one wants to hear about a task, a choice, a fault.

Named for keywords, and for questions that are short and wide; not for one that is about something particular.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from riffler.bandits.facts import WORD, facts

TASK = "Give the steps, what is needed, and common mistakes."
TERM = "Say what it is, how it differs from similar things, and give an example."
COMPARISON = "Give the criteria, and say when to choose which."
CHOICE = "Give the criteria, and the trade-offs."
FAULT = "Give the likely causes, and say how to check each."
OPINION = "Give the arguments for and against."
VAGUE = "Ask for the details that matter."

_MOST_WORDS = 7
_POINTS = frozenset(
    "it its this that these those he him his she her they them their one ones there here else then instead".split()
)
_ANYONE = r"(?:i|you|u|we|one)"
_DISPUTED = "waste|worth|wrong|right|overrated|necessary|fair"
_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE), angle)
    for pattern, angle in (
        (rf"how\s+(?:do|can|should)\s+{_ANYONE}\s+(?!know|tell|think|feel|say|spell|find\b)\w+", TASK),
        (r"why\s+(?:is|are|does|do|has|have|did|isn['’]?t|won['’]?t|doesn['’]?t|can['’]?t)\s+my\b", FAULT),
        (r"(?:there['’]?s|there\s+is|something(?:\s+is|['’]?s))\s+(?:something\s+)?wrong\b", FAULT),
        (r"(?:what|which|where|who)(?:['’]?s|\s+is|\s+are)\s+the\s+(?:best|nicest|cheapest|safest|easiest)\b", CHOICE),
        (r"(?:what|which)(?:\s+\w+)?\s+should\s+(?:i|we)\s+(?!do\b)\w+", CHOICE),
        (r"what\s+(?:do|should)\s+(?:i|we)\s+(?:wear|cook|bring|buy|give|pack)\b", CHOICE),
        (rf"(?:is|are)\s+\S+(?:\s+\S+)?\s+(?:always\s+)?(?:an?\s+)?(?:{_DISPUTED})\b", OPINION),
        (r"should\s+(?!i\b|we\b|you\b)\w+", OPINION),
    )
)


def points(words: Iterable[str]) -> bool:
    """Tell whether some words in lower case point to what was said."""
    return not _POINTS.isdisjoint(words)


def angle_of(text: str) -> str:
    """Tell which angles suit a question.

    Args:
        text: A question that is asked in full.

    Returns:
        A sentence that names them; empty where none suits, as the question is particular: it has a fact, or a word that
        points to what was said, or it is long.
    """
    words = [word.lower() for word in WORD.findall(text)]
    if len(words) > _MOST_WORDS or points(words) or facts(text):
        return ""
    return next((angle for kind, angle in _KINDS if kind.match(text)), "")
