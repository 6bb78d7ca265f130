"""What changed for a tenant since it was asked last. Redis is asked, so that it doesn't matter which process did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from riffler.service.ports.memory import Listing, MemoryStore
from riffler.service.ports.policy import PolicyStore
from riffler.service.ports.turn_log import Tail, TurnLog, TurnRecord

_TURNS: Final = 200
"""Most turns told of at once; the others are told of the next time."""
_SESSIONS: Final = 20
"""Sessions that are looked at, the newest. Of an older one a turn or an edit by hand is told all the same."""


@dataclass(frozen=True, slots=True)
class PolicyCounts:
    """A policy decided something, or learned.

    Attributes:
        digest: The policy's digest.
        decisions: How many decisions it has now.
        rewards: How many of them are rewarded.
    """

    digest: str
    decisions: int
    rewards: int


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A session was made, changed or deleted.

    Attributes:
        session: Its name.
        version: Its version now; null when it is gone.
    """

    session: str
    version: int | None


Change = TurnRecord | PolicyCounts | SessionChange


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found.

    Attributes:
        changes: What changed since the look before; nothing the first time.
    """

    changes: tuple[Change, ...] = ()


class Changes:
    """Looks for changes of one tenant.

    Args:
        tenant: Whose.
        log: Where turns are recorded.
        decisions: Where decisions are.
        sessions: Where sessions are.
    """

    def __init__(self, tenant: str, log: TurnLog, decisions: PolicyStore, sessions: MemoryStore) -> None:
        self._tenant, self._log, self._decisions, self._sessions = tenant, log, decisions, sessions
        self._begun = False
        self._last: str | None = None
        self._policies: dict[str, PolicyCounts] = {}
        self._listed: dict[str, tuple[int, int]] = {}

    async def look(self) -> Look:
        """Look at what is there now.

        Returns:
            What changed since the last time it was looked. Of the store's errors, raised as they are, nothing is lost:
            the next time tells of it.
        """
        tail = Tail()
        if self._begun:
            tail = await self._log.after(self._tenant, self._last, _TURNS)
        else:
            self._last = await self._log.last(self._tenant)
        policies = {
            each.name.digest: PolicyCounts(each.name.digest, each.decisions, each.rewards)
            for each in await self._decisions.policies(self._tenant)
        }
        listing = await self._sessions.sessions(self._tenant, None, _SESSIONS)
        found: list[Change] = [*tail.records]
        if self._begun:
            found += [each for digest, each in policies.items() if self._policies.get(digest) != each]
            found += self._session_changes(tail.records, listing)
        self._begun, self._policies = True, policies
        self._last = tail.last or self._last
        self._listed = {each.session: (each.created_us, each.version) for each in listing.sessions}
        return Look(tuple(found))

    def _session_changes(self, turns: tuple[TurnRecord, ...], listing: Listing) -> Iterator[Change]:
        now = {each.session: each for each in listing.sessions}
        known = {session: version for session, (_, version) in self._listed.items()}
        for session, each in now.items():
            if known.get(session) != each.version:
                yield SessionChange(session, each.version)
        oldest_us = listing.sessions[-1].created_us if listing.next and listing.sessions else 0
        for session, (created_us, _) in self._listed.items():
            if session not in now and created_us > oldest_us:
                yield SessionChange(session, None)
        elsewhere = {turn.session: turn.version for turn in turns if turn.version and turn.session not in known}
        yield from (SessionChange(session, version) for session, version in elsewhere.items() if session not in now)
