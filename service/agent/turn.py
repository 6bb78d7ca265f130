"""One turn: what the nodes know of it beside their state."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.errors import RequestKeyReused
from riffler.service.ports.memory import Lease, MemoryStore, Receipt, SessionKey


@dataclass(frozen=True, slots=True)
class Request:
    """A request that its client may make again, when the answer was lost.

    Attributes:
        name: The client's name for it, unique within the session.
        fingerprint: Of all that it asks for.
    """

    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn.

    Attributes:
        key: The session.
        lease: The right to commit.
        stream: Whether deltas of the answer are wanted.
        version: The version that the session must have; None takes any.
        request: What the client may make again; None for a request without a name.
        begun: The receipt of this very request, when it was interrupted before.
    """

    key: SessionKey
    lease: Lease
    stream: bool
    version: int | None = None
    request: Request | None = None
    begun: Receipt | None = None


async def receipt_of(store: MemoryStore, key: SessionKey, request: Request | None) -> Receipt | None:
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
        raise RequestKeyReused(
            f"request {request.name!r}: this name was given to another request on session {key.session!r}; expected "
            f"the same request, or a new name"
        )
    return receipt
