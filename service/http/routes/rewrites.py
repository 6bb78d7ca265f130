"""Rewrites alone: for apps that ask their model themselves."""

from __future__ import annotations

from fastapi import APIRouter

from riffler.service.agent.rewrites import rewrite_alone
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.conditions import Named
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, answers, documented
from riffler.service.http.examples import REWRITE
from riffler.service.http.incoming import NewRewrite
from riffler.service.http.schemas import RewriteOut, RewritingOut

router = APIRouter(prefix="/api/v1", tags=["rewrites"], route_class=JsonRoute)


@router.post("/rewrites", responses={**answers(200, "The query as it goes on.", REWRITE), **documented(*CHANGES)})
async def rewrite_query(core: CoreOf, tenant: TenantOf, body: NewRewrite, request: Named) -> RewriteOut:
    """Choose and make a rewrite, without answering. Reward its decision when you know how good the answer was."""
    rewriting, text = await rewrite_alone(core.rewriter, core.engine.counter, tenant, body.query, request)
    core.metrics.observe(rewriting)
    return RewriteOut(text=text, rewriting=RewritingOut.of(rewriting))
