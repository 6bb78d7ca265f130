"""Deleting a session with all that belongs to it: its decisions too, and what they taught, and records of turns."""

from __future__ import annotations

from riffler.errors import UnknownSession
from riffler.service.agent.made_again import NamedRequest, token_of
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.service.ports.policy import PolicyStore
from riffler.service.ports.turn_log import TurnLog
from riffler.tools.memory import Stamp


async def delete_session(
    store: MemoryStore,
    decisions: PolicyStore | None,
    key: SessionKey,
    seen: Stamp | None = None,
    request: NamedRequest | None = None,
    *,
    log: TurnLog | None = None,
) -> None:
    """Delete a session, its decisions and the records of its turns; what the decisions taught is unlearned.

    When this is cut off in between, the session is gone already: deleting it again says so, and deletes the rest. A
    session that was made since under the same name keeps its decisions.

    Args:
        store: Where sessions live.
        decisions: Where their decisions live; None where queries aren't rewritten.
        key: The session.
        seen: Only if it is still this; None takes any.
        request: What the client may make again.
        log: Where records of its turns are; None leaves them.

    Raises:
        UnknownSession: There is none of this name.
    """
    try:
        life = await store.delete(key, seen, token_of(request), request.name if request else "")
    except UnknownSession:
        await _forget(decisions, log, key, await store.ended(key))
        raise
    await _forget(decisions, log, key, life)


async def _forget(decisions: PolicyStore | None, log: TurnLog | None, key: SessionKey, life: str) -> None:
    if decisions is not None and life:
        await decisions.forget(key.tenant, key.session, life)
    if log is not None and life:
        await log.forget(key.tenant, key.session, life)
