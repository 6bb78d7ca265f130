"""Asking a server of OpenAI's API for a stream's usage, and keeping it from a client that didn't ask. Pure.

Source of the field: OpenAI, "Create chat completion", `stream_options.include_usage`: then each chunk has a field
`usage`, which is null but in the last one, which has no choices.
https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def asks_no_usage(body: Mapping[str, Any]) -> bool:
    """Tell whether a request is for a stream without its usage.

    Args:
        body: The request.

    Returns:
        Whether it is. Options that are none are left to the server to refuse.
    """
    options = body.get("stream_options") or {}
    return bool(body.get("stream")) and isinstance(options, dict) and not options.get("include_usage")


def with_usage(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a request that asks for the usage.

    Args:
        body: The request.

    Returns:
        A copy with the option set, the others as they were.
    """
    return {**body, "stream_options": {**(body.get("stream_options") or {}), "include_usage": True}}


def without_usage(chunk: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give a chunk as a client gets it that didn't ask for the usage.

    Args:
        chunk: As it came.

    Returns:
        The chunk without the field; None for the chunk that has nothing else to say.
    """
    if "usage" not in chunk:
        return chunk
    if chunk["usage"] and not chunk.get("choices"):
        return None
    return {name: value for name, value in chunk.items() if name != "usage"}
