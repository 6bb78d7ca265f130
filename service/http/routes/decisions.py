"""Decisions: what was drawn, and what became of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request

from riffler.service.agent.watch.draw import DrawExplained
from riffler.service.agent.watch.rewrite import RewriteShown, rewrite_of
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.decision_schemas import DecisionOut, DecisionPage
from riffler.service.http.described import READS, answers, documented
from riffler.service.http.examples import DECISION, DECISIONS
from riffler.service.http.gone import while_there
from riffler.service.http.groups import group
from riffler.service.http.paging import Cursor, Limit, read_cursor, write_cursor
from riffler.service.http.policy_examples import DRAW, SHOWN_REWRITE
from riffler.service.http.shapes import shape_of

router = group("/api/v1/decisions", "decisions", JsonRoute)
DecisionPath = Annotated[str, Path(max_length=100, description="The decision's id, as an answer has it.")]


@router.get("", responses={**answers(200, "A page of decisions.", DECISIONS), **documented(*READS)})
async def list_decisions(core: CoreOf, tenant: TenantOf, limit: Limit = 100, cursor: Cursor = None) -> DecisionPage:
    """List the decisions of the policy that draws now, the oldest first."""
    place = read_cursor(cursor, int)
    if core.rewriter is None:
        return DecisionPage(items=[], next=None)
    found = await core.decisions.log(core.rewriter.policy_name(tenant), place[0] if place else 0, limit + 1)
    more = write_cursor(found[limit].place) if len(found) > limit else None
    return DecisionPage(items=[DecisionOut.of(logged) for logged in found[:limit]], next=more)


@router.get(
    "/{decision}",
    responses={**answers(200, "The decision.", DECISION), **documented(*READS, 404, unknown="decision")},
)
async def read_decision(core: CoreOf, tenant: TenantOf, decision: DecisionPath) -> DecisionOut:
    """Read a decision: what was drawn, how likely it was, and what became of it."""
    return DecisionOut.of(await core.decisions.decision(tenant, decision))


@router.get(
    "/{decision}/rewrite",
    response_model=shape_of(RewriteShown),
    responses={**answers(200, "Both, or why not.", SHOWN_REWRITE), **documented(*READS, 404, unknown="decision")},
)
async def read_rewrite(core: CoreOf, tenant: TenantOf, decision: DecisionPath) -> Any:  # noqa: ANN401
    """Read a decision's query beside its rewrite, as its session keeps them; where it doesn't, why not."""
    return await rewrite_of(core.decisions, core.sessions, tenant, decision)


@router.get(
    "/{decision}/explanation",
    response_model=shape_of(DrawExplained),
    responses={**answers(200, "The explanation.", DRAW), **documented(*READS, 404, unknown="decision")},
)
async def explain_decision(core: CoreOf, tenant: TenantOf, request: Request, decision: DecisionPath) -> Any:  # noqa: ANN401
    """Explain a decision: its draw, what each arm's score is made of by now, and what became of it."""
    return await while_there(request, core.policies.explain(tenant, decision))
