"""Which session a conversation goes on in.

A client that sends all that was said gets one session for as long as it says what was said: it is known by the digest
of its conversation up to the answer that it was given (see `chain.py`). Where it says something else (an answer edited,
a question asked anew, a second branch) it goes on in a fork of the session, as that was up to there. What isn't known
begins a session. Where several sessions have come to the same words nobody can tell which one is meant: each goes on in
a fork, and nothing is said in a session whose name another client was given. A client that names its conversation gets
a session of that name, which may hold something else already: what the client says then comes behind that. Where it
holds the beginning of what the client says, it goes on, though nobody noted how far it had come. Its branches have
names of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from riffler.errors import NotFound, RifflerError, SessionExists, UnknownSession, UnknownVersion
from riffler.service.agent.deleting import delete_session
from riffler.service.agent.making import fork_session, make_session
from riffler.service.agent.offload import offload
from riffler.service.agent.past import memory_at
from riffler.service.agent.progress import Answer
from riffler.service.integrations.openai_proxy.chain import linked
from riffler.service.ports.conversations import Conversations, Place
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.service.ports.policy import PolicyStore
from riffler.tools.memory import WorkingMemory

_UNUSED_S: Final = 3600.0
"""A session that a request makes is gone after this time, should a crash come before its first message."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a conversation goes on.

    Attributes:
        key: The session.
        first: How many of the conversation's messages it has already; the others are new.
        memory: The session as it is.
        made: Whether it was made for this request; then it goes again if the request fails.
    """

    key: SessionKey
    first: int
    memory: WorkingMemory
    made: bool = False


class Sessions:
    """Finds the sessions of conversations.

    Args:
        store: Where sessions live.
        decisions: Where their decisions live; None where queries aren't rewritten.
        conversations: Knows where conversations have come to.
        idle_s: How long a session is kept that no client named and nobody uses; 0 is as long as others.
    """

    def __init__(
        self, store: MemoryStore, decisions: PolicyStore | None, conversations: Conversations, idle_s: float = 0.0
    ) -> None:
        self._store, self._decisions, self._conversations = store, decisions, conversations
        self._idle_s = idle_s

    async def open(self, tenant: str, chain: Sequence[str], named: str, *, aside: bool = False) -> Opened:
        """Find the session of a conversation, or make one.

        Args:
            tenant: Whose; from the credential.
            chain: What each beginning of the conversation is known by, as `links` gives it.
            named: The name that the client has for it; empty when it has none.
            aside: Whether another request goes on with the session just now: then this one goes on in a fork.

        Returns:
            The session, whose messages are a beginning of the conversation.
        """
        last = len(chain) - 2  # something must be new: the same request again asks for another answer
        while last >= (0 if named else 1):
            found = await self._conversations.find(tenant, chain[last::-1] if named else chain[last:0:-1])
            if found is None:
                break
            known, place = last - found[0], found[1]
            opened = await self._at(tenant, place, known - place.lacks, aside=aside)
            if opened is not None:
                return opened
            last = known - 1  # the session is gone, or its history doesn't go back so far: look for less
        if named and not aside:
            return await self._named(SessionKey(tenant, named), chain)
        return await self._anew(tenant)

    async def note(
        self, opened: Opened, chain: Sequence[str], said: Mapping[str, Any], answer: Answer, *, named: str
    ) -> None:
        """Note where a conversation has come to with an answer.

        Args:
            opened: Where it went on.
            chain: What it was known by before the answer.
            said: The answer, as the client heard it.
            answer: What the turn gave.
            named: The name that the client has for it; empty when it has none.
        """
        name, life = opened.key.session, answer.life
        places = {
            chain[-1]: Place(name, life, answer.version, answer.messages, open=False),
            linked(chain[-1], said): Place(name, life, answer.version, answer.messages, open=True, lacks=1),
        }
        if named and not opened.first and not opened.memory.forked:
            places[chain[0]] = Place(name, life, opened.memory.version, len(opened.memory.entries), open=True)
        idle_s = 0.0 if named == name else self._idle_s  # branches of a named conversation were named by nobody
        await self._conversations.note(opened.key.tenant, places, idle_s)

    async def undo(self, opened: Opened) -> None:
        """Take back a session that was made for a request which failed: nothing half-done is left.

        Args:
            opened: What `open` gave.
        """
        if opened.made:
            with suppress(RifflerError):  # the request's own error is the one to tell
                await delete_session(self._store, self._decisions, opened.key)

    async def _at(self, tenant: str, place: Place, first: int, *, aside: bool) -> Opened | None:
        """Go on from a place: in its session, where nothing else was said there since, else in a fork."""
        key = SessionKey(tenant, place.session)
        try:
            memory = await self._store.load(key)
            if memory.life != place.life:
                return None
            if place.open and not aside and len(memory.entries) == place.messages:
                return Opened(key, first, memory)
            if place.version == 0:  # before anything was said: a fork of nothing
                return await self._anew(tenant)
            made, memory = await fork_session(self._store, key, place.version, idle_s=self._idle_s)
        except NotFound:
            return None
        return Opened(made, first, memory, made=True)

    async def _anew(self, tenant: str) -> Opened:
        key, memory = await make_session(self._store, tenant, None, None, unused_s=_UNUSED_S, idle_s=self._idle_s)
        return Opened(key, 0, memory, made=True)

    async def _named(self, key: SessionKey, chain: Sequence[str]) -> Opened:
        with suppress(UnknownSession):
            return await self._held(key, chain)
        try:
            _, memory = await make_session(self._store, key.tenant, key.session, None, unused_s=_UNUSED_S)
        except SessionExists:  # another request made it just now
            return await self._held(key, chain)
        return Opened(key, 0, memory, made=True)

    async def _held(self, key: SessionKey, chain: Sequence[str]) -> Opened:
        """Go on in a session of a client's name of which no place is known: it tells itself what it has."""
        # A turn failed, or a place wasn't noted or has ended: then it holds what the client says again.
        memory = await self._store.load(key)
        held = await offload(memory.characters, lambda: _shared(memory, chain))
        if not held and memory.entries:  # noted at once, or after a failed request nobody knows its own part
            place = Place(key.session, memory.life, memory.version, len(memory.entries), open=True)
            await self._conversations.note(key.tenant, {chain[0]: place})
        if not held or held == _said(memory) < len(chain) - 1:
            return Opened(key, held, memory)
        before = await self._before(key, memory, min(held, len(chain) - 2))
        if not _said(before):
            return await self._anew(key.tenant)
        made, memory = await fork_session(self._store, key, before.version, idle_s=self._idle_s)
        return Opened(made, _said(memory), memory, made=True)

    async def _before(self, key: SessionKey, now: WorkingMemory, most: int) -> WorkingMemory:
        """Give a session as it was last with at most so many messages of its client; empty where nobody knows."""
        found, low, high = WorkingMemory(), 0, now.version
        while low < high:
            middle = (low + high) // 2
            try:
                memory = await memory_at(self._store, key, middle, now)
            except UnknownVersion:  # the history doesn't go back so far
                low = middle + 1
                continue
            if _said(memory) <= most:
                found, low = memory, middle + 1
            else:
                high = middle
        return found


def _said(memory: WorkingMemory) -> int:
    return sum(entry.origin == "app" for entry in memory.entries)


def _shared(memory: WorkingMemory, chain: Sequence[str]) -> int:
    """Tell how many messages of its client a session and a conversation have in common, from the first on."""
    link, shared = chain[0], 0
    for entry in memory.entries:
        if entry.origin == "app":
            link = linked(link, entry.message.to_dict())
            if chain[shared + 1 : shared + 2] != [link]:
                break
            shared += 1
    return shared
