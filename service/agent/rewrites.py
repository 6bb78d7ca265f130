"""A rewrite without an answer: choose, rewrite, judge, log. The client asks its own model, and rewards the decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache

from pydantic import TypeAdapter

from riffler.errors import InvalidInput, MemoryCorrupt, MemoryFailed, RequestKeyReused, RewriteFailed
from riffler.service.agent.before import around
from riffler.service.agent.forbidding import forbidden
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.progress import Rewriting
from riffler.service.agent.rewriter import NONE, Rewriter
from riffler.service.ports.memory import SessionKey
from riffler.tools.asking import find_asking
from riffler.tools.messages import Message
from riffler.tools.tokens import TokenCounter

Rewritten = tuple[Rewriting, str]


async def rewrite_alone(
    rewriter: Rewriter | None,
    counter: TokenCounter,
    tenant: str,
    query: str,
    request: NamedRequest | None = None,
    *,
    session: str = "",
    life: str = "",
    before: Sequence[str] = (),
    without: Collection[str] = (),
) -> Rewritten:
    """Choose and make a rewrite of a query.

    It fails open, as in a turn: whatever goes wrong with features, policy, arm or guard, the query comes back as it
    was, and the note says so.

    Args:
        rewriter: Chooses and makes rewrites; None rewrites nothing.
        counter: Finds the part of a long query that asks.
        tenant: Whose posterior; from the credential.
        query: What is to be asked.
        request: What the client may make again: it gets the same decision, and the same text for a day.
        session: In which session the query would be asked; empty for none. The decision is logged as of it.
        life: That session's life.
        before: What went before it there, oldest first: what rewrites may draw on.
        without: Arms that aren't to be used for the query.

    Returns:
        What was chosen for the asking part, and the whole query with the rewrite in its place.

    Raises:
        InvalidInput: The query is empty, or an arm can't be forbidden.
        RequestKeyReused: A request of this name asked for something else.
    """
    if not query.strip():
        raise InvalidInput("query: expected a text, got an empty one")
    forbids = forbidden(without)
    asking = find_asking(Message.user(query), 0, counter)
    start, end = (asking.span.start, asking.span.end) if asking is not None else (0, len(query))
    raw = query[start:end]
    if rewriter is None or not raw.strip():
        return Rewriting("", NONE, {NONE: 1.0}, NONE, raw, raw), query
    try:
        said = _again(await rewriter.answered(tenant, request))  # before all else: the name is given to this query now
        if said is None:
            remembered = (*before, *around(query, start, end))
            chosen = await _chosen(
                rewriter, SessionKey(tenant, session), raw, remembered, request, life=life, without=forbids
            )
            own = chosen, query[:start] + chosen.rewritten + query[end:]
            # Of requests made at once all say what the first of them did: each may have asked a model.
            said = _again(await rewriter.answered(tenant, request, _adapter().dump_json(own).decode())) or own
        await rewriter.note(tenant, said[0])  # not before: it is of the text that goes on
    except RequestKeyReused:
        raise
    except (RewriteFailed, MemoryFailed, InvalidInput) as exc:
        return Rewriting("", NONE, {NONE: 1.0}, NONE, raw, raw, f"the raw query goes on: {exc}"), query
    return said


async def _chosen(
    rewriter: Rewriter,
    key: SessionKey,
    raw: str,
    before: tuple[str, ...],
    request: NamedRequest | None,
    *,
    life: str,
    without: frozenset[str],
) -> Rewriting:
    reading = await rewriter.read(raw, before)
    entropy = request.entropy(key.tenant) if request else None  # of the session, too: its fingerprint has the address
    drawn = await rewriter.decide(key.tenant, key.session, reading, entropy, life=life, without=without)
    decision = drawn.decision
    draft = await rewriter.draft(reading, decision)
    return Rewriting(decision.id, decision.arm, decision.propensities, draft.executed, raw, draft.text, draft.reason)


def _again(kept: str) -> Rewritten | None:
    """Read what was said before; None when nothing was."""
    if not kept:
        return None
    try:
        chosen, text = _adapter().validate_json(kept)
    except ValueError as exc:
        raise MemoryCorrupt("a rewrite can't be read back from the store") from exc
    return replace(chosen, recalled=True), text


@cache
def _adapter() -> TypeAdapter[Rewritten]:
    return TypeAdapter(Rewritten)
