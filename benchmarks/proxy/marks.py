"""Answers that tell whose they are: each question has a mark, and each piece of its answer says it, and its number.

So an answer that is cut, joined with another's, or another's altogether can't be taken for a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_MARK = re.compile(r"\bmark ([a-z]\w*)")


def question(mark: str) -> str:
    """Ask what only this mark's answer tells."""
    return f"What does the log of the harbour say about mark {mark}?"


def pieces(mark: str, count: int) -> list[str]:
    """Give the answer to a mark's question, in pieces."""
    return [f"{mark} {number} of {count}. " for number in range(1, count + 1)]


def mark_of(messages: Iterable[Mapping[str, Any]]) -> str:
    """Find the mark that is asked for: the last one of the user's; `nobody` where there is none."""
    said = " ".join(str(each.get("content")) for each in messages if each.get("role") == "user")
    return next(reversed(_MARK.findall(said)), "nobody")
