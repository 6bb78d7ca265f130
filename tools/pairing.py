"""The pairing check: tool calls keep their results, and results their calls.

A provider answers 400 to a conversation in which a tool message has no call before it, or a call no result after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from riffler.errors import UnpairedToolCall
from riffler.tools.messages import Message


def check_arrival(messages: Sequence[Message], first: int = 0) -> None:
    """Refuse tool results that no call waits for.

    Each tool message answers a call of the last assistant message before it, and only tool messages stand between the
    two. A call may still wait for its result at the end: the conversation goes on with it.

    Args:
        messages: The whole conversation.
        first: Check the messages from this index on.

    Raises:
        UnpairedToolCall: A tool message answers a call that isn't there, or was answered already; or another message
            comes before the results of all calls.
    """
    start = max(0, first - 1)
    while start > 0 and messages[start].role == "tool":
        start -= 1  # back to the message whose calls may still wait
    waiting: list[str] = []
    for index in range(start, len(messages)):
        message = messages[index]
        if message.role != "tool":
            if waiting:
                raise UnpairedToolCall(f"messages[{index}]: comes before the results of the calls {', '.join(waiting)}")
            waiting = list(message.call_ids)
        elif message.tool_call_id in waiting:
            waiting.remove(message.tool_call_id)
        else:
            raise UnpairedToolCall(
                f"messages[{index}]: a tool result for call {message.tool_call_id!r}, but no assistant message right "
                f"before it waits for that call"
            )


def check_complete(messages: Sequence[Message]) -> None:
    """Refuse a conversation that a model's server would refuse.

    Args:
        messages: The whole conversation, as it goes to an engine.

    Raises:
        UnpairedToolCall: A result has no call, or a call has no result.
    """
    check_arrival(messages)
    waiting: list[str] = []
    for message in messages:
        if message.role == "tool":
            waiting.remove(message.tool_call_id or "")
        else:
            waiting = list(message.call_ids)
    if waiting:
        raise UnpairedToolCall(f"the conversation ends before the results of the calls {', '.join(waiting)}")
