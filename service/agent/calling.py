"""What a turn's next call of the model asks."""

from __future__ import annotations

from riffler.service.agent.room import Room
from riffler.service.agent.state import Parts
from riffler.service.agent.turn import Turn
from riffler.service.ports.engine import EngineRequest, ToolChoice
from riffler.service.ports.keys import session_name
from riffler.tools.messages import Message


def request_of(
    turn: Turn, parts: Parts, room: Room, messages: tuple[Message, ...], calls: int, *, capped: bool
) -> EngineRequest:
    """Make a turn's next request.

    Args:
        turn: The turn.
        parts: What it stands on.
        room: Its room, with the tools of Riffler that are on offer.
        messages: The view.
        calls: How many calls there are with this one.
        capped: Whether no more of Riffler's tools may be called; a client's own still may.

    Returns:
        The request.
    """
    ours, beside, name = room.offered.schemas(), turn.beside, session_name(turn.key)
    choice: ToolChoice = "none" if capped else (parts.first_choice if calls == 1 else "auto")
    if beside is None:
        return EngineRequest(messages, ours, choice, parts.sampling, turn.stream, name)
    theirs, asks = tuple(beside.tools), beside.asks(first=calls == 1)
    if theirs or not ours:  # which of its tools must be called is the client's to say
        choice = "auto"
    offered = theirs if capped else (*ours, *theirs)
    return EngineRequest(messages, offered, choice, beside.sampling, turn.stream, name, asks)
