"""The asking part: the piece of the newest user message that asks.

It is pinned (it can't be hidden), and it is all that features, rewrite and guard read. A message under 1,000 tokens
asks as a whole. In a longer one, most of which is material, one paragraph asks: the last one that has a question mark
near either end of the message. Where neither end has one, it's the last paragraph outside of code, unless that is much
longer than what the message begins with: `Translate this into German:` stands before the material.

How a long message begins and ends is pinned, too: where it asks is a guess, and an instruction that is out of view
can't be followed. All is decided once, when the message arrives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riffler.tools.fragments import Span
from riffler.tools.messages import Message
from riffler.tools.tokens import TokenCounter

WHOLE_BELOW_TOKENS = 1000
_LONGEST_CHARACTERS = 3000
"""A paragraph that asks may be this long (under 1,000 tokens in most scripts); of a longer one, its last sentences."""

_OPENING_CHARACTERS, _END_CHARACTERS = 600, 1000
"""What is pinned of a message's beginning and end, where these don't ask, is no longer than that."""

_ORDER_CHARACTERS = 200
"""A last paragraph up to this long is taken for an order however little the message begins with."""

_FENCE = "```"
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_GAP = re.compile(r"\s*?\n[ \t]*\n")
_PARAGRAPH = re.compile(r"\S[\s\S]*?(?=\s*\n[ \t]*\n|\s*\Z)")
_QUESTION = re.compile("[?？؟\u037e]")  # with the full-width, the Arabic and the Greek mark
_SENTENCE_END = re.compile(r"[.!?。！？؟][\"')\]]*\s+|\n")


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a user message asks.

    Attributes:
        span: The asking part: what is read and rewritten.
        pinned: What can't be hidden, by position: the asking part, and with it all other text of a short message, or
            the beginning and the last paragraph of a long one.
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
    first_slot, first_text = slots[0]
    opening = Span(index, first_slot, *_opening(first_text))
    tail = _tail(text)
    asking = _asking(text, tail, opening.end - opening.start)
    span = opening if asking is None else Span(index, slot, *asking)
    others = [opening, *(Span(index, slot, *_end(text, *part)) for part in (tail, _last_paragraph(text)) if part)]
    pins = [span]
    for other in others:
        if not any(other.overlaps(pin) for pin in pins):
            pins.append(other)
    return Asking(span, tuple(sorted(pins, key=lambda pin: (pin.slot, pin.start))))


def _asking(text: str, tail: tuple[int, int] | None, opening_size: int) -> tuple[int, int] | None:
    """Find the paragraph that asks; None when it's what the message begins with."""
    if tail is not None and _QUESTION.search(text, *tail):
        return _shorten(text, *tail)
    head = _head(text)
    if head is not None and _QUESTION.search(text, *head):
        return head
    if tail is None:
        return None
    start, end = _shorten(text, *tail)
    introduced = head is not None and head[1] <= tail[0] and _GAP.match(text, head[1]) is not None
    return None if introduced and end - start > max(2 * opening_size, _ORDER_CHARACTERS) else (start, end)


def _head(text: str) -> tuple[int, int] | None:
    """Find the first paragraph; None when the text begins with a screenful of blanks."""
    return next((match.span() for match in _PARAGRAPH.finditer(text[:_LONGEST_CHARACTERS])), None)


def _opening(text: str) -> tuple[int, int]:
    """Find what a text begins with: its first paragraph, or the first sentences of a long one."""
    start = len(text) - len(text.lstrip())
    end = next(match.end() for match in _PARAGRAPH.finditer(text, start, start + 2 * _OPENING_CHARACTERS))
    if end - start <= _OPENING_CHARACTERS:
        return start, end
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, start + _OPENING_CHARACTERS)]
    return start, ends[-1] if ends else start + _OPENING_CHARACTERS


def _tail(text: str) -> tuple[int, int] | None:
    """Find the last paragraph outside of fenced code, or a question that ends the text wherever it stands."""
    last = _last_paragraph(text)
    if last is None or _QUESTION.match(text, last[1] - 1):
        return last
    fences = text.count(_FENCE)
    if fences % 2:  # the code's end was cut off
        return _last_paragraph(text[: text.rindex(_FENCE)])
    if fences and text[: last[1]].endswith(_FENCE):
        return _last_paragraph(text[: text.rindex(_FENCE, 0, text.rindex(_FENCE))])
    return last


def _last_paragraph(text: str) -> tuple[int, int] | None:
    """Find the last paragraph without reading all of a text as paragraphs: it may have 4 MB. None when it's blank."""
    end = len(text.rstrip())
    if end == 0:
        return None
    first = max(end - _LONGEST_CHARACTERS, 0)
    breaks = [match.end() for match in _BREAK.finditer(text[first:end])]
    return first + (breaks[-1] if breaks else 0), end


def _end(text: str, start: int, end: int) -> tuple[int, int]:
    """Give the last sentences of a paragraph."""
    return _shorten(text, max(start, end - _END_CHARACTERS), end)


def _shorten(text: str, start: int, end: int) -> tuple[int, int]:
    """Keep of a paragraph that was cut off by the limit only whole sentences at its end."""
    if start == 0 or text[:start].rstrip(" \t").endswith("\n"):
        return start, end
    first = _SENTENCE_END.search(text, start, end - 1)
    return (first.end() if first and first.end() < end else start), end
