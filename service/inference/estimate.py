"""The usage of a call whose engine reports none."""

from __future__ import annotations

from riffler.service.ports.engine import EngineRequest, Usage
from riffler.tools.messages import Message
from riffler.tools.tokens import MESSAGE_OVERHEAD_TOKENS, TokenCounter, count_message, count_schemas


def estimated_usage(request: EngineRequest, answer: Message, counter: TokenCounter, thought: str = "") -> Usage:
    """Estimate what a call cost.

    Args:
        request: What was sent.
        answer: The assistant message that came back.
        counter: Counts texts.
        thought: What the model thought before it answered, as far as that is known.

    Returns:
        The usage, marked as estimated. No token counts as cached.
    """
    prompt = sum(count_message(message, counter) for message in request.messages)
    return Usage(
        prompt_tokens=prompt + count_schemas(tuple(request.tools), counter),
        completion_tokens=count_message(answer, counter) - MESSAGE_OVERHEAD_TOKENS + counter.count(thought),
        estimated=True,
    )
