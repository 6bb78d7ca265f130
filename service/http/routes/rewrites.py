"""Rewrites alone: for apps that ask their model themselves."""

from __future__ import annotations

from dataclasses import replace

from riffler.errors import UnknownSession
from riffler.service.agent.before import said_in
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.rewrites import rewrite_alone
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.conditions import Named
from riffler.service.http.core import Core, CoreOf, TenantOf
from riffler.service.http.described import CHANGES, answers, documented
from riffler.service.http.examples import REWRITE
from riffler.service.http.groups import group
from riffler.service.http.incoming import NewRewrite
from riffler.service.http.reading import SessionPath
from riffler.service.http.schemas import RewriteOut, RewritingOut
from riffler.service.ports.memory import SessionKey

router = group("/api/v1", "rewrites", JsonRoute)


_ANSWERS = answers(200, "The query as it goes on.", REWRITE)


@router.post("/rewrites", responses={**_ANSWERS, **documented(*CHANGES)})
async def rewrite_query(core: CoreOf, tenant: TenantOf, body: NewRewrite, request: Named) -> RewriteOut:
    """Choose and make a rewrite, without answering. Reward its decision when you know how good the answer was."""
    return await _rewritten(core, SessionKey(tenant, ""), body, request, (), "")


@router.post("/sessions/{session}/rewrites", responses={**_ANSWERS, **documented(*CHANGES, 404)})
async def rewrite_query_in_session(
    core: CoreOf, tenant: TenantOf, session: SessionPath, body: NewRewrite, request: Named
) -> RewriteOut:
    """Choose and make a rewrite for a query in a session, without asking it: rewrites may draw on its conversation.

    The session isn't changed; the decision is logged as one of it.

    Returns:
        The query as it goes on.

    Raises:
        UnknownSession: There is none of this name, or it was deleted meanwhile.
    """
    key = SessionKey(tenant, session)
    memory = await core.sessions.load(key)
    if request is not None:  # its name is the client's within this session, not within one of this name made anew
        name = f"{session} {memory.life} {request.name}"
        request = replace(request, name=name, session=session, life=memory.life)
    made = await _rewritten(core, key, body, request, said_in(memory), memory.life)
    if await core.sessions.ended(key) == memory.life:  # deleted meanwhile, before this had left anything to delete
        await core.decisions.forget(tenant, session, memory.life)
        raise UnknownSession(f"no session {session!r}")
    return made


async def _rewritten(
    core: Core, key: SessionKey, body: NewRewrite, request: NamedRequest | None, said: tuple[str, ...], life: str
) -> RewriteOut:
    rewriting, text = await rewrite_alone(
        core.rewriter,
        core.engine.counter,
        key.tenant,
        body.query,
        request,
        session=key.session,
        life=life,
        before=(*said, *body.contexts),
        without=body.without,
    )
    core.metrics.observe(rewriting)
    return RewriteOut(text=text, rewriting=RewritingOut.of(rewriting))
