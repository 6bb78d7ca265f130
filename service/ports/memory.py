"""The port to where sessions live.

A session's working memory changes by commits only. A commit is atomic and checked: it carries the version that was
read, and wins only if that is still the session's version. One turn at a time may hold a session's lease; while it
does, nobody else commits.

Acknowledged means: survives a crash of the service, always. A crash of Redis may lose up to two seconds with the
durability `default`, nothing with `strict`; a failover may lose more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from riffler.errors import InvalidInput
from riffler.service.ports.kept_rewrite import KeptRewrite
from riffler.tools.events import Actor, Event
from riffler.tools.history import PastOrder, Version
from riffler.tools.memory import Stamp, WorkingMemory

_LONGEST_NAME = 512


@dataclass(frozen=True, slots=True)
class SessionKey:
    """Names a session. The tenant comes from the credential, never from a request's body.

    Attributes:
        tenant: Any text of at most 512 characters.
        session: The same.

    Raises:
        InvalidInput: One of them isn't that.
    """

    tenant: str
    session: str

    def __post_init__(self) -> None:
        for name, text in (("tenant", self.tenant), ("session", self.session)):
            if len(text) > _LONGEST_NAME:
                raise InvalidInput(f"{name}: expected a name of at most {_LONGEST_NAME} characters, got {len(text)}")
            try:
                text.encode()
            except UnicodeEncodeError as exc:
                raise InvalidInput(f"{name}: expected a name in UTF-8, got {text[exc.start]!a} in it") from exc


@dataclass(frozen=True, slots=True)
class Lease:
    """A turn's sole right to commit.

    Attributes:
        token: A random secret of this turn.
        renew_s: How often to renew it: well before it, or the session that it keeps alive, would end.
    """

    token: str = field(repr=False)
    renew_s: float


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as the store keeps it.

    Attributes:
        version: The version that its commit made.
        number: Its place in that commit, from 1.
        actor: Who caused it.
        at_ms: When, by the store's clock, in milliseconds since 1970.
        event: What happened.
    """

    version: int
    number: int
    actor: Actor
    at_ms: int
    event: Event


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a request of a name did, kept with the commit that did it: the request repeated does nothing again.

    Attributes:
        request: The request's name, given by the client.
        fingerprint: Of all that the request asked for, so that another one of the same name shows.
        done: Whether the request has its answer; a turn that was interrupted has none.
        body: The answer, or what is needed to go on; JSON text.
    """

    request: str
    fingerprint: str
    done: bool
    body: str


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in a list.

    Attributes:
        session: Its name.
        version: Its version.
        messages: How many messages it has.
        created_us: When it was made, by the store's clock, in microseconds since 1970.
    """

    session: str
    version: int
    messages: int
    created_us: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A stretch of a tenant's list of sessions.

    Attributes:
        sessions: Sessions that exist, the newest first.
        next: What to give as `before` for the next stretch; None at the end of the list.
    """

    sessions: list[SessionSummary]
    next: tuple[int, str] | None


class MemoryStore(Protocol):
    """Keeps sessions. Every method may raise a leaf of `MemoryFailed`; an outage is never an empty answer.

    A session of which the store has lost a part is `MemoryCorrupt`, not a shorter one; it can be deleted.
    """

    async def create(
        self,
        key: SessionKey,
        unused_s: float | None = None,
        token: str | None = None,
        *,
        idle_s: float | None = None,
        events: Sequence[Event] = (),
        start: WorkingMemory | None = None,
        receipt: Receipt | None = None,
    ) -> WorkingMemory:
        """Make a session, empty or with its first commit or as another one was, in one step.

        Args:
            key: Its name.
            unused_s: It is deleted when this many seconds pass without a commit; None is the store's own time to live.
            idle_s: A time to live of its own: it is deleted when nobody loads or changes it for this many seconds, or
                for the store's own time where that is shorter. None or 0 is the store's.
            token: Names this creation. Repeated with the same one, it gives the session as it stands.
            events: The app's first commit, made for what it begins with; none leaves it as that is.
            start: What it begins with in place of an empty working memory: all of it, its version too. The session has
                a life of its own, and its history begins there.
            receipt: Kept in the same step.

        Returns:
            The working memory, of version 0 when it is empty, else 1, or later by as much as `start` is.

        Raises:
            SessionExists: There is one of this name.
            SessionBusy: A turn still holds the lease of one of this name that is gone.
            LimitReached: The tenant has as many sessions as it may.
        """
        ...

    async def load(self, key: SessionKey) -> WorkingMemory:
        """Read a session as it is at one moment, and slide its time to live.

        A store that keeps sessions for ever takes away the time that one was made with, once something is committed,
        or when it was the store's own.

        Args:
            key: Its name.

        Returns:
            The working memory, equal to the one that the last commit returned.

        Raises:
            UnknownSession: The tenant has none of this name.
        """
        ...

    async def commit(
        self,
        key: SessionKey,
        memory: WorkingMemory,
        events: Sequence[Event],
        actor: Actor,
        lease: Lease | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> WorkingMemory:
        """Make events happen, all or none, if the session still has the version that was read.

        Repeating a commit whose answer was lost is safe within one call: it counts once, also when others committed
        meanwhile. Slides the time to live.

        Args:
            key: The session.
            memory: The working memory that the events were made for.
            events: What happens, in order; at least one.
            actor: Who causes it.
            lease: The running turn's lease, when a turn commits.
            receipt: Kept in the same step, in place of an older one of the same request.

        Returns:
            `memory.commit(events)`: the session as these events left it.

        Raises:
            VersionConflict: Somebody else committed before, or made the session anew.
            SessionBusy: A turn holds the lease, and it isn't this one.
            LeaseLost: This turn's lease ran out.
            UnknownSession: The tenant has none of this name.
        """
        ...

    async def events(self, key: SessionKey, after: tuple[int, int] = (0, 0), limit: int = 1000) -> list[RecordedEvent]:
        """Read the session's history.

        Args:
            key: The session.
            after: Version and number of the last event that was seen.
            limit: Most events to give.

        Returns:
            Events in order. Committing them, version by version, on what the session began with gives what `load`
            gives, as long as the history is kept from there on.

        Raises:
            UnknownSession: The tenant has none of this name.
        """
        ...

    async def past(self, key: SessionKey, memory: WorkingMemory, order: PastOrder) -> tuple[Version, ...]:
        """Read what led to a state of the session, newest first.

        Args:
            key: The session.
            memory: The state, as `load` or `commit` gave it.
            order: How far back.

        Returns:
            Versions, the first one that of `memory`, each the one before the last: as many as the order wants or some
            more, or as many as are kept. A store keeps the last versions, as many as it was set to or some more.

        Raises:
            UnknownSession: The tenant has none of this name, or another one by now.
        """
        ...

    async def rewritten(self, key: SessionKey, decision_id: str, made_ms: int) -> KeptRewrite | None:
        """Read how a decision's question was shown, without the rest of the session. Its time to live doesn't slide.

        Args:
            key: The session.
            decision_id: The decision.
            made_ms: When it was made, by the clock of the store of decisions, in milliseconds since 1970.

        Returns:
            The question and its rewrite; None when nothing that happened then, or soon after, is of this decision.

        Raises:
            UnknownSession: The tenant has none of this name.
            UnknownVersion: The history doesn't go back so far any more.
        """
        ...

    async def receipt(self, key: SessionKey, request: str) -> Receipt | None:
        """Read what a request of this name did.

        Read it after the session: a commit that came in between is a version conflict, so that nothing is done twice.

        Args:
            key: The session.
            request: The request's name.

        Returns:
            The receipt; None when no request of this name did anything here.
        """
        ...

    async def sessions(self, tenant: str, before: tuple[int, str] | None = None, limit: int = 100) -> Listing:
        """List a tenant's sessions, the newest first.

        The work of one call is bounded: where many sessions are gone it gives fewer than the limit, also none, and
        where to go on.

        Args:
            tenant: Whose; from the credential.
            before: `next` of the stretch before; None begins at the newest.
            limit: Most sessions to give, at least 1.

        Returns:
            Sessions that exist now, and where the next ones are.
        """
        ...

    async def acquire(self, key: SessionKey, ttl_s: float) -> Lease:
        """Begin a turn, and slide the session's time to live.

        Args:
            key: The session.
            ttl_s: After this many seconds without `renew` the lease frees itself.

        Returns:
            The lease.

        Raises:
            SessionBusy: Another turn holds it.
            UnknownSession: The tenant has none of this name.
        """
        ...

    async def renew(self, key: SessionKey, lease: Lease, ttl_s: float) -> None:
        """Keep a lease, and slide the session's time to live.

        Args:
            key: The session.
            lease: The lease.
            ttl_s: As in `acquire`, from now.

        Raises:
            LeaseLost: It ran out.
        """
        ...

    async def release(self, key: SessionKey, lease: Lease) -> None:
        """End a turn. A lease that ran out is gone already; that is no error.

        Args:
            key: The session.
            lease: The lease.
        """
        ...

    async def delete(
        self, key: SessionKey, seen: Stamp | None = None, token: str | None = None, request: str = ""
    ) -> str:
        """Delete a session with all that belongs to it.

        Args:
            key: The session.
            seen: Only if it is still this; None takes any.
            token: Names this deletion. Repeated within a day with the same one, it is done and no error.
            request: The request's name, which no receipt of the session may have; empty when it has none.

        Returns:
            The life of the session that this deletion took, now or when it was first made: another session may have the
            name by now.

        Raises:
            UnknownSession: The tenant has none of this name.
            VersionConflict: It isn't.
            RequestKeyReused: Another request of this name did something here.
            SessionBusy: A turn holds the lease.
        """
        ...

    async def ended(self, key: SessionKey) -> str:
        """Tell which life was deleted last under a name.

        Args:
            key: The session.

        Returns:
            The life; empty where nothing was deleted within a day.
        """
        ...

    async def ping(self) -> float:
        """Tell that the store answers.

        Returns:
            The time of a round trip, in seconds.
        """
        ...

    async def aclose(self) -> None:
        """Give back connections. Safe to call twice."""
        ...
