"""The port to how conversations are recognised: where in which session a conversation had come to.

A client of OpenAI's API names no session: it sends all that was said each time. What was said is known by a digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from riffler.service.ports.memory import SessionKey


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which session a conversation had come to.

    Attributes:
        session: The session's name.
        life: Its life, see `Stamp`.
        version: The version that it had there.
        messages: How many messages it had there, inner steps among them.
        open: Whether the conversation goes on from here in that session, as long as nothing else was said in it; else
            something was said there that isn't said here, and it goes on in a fork.
        lacks: How many of the conversation's last messages the session hasn't got: an answer comes to it with what the
            client says next, as the client has it.
        shared: Whether conversations in several sessions have come to these words; then the place isn't open.
    """

    session: str
    life: str
    version: int
    messages: int
    open: bool
    lacks: int = 0
    shared: bool = False


class Conversations(Protocol):
    """Knows conversations. Every method may raise a leaf of `MemoryFailed`."""

    async def find(self, tenant: str, digests: Sequence[str]) -> tuple[int, Place] | None:
        """Find the first that is known of several conversations.

        Args:
            tenant: Whose; from the credential.
            digests: What they are known by, in the order in which they are looked for.

        Returns:
            Which one of them it is, and its place; None when none is known. The session may be gone since.
        """
        ...

    async def note(self, tenant: str, places: Mapping[str, Place], idle_s: float = 0.0) -> None:
        """Keep places, all or none, for as long as a session is kept. Newer ones take the place of older ones.

        A place that comes where one in another session is becomes shared, and so does what comes there later.

        Args:
            tenant: Whose.
            places: By what their conversations are known by; all of one session.
            idle_s: The session's own time to live in seconds; 0 when it has none, see `MemoryStore.create`.
        """
        ...

    async def forget(self, key: SessionKey, life: str) -> None:
        """Forget what leads to a session.

        Args:
            key: The session.
            life: Its life.
        """
        ...
