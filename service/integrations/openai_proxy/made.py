"""Answers and chunks in OpenAI's shape, of an engine that speaks another language. Pure but for id and time.

Source of the shapes: OpenAI, "The chat completion object" and "The chat completion chunk object",
https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import Any

from riffler.service.ports.engine import Completion
from riffler.tools.messages import ToolCall


class Maker:
    """Makes one answer.

    Args:
        model: The model's name.
    """

    def __init__(self, model: str) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": model}

    def answer(self, completion: Completion) -> dict[str, Any]:
        """Make the answer that isn't streamed.

        Args:
            completion: What the model said.

        Returns:
            The object, without its usage.
        """
        said = completion.message
        message: dict[str, Any] = {"role": "assistant", "content": said.text if said.texts else None, "refusal": None}
        if said.tool_calls:
            message["tool_calls"] = [call.to_dict() for call in said.tool_calls]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": completion.finish_reason}
        return {**self._head, "object": "chat.completion", "choices": [choice]}

    def chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        """Make a chunk.

        Args:
            delta: What it adds.
            finish: Why the answer ends with it; None when it doesn't.

        Returns:
            The object.
        """
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self.aside(choices=[choice])

    def aside(self, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Make a chunk that adds nothing to the answer.

        Args:
            **fields: What it says.

        Returns:
            The object.
        """
        return {**self._head, "object": "chat.completion.chunk", "choices": [], **fields}


def call_deltas(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """Write calls as deltas.

    Args:
        calls: The calls.

    Returns:
        One delta a call, each whole.
    """
    return [{"tool_calls": [{"index": index, **call.to_dict()}]} for index, call in enumerate(calls)]
