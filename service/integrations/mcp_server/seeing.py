"""What of a session is shown: its view, its fragments, its originals."""

from __future__ import annotations

import json
from collections.abc import Iterable

from riffler.service.agent.room import Room
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.view import view


def seen(room: Room, memory: WorkingMemory) -> tuple[Message, ...]:
    """Give what a model would read now.

    Args:
        room: What a view may take, for its status.
        memory: The session.

    Returns:
        As many messages as the conversation has.
    """
    return view(memory, room.sight(room.engine.counter)).messages


def view_json(room: Room, memory: WorkingMemory) -> str:
    """Give what a model would read now, as a JSON list of messages."""
    return messages_json(seen(room, memory))


def messages_json(messages: Iterable[Message]) -> str:
    """Give messages as a JSON list, each as it was first written."""
    return f"[{','.join(message.json for message in messages)}]"


def fragments_json(memory: WorkingMemory) -> str:
    """Give the fragments of a session as a JSON list, in the order in which they were cut."""
    rows = [
        {
            "id": fragment.id,
            "state": fragment.state.value,
            "tokens": fragment.tokens,
            "message": fragment.span.message,
            "slot": fragment.span.slot,
            "start": fragment.span.start,
            "end": fragment.span.end,
            "summary": fragment.summary,
        }
        for fragment in memory.fragments.values()
    ]
    return json.dumps(rows, ensure_ascii=False)
