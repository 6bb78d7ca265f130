"""Edits of a session from outside a turn: making one, adding messages, calling a tool by hand, deleting.

Each is one commit, made for the version that was read; when somebody else was first, it is worked out anew, unless the
caller named a version. A request with a name can be made again: it does nothing a second time, and says the same.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TypeVar

from riffler.errors import InvalidInput, SessionBusy, VersionConflict
from riffler.service.agent.deleting import delete_session
from riffler.service.agent.made_again import NamedRequest, receipt_of
from riffler.service.agent.making import fork_session, make_session
from riffler.service.agent.offload import offload
from riffler.service.agent.recording import Recorder
from riffler.service.agent.room import Room
from riffler.service.agent.sent import sent_messages
from riffler.service.agent.tool_call import run_call
from riffler.service.agent.turn import require_seen
from riffler.service.ports.engine import Engine
from riffler.service.ports.memory import MemoryStore, Receipt, SessionKey
from riffler.service.ports.policy import PolicyStore
from riffler.service.ports.turn_log import TurnLog
from riffler.tools.arrival import append
from riffler.tools.events import Event
from riffler.tools.memory import Stamp, WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.price import EditPrice
from riffler.tools.registry import Registry

_ATTEMPTS = 8
"""How often an edit is worked out anew when others are first."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Messages were added.

    Attributes:
        version: The session's version with them.
        first: Index of the first of them.
        count: How many.
        life: The session's life, see `Stamp`.
        repeated: Whether an earlier request of this name added them.
    """

    version: int
    first: int
    count: int
    life: str = field(default="", compare=False)
    repeated: bool = field(default=False, compare=False)

    @property
    def stamp(self) -> Stamp:
        """Which state of which session it made."""
        return Stamp(self.version, self.life)


@dataclass(frozen=True, slots=True)
class Called:
    """A tool was called.

    Attributes:
        version: The session's version afterwards; a call that changed nothing leaves it.
        tool: Its name.
        reply: What a model reads.
        life: The session's life, see `Stamp`.
        repeated: Whether an earlier request of this name called it.
    """

    version: int
    tool: str
    reply: str
    life: str = field(default="", compare=False)
    repeated: bool = field(default=False, compare=False)

    @property
    def stamp(self) -> Stamp:
        """Which state of which session it made."""
        return Stamp(self.version, self.life)


Done = TypeVar("Done", Appended, Called)
Planned = tuple[Sequence[Event], Done, EditPrice | None]
"""What is to happen, what the caller is told then, and what it changes in the price of the conversation."""


class Edits:
    """Edits sessions.

    Args:
        store: Where sessions live.
        engine: Counts tokens, and writes the summaries that tools order.
        registry: The tools that can be called by hand.
        room: What a view may take; None is what the engine has beside these tools.
        decisions: Where sessions' decisions live; None where queries aren't rewritten.
        log: Where records of their turns are; None where none are kept.
        recorder: Records edits; None records none.
    """

    def __init__(
        self,
        store: MemoryStore,
        engine: Engine,
        registry: Registry,
        room: Room | None = None,
        decisions: PolicyStore | None = None,
        *,
        log: TurnLog | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._store = store
        self._log = log
        self._recorder = recorder
        self._decisions = decisions
        self._engine = engine
        self._registry = registry
        self._room = room or Room(engine, registry)

    async def create(
        self,
        tenant: str,
        session: str | None = None,
        messages: Sequence[Message] = (),
        request: NamedRequest | None = None,
    ) -> tuple[SessionKey, WorkingMemory]:
        """Make a session, with messages when there are any.

        Args:
            tenant: Whose; from the credential.
            session: Its name; None makes one.
            messages: What it begins with.
            request: What the client may make again.

        Returns:
            The session's key, and the session as it stands. Raises `SessionExists` when there is one of this name, and
            `InvalidInput` for a name that none may have.
        """
        arriving, counter = sum(len(message.json) for message in messages), self._engine.counter
        events = [await offload(arriving, lambda: append(WorkingMemory(), messages, counter))] if messages else []
        return await make_session(self._store, tenant, session, request, events=events)

    async def append(
        self,
        key: SessionKey,
        messages: Sequence[Message],
        seen: Stamp | None = None,
        request: NamedRequest | None = None,
        *,
        asks: bool = True,
    ) -> Appended:
        """Add messages to the end of a conversation.

        Args:
            key: The session.
            messages: The messages, in order.
            seen: Only if the session is still this; None takes any.
            request: What the client may make again.
            asks: Whether the newest user message among them asks, see `arrival.append`.

        Returns:
            Where they are now.

        Raises:
            InvalidInput: There are none.
        """
        if not messages:
            raise InvalidInput("messages: expected at least one, got none")
        arriving = sum(len(message.json) for message in messages)

        async def plan(memory: WorkingMemory) -> Planned[Appended]:
            event = await offload(arriving, lambda: append(memory, messages, self._engine.counter, asks=asks))
            return [event], Appended(memory.version + 1, event.first, len(messages), memory.life), None

        return await self._edit(key, plan, Appended, seen, request)

    async def call(
        self,
        key: SessionKey,
        tool: str,
        arguments: str,
        *,
        summary: str = "",
        seen: Stamp | None = None,
        request: NamedRequest | None = None,
    ) -> Called:
        """Call a context tool by hand.

        Args:
            key: The session.
            tool: The tool's name.
            arguments: JSON text of its arguments.
            summary: The text for a tool that replaces text by a summary; empty lets the engine write it.
                One that is given is taken as a person's: whatever it says is no refusal.
            seen: Only if the session is still this; None takes any.
            request: What the client may make again.

        Returns:
            The tool's reply. Raises a leaf of `ToolRefused` when it can't run; then nothing changed.
        """

        async def plan(memory: WorkingMemory) -> Planned[Called]:
            outcome = await run_call(
                self._registry,
                self._room,
                memory,
                tool,
                arguments,
                read_past=lambda order: self._store.past(key, memory, order),
                summary=summary,
                sent=await sent_messages(self._store, key, memory),
            )
            done = Called(memory.version + bool(outcome.events), tool, outcome.reply, memory.life)
            return outcome.events, done, outcome.price

        return await self._edit(key, plan, Called, seen, request)

    async def fork(
        self,
        key: SessionKey,
        version: int | None = None,
        session: str | None = None,
        request: NamedRequest | None = None,
    ) -> tuple[SessionKey, WorkingMemory]:
        """Make a session that begins as another one was: see `fork_session`."""
        return await fork_session(self._store, key, version, session, request)

    async def delete(self, key: SessionKey, seen: Stamp | None = None, request: NamedRequest | None = None) -> None:
        """Delete a session with all that belongs to it: see `delete_session`."""
        await delete_session(self._store, self._decisions, key, seen, request, log=self._log)

    async def _edit(
        self,
        key: SessionKey,
        plan: Callable[[WorkingMemory], Awaitable[Planned[Done]]],
        kind: type[Done],
        seen: Stamp | None,
        request: NamedRequest | None,
    ) -> Done:
        for _ in range(_ATTEMPTS):
            memory = await self._store.load(key)
            receipt = await receipt_of(self._store, key, request)
            if receipt is not None:
                return replace(kind(**json.loads(receipt.body)), repeated=True)
            require_seen(memory, seen, key.session)
            events, done, price = await plan(memory)
            if not events:
                return done
            kept = Receipt(request.name, request.fingerprint, True, json.dumps(asdict(done))) if request else None
            try:
                await self._store.commit(key, memory, events, "app", receipt=kept)
            except VersionConflict:
                continue  # somebody else was first: look again, at what is there now
            if self._recorder is not None and price is not None and isinstance(done, Called):
                await self._recorder.edit(key, done.tool, done.stamp, events, price)
            return done
        raise SessionBusy(f"session {key.session!r} changes faster than this change can be made: try again")
