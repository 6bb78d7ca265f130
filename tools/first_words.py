"""Quoting a conversation's text in a line of our own: short, on one line, and never to be taken for a marker."""

from __future__ import annotations

from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory


def first_words(memory: WorkingMemory, span: Span, characters: int) -> str:
    """Give the beginning of a span's text, to tell it from others.

    Args:
        memory: The working memory.
        span: Whose beginning.
        characters: Most of them; it ends with a whole word where there is one.

    Returns:
        One line, without double brackets and double quotes.
    """
    start, end = span.start, min(span.end, span.start + 4 * characters)
    return clipped(memory.messages[span.message].texts[span.slot][start:end], characters)


def clipped(text: str, characters: int) -> str:
    """Give the beginning of a text on one line.

    Args:
        text: The text.
        characters: Most of them; it ends with a whole word where there is one.

    Returns:
        One line, without double brackets and double quotes.
    """
    line = " ".join(text.split()).replace("[[", "[").replace("]]", "]").replace('"', "'")
    if len(line) <= characters:
        return line
    whole = line[: characters + 1].rpartition(" ")[0]
    return whole or line[:characters]
