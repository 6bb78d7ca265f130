"""Edits of a session from outside a turn: making one, adding messages, calling a tool by hand, deleting.

Each is one commit, made for the version that was read; when somebody else was first, it is worked out anew, unless the
caller named a version. A request with a name can be made again: it does nothing a second time, and says the same.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from riffler.errors import InvalidInput, RequestKeyReused, SessionBusy, SessionExists, VersionConflict
from riffler.service.agent.offload import offload
from riffler.service.agent.tool_call import run_call
from riffler.service.agent.turn import Request, receipt_of
from riffler.service.ports.engine import Engine
from riffler.service.ports.memory import MemoryStore, Receipt, SessionKey
from riffler.tools.arrival import append
from riffler.tools.events import Event
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
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
    """

    version: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Called:
    """A tool was called.

    Attributes:
        version: The session's version afterwards; a call that changed nothing leaves it.
        tool: Its name.
        reply: What a model reads.
    """

    version: int
    tool: str
    reply: str


Done = TypeVar("Done", Appended, Called)
Planned = tuple[Sequence[Event], Done]


class Edits:
    """Edits sessions.

    Args:
        store: Where sessions live.
        engine: Counts tokens, and writes the summaries that tools order.
        registry: The tools that can be called by hand.
    """

    def __init__(self, store: MemoryStore, engine: Engine, registry: Registry) -> None:
        self._store = store
        self._engine = engine
        self._registry = registry

    async def create(
        self, tenant: str, session: str | None = None, messages: Sequence[Message] = (), request: Request | None = None
    ) -> tuple[SessionKey, WorkingMemory]:
        """Make a session, with messages when there are any.

        Args:
            tenant: Whose; from the credential.
            session: Its name; None makes one.
            messages: What it begins with.
            request: What the client may make again.

        Returns:
            The session's key, and the session as it stands. Raises `SessionExists` when there is one of this name.
        """
        # Worked out first: messages that can't be taken are refused before the session is made.
        event = append(WorkingMemory(), messages, self._engine.counter) if messages else None
        key, memory = await make_session(self._store, tenant, session, request)
        if event is None or memory.version > 0:
            return key, memory
        receipt = Receipt(request.name, request.fingerprint, True, "{}") if request else None
        return key, await self._store.commit(key, memory, [event], "app", receipt=receipt)

    async def append(
        self,
        key: SessionKey,
        messages: Sequence[Message],
        version: int | None = None,
        request: Request | None = None,
    ) -> Appended:
        """Add messages to the end of a conversation.

        Args:
            key: The session.
            messages: The messages, in order.
            version: Only if this is the session's version; None takes any.
            request: What the client may make again.

        Returns:
            Where they are now.

        Raises:
            InvalidInput: There are none.
        """
        if not messages:
            raise InvalidInput("messages: expected at least one, got none")
        arriving = sum(len(message.json) for message in messages)

        async def plan(memory: WorkingMemory) -> Planned[Appended]:
            event = await offload(arriving, lambda: append(memory, messages, self._engine.counter))
            return [event], Appended(memory.version + 1, event.first, len(messages))

        return await self._edit(key, plan, Appended, version, request)

    async def call(
        self,
        key: SessionKey,
        tool: str,
        arguments: str,
        *,
        summary: str = "",
        version: int | None = None,
        request: Request | None = None,
    ) -> Called:
        """Call a context tool by hand.

        Args:
            key: The session.
            tool: The tool's name.
            arguments: JSON text of its arguments.
            summary: The text for a tool that replaces text by a summary; empty lets the engine write it.
            version: Only if this is the session's version; None takes any.
            request: What the client may make again.

        Returns:
            The tool's reply. Raises a leaf of `ToolRefused` when it can't run; then nothing changed.
        """

        async def plan(memory: WorkingMemory) -> Planned[Called]:
            outcome = await run_call(self._registry, self._engine, memory, tool, arguments, summary=summary)
            return outcome.events, Called(memory.version + bool(outcome.events), tool, outcome.reply)

        return await self._edit(key, plan, Called, version, request)

    async def delete(self, key: SessionKey, version: int | None = None, request: Request | None = None) -> None:
        """Delete a session with all that belongs to it.

        Args:
            key: The session.
            version: Only if this is its version; None takes any.
            request: What the client may make again.
        """
        await self._store.delete(key, version, creation_token(request))

    async def _edit(
        self,
        key: SessionKey,
        plan: Callable[[WorkingMemory], Awaitable[Planned[Done]]],
        kind: type[Done],
        version: int | None,
        request: Request | None,
    ) -> Done:
        for _ in range(_ATTEMPTS):
            memory = await self._store.load(key)
            receipt = await receipt_of(self._store, key, request)
            if receipt is not None:
                return kind(**json.loads(receipt.body))
            if version is not None and memory.version != version:
                raise VersionConflict(
                    f"session {key.session!r} has version {memory.version}, this change was made for version {version}"
                )
            events, done = await plan(memory)
            if not events:
                return done
            kept = Receipt(request.name, request.fingerprint, True, json.dumps(asdict(done))) if request else None
            try:
                await self._store.commit(key, memory, events, "app", receipt=kept)
            except VersionConflict:
                continue  # somebody else was first: look again, at what is there now
            return done
        raise SessionBusy(f"session {key.session!r} changes faster than this change can be made: try again")


async def make_session(
    store: MemoryStore, tenant: str, session: str | None, request: Request | None, unused_s: float | None = None
) -> tuple[SessionKey, WorkingMemory]:
    """Make an empty session; the same request made again finds the one that it made.

    Args:
        store: Where sessions live.
        tenant: Whose; from the credential.
        session: Its name; None makes one, of the request's name where there is one.
        request: What the client may make again.
        unused_s: See `MemoryStore.create`.

    Returns:
        Its key, and the session as it stands.

    Raises:
        SessionExists: There is one of this name.
        RequestKeyReused: A request of this name asked for something else.
    """
    named = session
    if named is None:
        digest = hashlib.sha256(request.name.encode()).hexdigest()[:16] if request else secrets.token_hex(8)
        named = f"s-{digest}"
    key = SessionKey(tenant, named)
    try:
        return key, await store.create(key, unused_s, creation_token(request))
    except SessionExists as exc:
        if session is None and request is not None:
            raise RequestKeyReused(
                f"request {request.name!r}: this name was given to another request; expected the same request, or a "
                f"new name"
            ) from exc
        raise


def creation_token(request: Request | None) -> str | None:
    """Name a creation or deletion after its request, so that the same one made again counts once.

    Args:
        request: The request; None has no name.

    Returns:
        The token, or None.
    """
    if request is None:
        return None
    return hashlib.sha256(json.dumps([request.name, request.fingerprint]).encode()).hexdigest()[:16]
