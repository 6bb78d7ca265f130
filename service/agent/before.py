"""What went before a query in its session: where arms look for what the query leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message

_SPEAKERS = frozenset({"user", "assistant"})


def said_before(memory: WorkingMemory, asking: Span) -> tuple[str, ...]:
    """Give the originals of what users and the model said, folded or not, and the rest of the message that asks.

    Args:
        memory: The session.
        asking: The asking part.

    Returns:
        The texts, oldest first: no copies, but for the one message. Results of tools are left out: they repeat the
        conversation.
    """
    said = list(_said(memory.messages[: asking.message]))
    own = memory.messages[asking.message].texts
    said += own[: asking.slot]
    said += around(own[asking.slot], asking.start, asking.end)
    return tuple(text for text in said if text and not text.isspace())


def said_in(memory: WorkingMemory) -> tuple[str, ...]:
    """Give the originals of what users and the model said in the whole of a session.

    Args:
        memory: The session.

    Returns:
        The texts, oldest first.
    """
    return tuple(text for text in _said(memory.messages) if text and not text.isspace())


def _said(messages: Sequence[Message]) -> Iterator[str]:
    for message in messages:
        if message.role in _SPEAKERS:
            yield from message.texts


def around(text: str, start: int, end: int) -> tuple[str, ...]:
    """Give what stands before and after the asking part of a text, without what is blank."""
    return tuple(part for part in (text[:start], text[end:]) if part and not part.isspace())
