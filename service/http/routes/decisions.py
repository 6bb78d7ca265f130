"""Decisions, and their rewards."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from riffler.bandits.given import Given
from riffler.service.agent.made_again import token_of
from riffler.service.agent.watch.draw import DrawExplained
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.conditions import Named
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, READS, answers, documented
from riffler.service.http.examples import DECISION, DECISIONS, REWARDED
from riffler.service.http.incoming import NewReward
from riffler.service.http.paging import Cursor, Limit, read_cursor, write_cursor
from riffler.service.http.policy_examples import DRAW
from riffler.service.http.schemas import DecisionOut, DecisionPage, RewardedOut
from riffler.service.http.shapes import shape_of

router = APIRouter(prefix="/api/v1/decisions", tags=["decisions"], route_class=JsonRoute)
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
    "/{decision}/explanation",
    response_model=shape_of(DrawExplained),
    responses={**answers(200, "The explanation.", DRAW), **documented(*READS, 404, unknown="decision")},
)
async def explain_decision(core: CoreOf, tenant: TenantOf, decision: DecisionPath) -> Any:  # noqa: ANN401
    """Explain a decision: its draw, what each arm's score is made of by now, and what became of it."""
    return await core.policies.explain(tenant, decision)


@router.post(
    "/{decision}/reward",
    responses={
        **answers(200, "Whether the reward counted.", REWARDED),
        **documented(*CHANGES, 404, 507, unknown="decision"),
    },
)
async def reward_decision(
    core: CoreOf, tenant: TenantOf, decision: DecisionPath, body: NewReward, request: Named
) -> RewardedOut:
    """Reward a decision: once, and as late as you like. A second reward changes nothing."""
    outcome = await core.decisions.reward(tenant, decision, Given(body.reward), token_of(request))
    core.metrics.rewarded(body.reward, outcome)
    return RewardedOut(counted=bool(outcome))
