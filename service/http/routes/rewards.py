"""Rewards of decisions: one by one, corrected, and many at once."""

from __future__ import annotations

from riffler.service.agent.made_again import NamedRequest, token_of
from riffler.service.agent.reward_batch import reward_all
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.conditions import Named
from riffler.service.http.core import Core, CoreOf, TenantOf
from riffler.service.http.described import CHANGES, answers, documented
from riffler.service.http.examples import REWARDED, REWARDS
from riffler.service.http.groups import group
from riffler.service.http.reward_schemas import NewReward, NewRewards, RewardedOut, RewardsOut, read_rows
from riffler.service.http.routes.decisions import DecisionPath

router = group("/api/v1", "decisions", JsonRoute)

_ONE = {
    **answers(200, "What became of the reward.", REWARDED),
    **documented(*CHANGES, 404, 502, 507, unknown="decision"),
}


@router.post("/decisions/{decision}/reward", responses=_ONE)
async def reward_decision(
    core: CoreOf, tenant: TenantOf, decision: DecisionPath, body: NewReward, request: Named
) -> RewardedOut:
    """Reward a decision: once, and as late as you like. A second reward changes nothing."""
    return await _rewarded(core, tenant, decision, body, request, correct=False)


@router.put("/decisions/{decision}/reward", responses=_ONE)
async def correct_reward(
    core: CoreOf, tenant: TenantOf, decision: DecisionPath, body: NewReward, request: Named
) -> RewardedOut:
    """Correct a decision's reward, or give the first: what was learned from another one is unlearned."""
    return await _rewarded(core, tenant, decision, body, request, correct=True)


@router.post(
    "/rewards", responses={**answers(200, "What became of each reward.", REWARDS), **documented(*CHANGES, 507)}
)
async def reward_decisions(core: CoreOf, tenant: TenantOf, body: NewRewards, request: Named) -> RewardsOut:
    """Reward up to 1,000 decisions. Each row has an outcome of its own; one that is wrong spoils no other."""
    batch = await reward_all(core.rewards, tenant, read_rows(body.rewards), request)
    for row in () if batch.again else batch.rows:
        core.metrics.rewarded(row.outcome, row.source, row.learned)
    return RewardsOut.of(batch)


async def _rewarded(
    core: Core, tenant: str, decision: str, body: NewReward, request: NamedRequest | None, *, correct: bool
) -> RewardedOut:
    form = body.form()
    done = await core.rewards.reward(tenant, decision, form, token_of(request), correct=correct)
    core.metrics.rewarded(done.name, form.source, done.learned)
    return RewardedOut.of(done)
