"""A question that is told of, asked outright: `tell me what the capital of Peru is` as `what is the capital of Peru?`.

Only where the clause ends in the form of be that the question begins with: then moving it is all there is to do.
"""

from __future__ import annotations

import re

_INDIRECT = re.compile(
    r"(?:tell|remind|explain to) me (?P<asked>what|who|where|how \w+) (?P<thing>(?:the|an?) [^.?!,;:\n]{1,120})"
    r" (?P<be>is|are|was|were)[.?]?\Z",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\b(?:that|which|who|if|when|because|and|or)\b", re.IGNORECASE)


def asked_outright(text: str) -> str:
    """Ask a question outright.

    Args:
        text: An order to tell something, or any text.

    Returns:
        The question; the text itself where it is none, or has another clause inside.
    """
    match = _INDIRECT.match(text)
    if match is None or _CLAUSE.search(match["thing"]):
        return text
    return f"{match['asked']} {match['be']} {match['thing']}?"
