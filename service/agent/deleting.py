"""Deleting a session with all that belongs to it: its decisions too, and what they taught."""

from __future__ import annotations

from riffler.errors import UnknownSession
from riffler.service.agent.made_again import NamedRequest, token_of
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.service.ports.policy import PolicyStore
from riffler.tools.memory import Stamp


async def delete_session(
    store: MemoryStore,
    decisions: PolicyStore | None,
    key: SessionKey,
    seen: Stamp | None = None,
    request: NamedRequest | None = None,
) -> None:
    """Delete a session and its decisions; what they taught is unlearned.

    When this is cut off in between, the session is gone already: deleting it again says so, and deletes the rest. A
    session that was made since under the same name keeps its decisions.

    Args:
        store: Where sessions live.
        decisions: Where their decisions live; None where queries aren't rewritten.
        key: The session.
        seen: Only if it is still this; None takes any.
        request: What the client may make again.

    Raises:
        UnknownSession: There is none of this name.
    """
    try:
        life = await store.delete(key, seen, token_of(request), request.name if request else "")
    except UnknownSession:
        await _forget(decisions, key, await store.ended(key))
        raise
    await _forget(decisions, key, life)


async def _forget(decisions: PolicyStore | None, key: SessionKey, life: str) -> None:
    if decisions is not None and life:
        await decisions.forget(key.tenant, key.session, life)
