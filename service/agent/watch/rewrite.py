"""The query of a decision beside its rewrite. The log holds no text (rule 10 of the design): the session does."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.errors import UnknownSession, UnknownVersion
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.service.ports.policy import PolicyStore


@dataclass(frozen=True, slots=True)
class RewriteShown:
    """A query and its rewrite.

    Attributes:
        decision: The decision's id.
        session: Its session; None where it has none.
        version: The version of the session that shows the query so first; None where it can't be had.
        query: The asking part as it came; None where it can't be had.
        rewritten: What the model was shown in its place, which is the same where the arm changed nothing or its text
            didn't go on; None where it can't be had.
        unavailable: Why they can't be had, or not any more; empty when they are there.
    """

    decision: str
    session: str | None
    version: int | None
    query: str | None
    rewritten: str | None
    unavailable: str = ""


async def rewrite_of(decisions: PolicyStore, sessions: MemoryStore, tenant: str, decision_id: str) -> RewriteShown:
    """Read the query of a decision, and its rewrite. It takes some milliseconds, also in a session of any length.

    Args:
        decisions: Where decisions live.
        sessions: Where sessions live.
        tenant: Whose.
        decision_id: The decision.

    Returns:
        Both, or why they can't be had. Raises `UnknownDecision` when there is no such decision.
    """
    logged = await decisions.decision(tenant, decision_id)
    session = logged.decision.session
    if not session:
        return _without(
            decision_id, None, "it has no session: of a rewrite alone, and of an imported log, no text is kept"
        )
    try:
        kept = await sessions.rewritten(SessionKey(tenant, session), decision_id, logged.at_ms)
    except UnknownSession:
        return _without(decision_id, session, "its session is gone: it was deleted, or its time to live has passed")
    except UnknownVersion:
        return _without(
            decision_id, session, "its session's history doesn't go back so far any more (RIFFLER_HISTORY_VERSIONS)"
        )
    if kept is None:
        return _without(
            decision_id,
            session,
            "its session has no such turn: the turn failed before the model had answered, or isn't that far yet",
        )
    text = kept.event.text
    return RewriteShown(decision_id, session, kept.version, kept.query, kept.query if text is None else text)


def _without(decision_id: str, session: str | None, reason: str) -> RewriteShown:
    return RewriteShown(decision_id, session, None, None, None, reason)
