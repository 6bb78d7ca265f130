"""How a search's reply quotes text: one line a match, whatever the text is.

    [s0001a] message 4 (user), folded, fragment f0001a: ...before «match» after...

Line feeds, and all that `str.splitlines` takes for one, are written as `⏎`, so that no text can begin a line of its own
and pass for another match.
"""

from __future__ import annotations

import re

from riffler.tools.fragments import SearchHit, Span
from riffler.tools.memory import WorkingMemory

_LONGEST_ECHO = 1000
_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def match_line(memory: WorkingMemory, hit: SearchHit, context_size: int) -> str:
    """Write the line of one match.

    Args:
        memory: The working memory.
        hit: The match.
        context_size: Characters of text shown around it, half of them on either side.

    Returns:
        One line.
    """
    span = hit.span
    text = memory.messages[span.message].texts[span.slot]
    before = max(0, span.start - context_size // 2)
    after = span.end + context_size // 2
    shown = (
        ("..." if before else "")
        + one_line(text[before : span.start])
        + f"«{one_line(clipped(text[span.start : span.end]))}»"
        + one_line(text[span.end : after])
        + ("..." if after < len(text) else "")
    )
    return f"[{hit.id}] {describe(memory, span)}: {shown}"


def describe(memory: WorkingMemory, span: Span) -> str:
    """Say where a span is and whether the model sees it.

    Args:
        memory: The working memory.
        span: Where a search found something.

    Returns:
        For example `message 4 (user), folded, fragment f0001a`.
    """
    hiding = memory.hiding(span)
    inner = memory.around(span)
    fragment = hiding or (inner[-1] if inner else None)
    words = (
        f"message {span.message + 1} ({memory.messages[span.message].role}), {hiding.state if hiding else 'visible'}"
    )
    return f"{words}, fragment {fragment.id}" if fragment else words


def matches_of(total: int, query: str, most: int = _LONGEST_ECHO) -> str:
    """Write how a reply's head line begins.

    Args:
        total: How many matches there are.
        query: What was searched for.
        most: How many characters of it are repeated.

    Returns:
        For example `3 matches for "harbour"`.
    """
    return f'{total} {"match" if total == 1 else "matches"} for "{one_line(clipped(query, most))}"'


def clipped(text: str, most: int = _LONGEST_ECHO) -> str:
    """Shorten what matched, when a model searches for a whole page: it knows the text."""
    return text if len(text) <= most else f"{text[:most]}..."


def one_line(text: str) -> str:
    """Write a text without line feeds, whatever character says so."""
    return _LINE_END.sub("⏎", text)
