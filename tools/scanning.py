"""Finding exact text in a conversation's originals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from riffler.tools.finding.exact import places_of
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory

RoleChoice = Literal["user", "assistant", "all"]


def readable(memory: WorkingMemory, role: RoleChoice) -> Iterator[int]:
    """Give the indices of the messages that a tool may look at.

    Args:
        memory: The working memory.
        role: `all` takes system and tool messages of the conversation too.

    Yields:
        Indices in order, without the agent's inner steps: a search would find its own echoes there.
    """
    for index, entry in enumerate(memory.entries):
        if entry.origin == "app" and role in {"all", entry.message.role}:
            yield index


def newest(memory: WorkingMemory, text: str, role: RoleChoice, most: int) -> tuple[int, list[Span]]:
    """Count the places where a text stands, hidden ones too, and give the newest.

    Args:
        memory: The working memory.
        text: What to find, not empty; case counts.
        role: Whose messages to look in.
        most: How many places to give.

    Returns:
        The number of places that don't overlap, and spans of the newest of them, newest first. The cost is linear in
        the text searched, whatever is found.
    """
    total = 0
    found: list[Span] = []
    for message in reversed(list(readable(memory, role))):
        for slot, original in reversed(list(enumerate(memory.messages[message].texts))):
            count = original.count(text)
            total += count
            wanted = most - len(found) if count else 0
            starts = places_of(original, text, 0, len(original), wanted, newest=True)
            found += (Span(message, slot, start, start + len(text)) for start in starts)
    return total, found


def readable_texts(memory: WorkingMemory, role: RoleChoice) -> Iterator[Span]:
    """Give the whole of each text that a tool may look at.

    Args:
        memory: The working memory.
        role: Whose messages to look in.

    Yields:
        Spans in the conversation's order.
    """
    for message in readable(memory, role):
        for slot, original in enumerate(memory.messages[message].texts):
            yield Span(message, slot, 0, len(original))
