"""Making sessions: new ones, and ones that begin as another one was. Needs the store alone."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from riffler.errors import InvalidInput, SessionExists, UnknownSession
from riffler.service.agent.made_again import NamedRequest, receipt_of, token_of
from riffler.service.agent.past import memory_at
from riffler.service.ports.memory import MemoryStore, Receipt, SessionKey
from riffler.service.ports.session_names import SESSION_NAME, SESSION_NAME_WORDS
from riffler.tools.events import Event
from riffler.tools.memory import Forked, WorkingMemory

_SHOWN = 80
"""Most characters of a name in an error."""


async def make_session(
    store: MemoryStore,
    tenant: str,
    session: str | None,
    request: NamedRequest | None,
    *,
    unused_s: float | None = None,
    idle_s: float | None = None,
    events: Sequence[Event] = (),
    start: WorkingMemory | None = None,
) -> tuple[SessionKey, WorkingMemory]:
    """Make a session; the same request made again finds the one that it made.

    Args:
        store: Where sessions live.
        tenant: Whose; from the credential.
        session: Its name; None makes one, of the request's name where there is one.
        request: What the client may make again.
        unused_s: See `MemoryStore.create`; of a session that a question makes. Its turn then keeps the receipt.
        idle_s: See there; of a session that nobody named.
        events: Its first commit.
        start: What it begins with in place of an empty working memory.

    Returns:
        Its key, and the session as it stands.

    Raises:
        SessionExists: There is one of this name. A name that none may have is `InvalidInput`.
        RequestKeyReused: A request of this name asked for something else.
    """
    key = SessionKey(tenant, name_of(session, request))
    receipt = Receipt(request.name, request.fingerprint, True, "{}") if request and unused_s is None else None
    try:
        token = token_of(request)
        return key, await store.create(key, unused_s, token, idle_s=idle_s, events=events, start=start, receipt=receipt)
    except SessionExists as exc:
        if request is not None and session is None:
            raise request.reused("a new session") from exc
        await receipt_of(store, key, request)  # of this name, and for something else: that is what to tell
        raise


async def fork_session(
    store: MemoryStore,
    key: SessionKey,
    version: int | None = None,
    session: str | None = None,
    request: NamedRequest | None = None,
    *,
    idle_s: float | None = None,
) -> tuple[SessionKey, WorkingMemory]:
    """Make a session that begins as another one of the same tenant was; each goes on by itself.

    Args:
        store: Where sessions live.
        key: The session to begin from.
        version: As of which version; None is the present.
        session: The new one's name; None makes one.
        request: What the client may make again.
        idle_s: See `MemoryStore.create`; the other session's is its own.

    Returns:
        The new session's key, and the session as it stands. It has the version that it begins from, the same ids,
        and a history from there, and says where it comes from. Raises `InvalidInput` for a name that none may have,
        `SessionExists` when there is one of this name, and `UnknownVersion` when there is no such version or it is no
        longer kept.
    """
    made = SessionKey(key.tenant, name_of(session, request))
    with suppress(UnknownSession):  # of another request it may be, too: making it tells
        if request is not None and await receipt_of(store, made, request):
            return made, await store.load(made)  # whatever became of the other session since
    was = await memory_at(store, key, version)
    start = replace(was, forked=Forked(key.session, was.version))
    return await make_session(store, key.tenant, session, request, idle_s=idle_s, start=start)


def name_of(session: str | None, request: NamedRequest | None) -> str:
    """Name a session that is to be made.

    Args:
        session: The name that it is to have; None makes one.
        request: The request that makes it; made again, it gives the same name.

    Returns:
        The name.

    Raises:
        InvalidInput: No session may be made with this name.
    """
    if session is not None:
        if re.fullmatch(SESSION_NAME, session) is None:
            shown = ascii(session if len(session) <= _SHOWN else f"{session[:_SHOWN]}...")
            raise InvalidInput(f"session: expected a name of {SESSION_NAME_WORDS}, got {shown}")
        return session
    digest = hashlib.sha256(request.name.encode()).hexdigest()[:16] if request else secrets.token_hex(8)
    return f"s-{digest}"
