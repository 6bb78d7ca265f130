"""Requests that a client may make again, because the answer to the first was lost.

What a named request did is told by a receipt, kept with the commit that did it. What makes or deletes the session, and
a reward, which is no session's matter, is named by a token of the request. A rewrite alone has its answer kept by the
policy's store, under its name.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from riffler.errors import RequestKeyReused
from riffler.service.ports.memory import MemoryStore, Receipt, SessionKey


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request that its client may make again.

    Attributes:
        name: The client's name for it, unique within the session.
        fingerprint: Of all that it asks for.
        session: Of a rewrite alone, in which session; empty for none. What is kept of it goes with the session.
        life: That session's life.
    """

    name: str
    fingerprint: str
    session: str = ""
    life: str = ""

    @property
    def token(self) -> str:
        """Names what it does: the request's name before a hyphen, all that it asks for behind."""
        return f"{_digest(self.name)}-{_digest(self.fingerprint)}"

    def entropy(self, *where: str) -> bytes:
        """Give bytes that are the same each time this request is made, and like those of no other.

        Args:
            *where: Whose, and in which session.

        Returns:
            32 bytes.
        """
        return hashlib.sha256(json.dumps([*where, self.name, self.fingerprint]).encode()).digest()

    def reused(self, where: str) -> RequestKeyReused:
        """Word the refusal of another request of this name."""
        return RequestKeyReused(
            f"request {self.name!r}: this name was given to another request on {where}; expected the same request, or "
            f"a new name"
        )


def token_of(request: NamedRequest | None) -> str | None:
    """Give a request's token; None when it has no name."""
    return None if request is None else request.token


async def receipt_of(store: MemoryStore, key: SessionKey, request: NamedRequest | None) -> Receipt | None:
    """Read what a request did before.

    Args:
        store: Where the session lives.
        key: The session.
        request: The request; None has no receipt.

    Returns:
        The receipt, or None.

    Raises:
        RequestKeyReused: A request of this name asked for something else.
    """
    if request is None:
        return None
    receipt = await store.receipt(key, request.name)
    if receipt is not None and receipt.fingerprint != request.fingerprint:
        raise request.reused(f"session {key.session!r}")
    return receipt


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
