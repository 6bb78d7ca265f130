"""The asking part: the piece of the newest user message that asks.

It is pinned (it can't be hidden), and it is all that features, rewrite and guard read. A message under 1,000 tokens
asks as a whole. In a longer one, most of which is material, one paragraph asks: the last one that has a question mark
near either end of the message, else the last paragraph. It is decided once, when the message arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from riffler.tools.fragments import Span
from riffler.tools.messages import Message
from riffler.tools.tokens import TokenCounter

WHOLE_BELOW_TOKENS = 1000
_LONGEST_CHARACTERS = 3000
"""A paragraph that asks may be this long (under 1,000 tokens in most scripts); of a longer one, its last sentences."""

_PARAGRAPH = re.compile(r"\S[\s\S]*?(?=\s*\n[ \t]*\n|\s*\Z)")
_QUESTION = re.compile("[?？؟\u037e]")  # with the full-width, the Arabic and the Greek mark
_SENTENCE_END = re.compile(r"[.!?。！？؟][\"')\]]*\s+|\n")


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a user message asks.

    Attributes:
        span: The asking part: what is read and rewritten.
        pinned: What can't be hidden: the asking part, and with it all other text of a short message.
    """

    span: Span
    pinned: tuple[Span, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON-safe values.

        Returns:
            A dictionary that `from_dict` reads back.
        """
        spans = [self.span, *self.pinned]
        return {"spans": [[span.message, span.slot, span.start, span.end] for span in spans]}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Asking:
        """Take it back from what `to_dict` gave.

        Args:
            value: The dictionary.

        Returns:
            The same value.
        """
        span, *pinned = (Span(*numbers) for numbers in value["spans"])
        return cls(span, tuple(pinned))


def find_asking(message: Message, index: int, counter: TokenCounter) -> Asking | None:
    """Find where a user message asks.

    Args:
        message: The user message.
        index: Its place in the conversation.
        counter: Counts its tokens.

    Returns:
        The asking part, or None when the message has no text.
    """
    slots = [(slot, text) for slot, text in enumerate(message.texts) if text.strip()]
    if not slots:
        return None
    slot, text = slots[-1]  # several parts: material first, the question last
    if sum(counter.count(part) for _, part in slots) < WHOLE_BELOW_TOKENS:
        whole = tuple(Span(index, number, 0, len(part)) for number, part in slots)
        return Asking(whole[-1], whole)
    start, end = _asking_paragraph(text)
    span = Span(index, slot, start, end)
    return Asking(span, (span,))


def _asking_paragraph(text: str) -> tuple[int, int]:
    """Find the paragraph that asks: the last, unless only the first has a question mark."""
    tail = _last_paragraph(text)
    if _QUESTION.search(text, *tail):
        return _shorten(text, *tail)
    head = next(_paragraphs(text[:_LONGEST_CHARACTERS]), None)  # None: it begins with a screenful of blanks
    if head is not None and _QUESTION.search(text, *head):
        return head
    return _shorten(text, *tail)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _PARAGRAPH.finditer(text))


def _last_paragraph(text: str) -> tuple[int, int]:
    """Find the last paragraph without reading the whole text: it may have 4 MB."""
    end = len(text.rstrip())
    breaks = [match.end() for match in re.finditer(r"\n[ \t]*\n\s*", text[:end][-_LONGEST_CHARACTERS:])]
    return (max(end - _LONGEST_CHARACTERS, 0) + breaks[-1] if breaks else max(end - _LONGEST_CHARACTERS, 0)), end


def _shorten(text: str, start: int, end: int) -> tuple[int, int]:
    """Keep of a paragraph that was cut off by the limit only whole sentences at its end."""
    if start == 0 or text[:start].rstrip(" \t").endswith("\n"):
        return start, end
    first = _SENTENCE_END.search(text, start, end - 1)
    return (first.end() if first and first.end() < end else start), end
