"""What is told beside an answer, and how chunks are written: the same at each door to the proxy. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from riffler.service.integrations.openai_proxy.proxy import Proxied

DONE: Final = b"data: [DONE]\n\n"
"""What ends a stream."""
_MOST_NAMED, _LONGEST = 20, 40
"""Fields that a header names, and characters of a name: clients read headers of some thousand characters."""


def heads_of(proxied: Proxied) -> dict[str, str]:
    """Give the headers of a turn's answer, as far as the turn has come.

    Args:
        proxied: The request.

    Returns:
        Session, arm and decision, tokens saved, and which fields were ignored.
    """
    outgoing = proxied.outgoing
    headers = {"X-Riffler-Session": outgoing.session, "X-Riffler-Saved-Tokens": str(outgoing.saved_tokens)}
    if outgoing.rewriting is not None:
        headers["X-Riffler-Arm"] = outgoing.rewriting.arm
        if outgoing.rewriting.decision:
            headers["X-Riffler-Decision"] = outgoing.rewriting.decision
    return headers | ignored_head(proxied.ignored)


def ignored_head(fields: tuple[str, ...]) -> dict[str, str]:
    """Give the header that names fields which the engine can do nothing with.

    Args:
        fields: Their names, which a client chose.

    Returns:
        The header; empty where there is no field.
    """
    named = ", ".join(ascii(name[:_LONGEST])[1:-1] for name in fields[:_MOST_NAMED])
    return {"X-Riffler-Ignored": named} if fields else {}


def event(data: str) -> bytes:
    """Write a server-sent event.

    Args:
        data: One line of JSON.

    Returns:
        The event.
    """
    return f"data: {data}\n\n".encode()


def events(chunks: Iterable[Mapping[str, Any]]) -> bytes:
    """Write chunks as server-sent events.

    Args:
        chunks: The chunks.

    Returns:
        The events, one behind the other.
    """
    return b"".join(event(json.dumps(chunk, separators=(",", ":"))) for chunk in chunks)
