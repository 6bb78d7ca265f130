"""The request that a client is about to make, for the calls of the model that Riffler makes in its place."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

_OWN: Final = frozenset({"content-length", "content-type", "transfer-encoding", "idempotency-key"})
"""What belongs to one body."""
RIFFLER_PREFIX: Final = "x-riffler-"
"""Headers that are for Riffler, and go no further."""


@dataclass(frozen=True, slots=True)
class Original:
    """A client's request.

    Attributes:
        url: Where it goes.
        headers: Its headers, the key among them.
        timeout: Its time limits in seconds, as httpx2 names them: `connect`, `read`, `write`, `pool`.
        options: What else the client said of how to send it.
        context: The client's context variables; tracing reads them.
    """

    url: httpx2.URL
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    timeout: Mapping[str, float | None] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    context: Context = field(default_factory=copy_context, repr=False, compare=False)

    def asks(self, content: bytes) -> httpx2.Request:
        """Make a request like it.

        Args:
            content: A body of JSON.

        Returns:
            A request to the same place, by the same caller.
        """
        headers = [*self.headers, (b"content-type", b"application/json")]
        return httpx2.Request(
            "POST", self.url, headers=headers, content=content, extensions={"timeout": dict(self.timeout)}
        )


def original_of(request: httpx2.Request, options: Mapping[str, Any]) -> Original:
    """Keep what the model is to be called with.

    Args:
        request: The client's request.
        options: What else the client said of how to send it.

    Returns:
        The original.
    """
    headers = tuple((name, value) for name, value in request.headers.raw if name.lower().decode("latin-1") not in _OWN)
    return Original(request.url, headers, request.extensions.get("timeout", {}), options)


CURRENT: Final[ContextVar[Original]] = ContextVar("riffler_original")
"""The request that a turn answers; set in the turn's own context."""
