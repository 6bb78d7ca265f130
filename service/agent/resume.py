"""Taking up a turn that was interrupted after its question was stored: a crash, a lost engine, a client that went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from riffler.errors import TurnOvertaken
from riffler.service.agent.progress import ToolStep
from riffler.service.ports.memory import Receipt
from riffler.tools.memory import Entry, WorkingMemory
from riffler.tools.messages import Message

REFUSAL = "error: "
"""How the result of a refused call begins, for the model and for who reads the turn back."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where an interrupted turn goes on. What its steps have cost isn't known any more.

    Attributes:
        messages: What had arrived, when it wasn't decided yet how the query is worded; else empty.
        steps: The tool calls made so far.
        calls: The model's calls so far.
    """

    messages: tuple[Message, ...]
    steps: tuple[ToolStep, ...]
    calls: int


def resumed(memory: WorkingMemory, begun: Receipt) -> Resumed:
    """Work out where a turn stopped.

    Args:
        memory: The session as it stands.
        begun: The receipt of the turn's arrival.

    Returns:
        Where to go on.

    Raises:
        TurnOvertaken: Other messages came since, so the turn can't go on where it stopped.
    """
    arrival = json.loads(begun.body)
    after = arrival["first"] + arrival["count"]
    later = memory.entries[after:]
    if any(entry.origin == "app" for entry in later):
        raise TurnOvertaken("the conversation went on since this question was asked: ask it anew, under a new name")
    undecided = memory.rewrite is None and not later
    return Resumed(
        memory.messages[arrival["first"] : after] if undecided else (),
        steps_of(later),
        sum(entry.message.role == "assistant" for entry in later),
    )


def steps_of(entries: Sequence[Entry]) -> tuple[ToolStep, ...]:
    """Read the tool calls of a turn back from its inner steps.

    Args:
        entries: The messages since the question arrived.

    Returns:
        The calls with their replies, in order.
    """
    # By place, not by id: a model may give the calls of each step the same ids. Results follow their calls in order.
    calls = [call for entry in entries for call in entry.message.tool_calls]
    replies = [entry.message.text for entry in entries if entry.message.role == "tool"]
    return tuple(
        ToolStep(number, call.name, call.arguments, reply, reply.startswith(REFUSAL))
        for number, (call, reply) in enumerate(zip(calls, replies, strict=True), 1)
    )
