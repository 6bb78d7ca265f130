"""A rewrite without an answer: choose, rewrite, judge, log. The client asks its own model, and rewards the decision."""

from __future__ import annotations

from riffler.errors import InvalidInput, MemoryFailed, RewriteFailed
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.progress import Rewriting
from riffler.service.agent.rewriter import NONE, Rewriter
from riffler.tools.asking import find_asking
from riffler.tools.messages import Message
from riffler.tools.tokens import TokenCounter


async def rewrite_alone(
    rewriter: Rewriter | None, counter: TokenCounter, tenant: str, query: str, request: NamedRequest | None = None
) -> tuple[Rewriting, str]:
    """Choose and make a rewrite of a query.

    It fails open, as in a turn: whatever goes wrong with features, policy, arm or guard, the query comes back as it
    was, and the note says so.

    Args:
        rewriter: Chooses and makes rewrites; None rewrites nothing.
        counter: Finds the part of a long query that asks.
        tenant: Whose posterior; from the credential.
        query: What is to be asked.
        request: What the client may make again: it gets the same decision.

    Returns:
        What was chosen for the asking part, and the whole query with the rewrite in its place.

    Raises:
        InvalidInput: The query is empty.
    """
    if not query.strip():
        raise InvalidInput("query: expected a text, got an empty one")
    asking = find_asking(Message.user(query), 0, counter)
    start, end = (asking.span.start, asking.span.end) if asking is not None else (0, len(query))
    raw = query[start:end]
    unchanged = Rewriting("", NONE, {NONE: 1.0}, NONE, raw, raw)
    if rewriter is None or not raw.strip():
        return unchanged, query
    try:
        reading = rewriter.read(raw)
        decision = await rewriter.decide(tenant, "", reading, request.entropy(tenant) if request else None)
        draft = await rewriter.draft(tenant, reading, decision)
    except (RewriteFailed, MemoryFailed, InvalidInput) as exc:
        return Rewriting("", NONE, {NONE: 1.0}, NONE, raw, raw, f"the raw query goes on: {exc}"), query
    chosen = Rewriting(decision.id, decision.arm, decision.propensities, draft.executed, raw, draft.text, draft.reason)
    return chosen, query[:start] + draft.text + query[end:]
