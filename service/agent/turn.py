"""One turn: what the nodes know of it beside their state."""

from __future__ import annotations

from dataclasses import dataclass, field

from riffler.errors import VersionConflict
from riffler.service.agent.beside import Beside
from riffler.service.agent.gate import Slot
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.recording import Notes
from riffler.service.ports.memory import Lease, Receipt, SessionKey
from riffler.tools.memory import Stamp, WorkingMemory
from riffler.tools.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn.

    Attributes:
        key: The session.
        lease: The right to commit.
        stream: Whether deltas of the answer are wanted.
        seen: What the session must still be; None takes any.
        request: What the client may make again; None for a request without a name.
        begun: The receipt of this very request, when it was interrupted before.
        without: Arms that aren't to be used for the query.
        notes: What is to be recorded of it.
        beside: What a client of OpenAI's API brings beside the messages; None for who isn't one.
        counter: Counts tokens in all of this turn: the engine may have another one by its end.
        slot: Its right to prepare; see `gate.py`.
    """

    key: SessionKey
    lease: Lease
    stream: bool
    seen: Stamp | None = None
    request: NamedRequest | None = None
    begun: Receipt | None = None
    without: frozenset[str] = frozenset()
    notes: Notes = field(default_factory=Notes)
    beside: Beside | None = None
    counter: TokenCounter = field(kw_only=True)
    slot: Slot = field(kw_only=True)


def require_seen(memory: WorkingMemory, seen: Stamp | None, session: str) -> None:
    """Refuse what was asked for another state of a session.

    Args:
        memory: The session as it is.
        seen: What the client has seen; None takes any.
        session: Its name.

    Raises:
        VersionConflict: The session isn't that any more.
    """
    if seen is not None and not memory.is_still(seen):
        before = " of a session that had its name before" if seen.version == memory.version else ""
        raise VersionConflict(
            f"session {session!r} has version {memory.version}, this was asked for version {seen.version}{before}"
        )
