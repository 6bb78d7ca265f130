"""What went before a query in its session: where arms look for what the query leaves out."""

from __future__ import annotations

from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory

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
    before = (message for message in memory.messages[: asking.message] if message.role in _SPEAKERS)
    said = [text for message in before for text in message.texts]
    own = memory.messages[asking.message].texts
    said += own[: asking.slot]
    said += around(own[asking.slot], asking.start, asking.end)
    return tuple(text for text in said if text and not text.isspace())


def around(text: str, start: int, end: int) -> tuple[str, ...]:
    """Give what stands before and after the asking part of a text, without what is blank."""
    return tuple(part for part in (text[:start], text[end:]) if part and not part.isspace())
