"""How much of a conversation calls of the model have sent: as far as a prompt cache may know it.

What the model said last isn't part of it: the next call sends that for the first time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from riffler.errors import MemoryFailed
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.tools.events import MessagesAppended
from riffler.tools.history import PastOrder, Version
from riffler.tools.memory import WorkingMemory

_LOOKED_BACK: Final = 200
"""Versions that are looked through, the newest: so many edits by hand in a row are rare."""


@dataclass(frozen=True, slots=True)
class _UntilSaid(PastOrder):
    """Back to what the model said last."""

    def wants_more(self, found: Sequence[Version]) -> bool:
        """See `PastOrder`."""
        return len(found) < _LOOKED_BACK and not any(version.actor == "model" for version in found)


async def sent_messages(store: MemoryStore, key: SessionKey, memory: WorkingMemory) -> int:
    """Count the messages that calls of the model have sent.

    Args:
        store: Where the session lives.
        key: The session.
        memory: The session as it stands.

    Returns:
        The number: what came before the model's newest message. 0 before the first call. Where the session's history is
        cut off or can't be read, or it is a fork, an assistant's message stands for one of the model's, whoever put it
        there.
    """
    try:
        past = await store.past(key, memory, _UntilSaid()) if memory.version else ()
    except MemoryFailed:
        past = ()  # a figure is no reason to fail: what comes next asks the store, too
    said = next((version for version in past if version.actor == "model"), None)
    if said is not None:
        return next(event.first for event in said.events if isinstance(event, MessagesAppended))
    if not memory.version or (past and past[-1].number == 1):
        return 0
    roles = [message.role for message in memory.messages]
    return len(roles) - 1 - roles[::-1].index("assistant") if "assistant" in roles else 0
