"""Parts of a log by themselves, and regret that is true because the log says what every arm earned."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.service.agent.watch.logs import ARMS, KEY, Seeded, new_tenant, seeded

from riffler.bandits.context import CONTEXT_NAMES
from riffler.bandits.insight.audited_regret import Audit
from riffler.bandits.insight.entry import Unavailable
from riffler.bandits.insight.estimated_regret import EstimatedRegret, estimated_regret
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.bandits.regret import true_regret
from riffler.errors import InvalidInput
from riffler.service.agent.watch.entries import entries
from riffler.service.agent.watch.policies import Policies
from riffler.service.agent.watch.regret import RegretCurve, RegretKnown, RegretMeasured
from riffler.service.agent.watch.selection import Selection
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import LoggedDecision


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the server that all tests share."""
    return RedisPolicyStore(memory_connection)


async def measured(store: RedisPolicyStore, tenant: str, of: Sequence[LoggedDecision]) -> list[dict[str, float]]:
    """Keep an audit of each decision, with a reward drawn for each arm but its own."""
    rng, rewards = np.random.default_rng(7), []
    for row in of:
        every = {arm: float(rng.random()) for arm in ARMS} | {row.decision.arm: row.reward or 0.0}
        rewards.append(every)
        audit = KeptAudit(Audit(every, row.decision.arm, 1.0), 0, "known answers", "known answers")
        await store.audit(tenant, row.decision.id, audit)
    return rewards


async def rewarded(store: RedisPolicyStore, made: Seeded) -> list[LoggedDecision]:
    """Read the rewarded decisions of a log."""
    return [row for row in await store.log(made.name) if row.state == "rewarded"]


async def test_regret_is_true_where_every_reward_was_measured_on_all_arms(store: RedisPolicyStore) -> None:
    """It is that of `true_regret` over the rewarded decisions, at its end and at each point; with no interval."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 60)
    rows = await rewarded(store, made)
    every = await measured(store, tenant, rows)
    found = (await Policies(store).regret(tenant)).true
    expected = true_regret((rewards, row.decision.arm) for rewards, row in zip(every, rows, strict=True))
    assert isinstance(found, RegretKnown)
    assert (found.kind, found.rounds, found.judges) == ("true", len(rows), {"known answers": len(rows)})
    assert found.against == {arm: pytest.approx(lost[-1]) for arm, lost in expected.against.items()}
    assert (found.best_static, found.against_best_static) == (expected.best_static, expected.against_best_static)
    assert found.against_best_of_each == expected.total
    course = found.course
    assert course.points == tuple(range(1, len(rows) + 1))
    assert course.best_of_each.summed.mean == pytest.approx(tuple(expected.cumulative))
    assert course.against["reread"].summed.mean == pytest.approx(tuple(expected.against["reread"]))
    assert course.best_static.summed.low is None
    part = (await Policies(store).regret(tenant, limit=20)).true
    assert isinstance(part, RegretKnown)
    assert part.rounds == sum(row.state == "rewarded" for row in (await store.log(made.name))[-20:])


async def test_an_arm_that_was_not_offered_has_the_reward_of_none(store: RedisPolicyStore) -> None:
    """So it is in a trial: the query would have gone on as it came."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 8, rewarded=1.0)
    earned = 0.0
    rows = await rewarded(store, made)
    for number, row in enumerate(rows):
        rewards = dict.fromkeys(ARMS, 0.25) | {"none": 0.5} | ({"clarify": 0.75} if number == 3 else {})
        rewards[row.decision.arm] = row.reward or 0.0
        earned += rewards.get("clarify", rewards["none"]) - rewards[row.decision.arm]
        await store.audit(tenant, row.decision.id, KeptAudit(Audit(rewards, row.decision.arm, 1.0), 0, "j", "c"))
    found = (await Policies(store).regret(tenant)).true
    assert isinstance(found, RegretKnown)
    assert (found.rounds, found.against["clarify"]) == (8, pytest.approx(earned))


@pytest.mark.parametrize(
    "left",
    [None, lambda audit: replace(audit, rewards={audit.arm: audit.rewards[audit.arm]})],
    ids=["not audited", "fewer arms"],
)
async def test_true_regret_is_of_what_was_run_on_all_arms(
    store: RedisPolicyStore, left: Callable[[Audit], Audit] | None
) -> None:
    """A decision that wasn't, or not on all that it could have drawn, isn't in it; how many of how many are is told."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 40)
    rows = await rewarded(store, made)
    some, others = rows[:7], rows[7:]
    every = await measured(store, tenant, some)
    for row in others if left else []:
        audit = left(Audit(dict.fromkeys(ARMS, 1.0) | {row.decision.arm: row.reward or 0.0}, row.decision.arm, 1.0))
        await store.audit(tenant, row.decision.id, KeptAudit(audit, 0, "j", "c"))
    found = (await Policies(store).regret(tenant)).true
    expected = true_regret((rewards, row.decision.arm) for rewards, row in zip(every, some, strict=True))
    assert isinstance(found, RegretKnown)
    assert (found.rounds, found.rewarded, found.judges) == (7, len(rows), {"known answers": 7})
    assert found.against_best_of_each == expected.total
    assert found.against == {arm: pytest.approx(lost[-1]) for arm, lost in expected.against.items()}
    assert found.course.points[-1] == 7
    late = (await Policies(store).regret(tenant, selection=Selection(since_ms=others[0].at_ms + 1))).true
    assert late == Unavailable(
        f"none of {sum(row.at_ms > others[0].at_ms for row in rows)} rewarded decisions was run on all its arms"
    )


async def test_what_measured_another_reward_leaves_no_true_regret(store: RedisPolicyStore) -> None:
    """To leave out those that differ would be to choose by what came of them; audited regret is told all the same."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 40)
    rows = await rewarded(store, made)
    row = rows[3]
    rewards = dict.fromkeys(ARMS, 0.3) | {row.decision.arm: 1 - (row.reward or 0.0)}
    await store.audit(tenant, row.decision.id, KeptAudit(Audit(rewards, row.decision.arm, 1.0), 0, "j", "c"))
    await measured(store, tenant, rows)  # of a decision that is audited already the first one stands
    report = await Policies(store).regret(tenant)
    assert report.true == Unavailable(
        f"1 of {len(rows)} decisions that were run on all arms earned another reward there than was learned"
    )
    assert isinstance(report.audited, RegretMeasured)
    assert report.audited.audits == len(rows)


@pytest.mark.parametrize("present", [True, False])
async def test_a_selection_is_summed_and_the_whole_is_learned(store: RedisPolicyStore, present: bool) -> None:
    """Time and feature pick decisions; the status counts those, the regret is theirs, the posterior is of all."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 90)
    rows = await store.log(made.name)
    await measured(store, tenant, [row for row in rows if row.state == "rewarded"])
    feature, middle = CONTEXT_NAMES[4], rows[30].at_ms
    selection = Selection(since_ms=middle, feature=feature, present=present)
    picked = [row for row in rows if row.at_ms >= middle and (row.decision.x[4] > 0) is present]
    assert 0 < len(picked) < 90
    status = await Policies(store).status(tenant, selection=selection)
    assert (status.looked_at, status.selected) == (90, len(picked))
    assert {arm.arm: arm.drawn for arm in status.arms} == {
        arm: sum(row.decision.arm == arm for row in picked) for arm in ARMS
    }
    assert status.health == (await Policies(store).status(tenant)).health
    report = await Policies(store).regret(tenant, selection=selection)
    told = [row for row in rows if row.state != "void"]
    mine = [row for row in picked if row.state != "void"]
    assert (report.looked_at, report.selected, report.features) == (len(told), len(mine), CONTEXT_NAMES[1:])
    expected = estimated_regret(entries(told), np.random.default_rng(0), of=entries(mine))
    assert isinstance(expected, EstimatedRegret)
    assert isinstance(report.estimated, RegretCurve)
    assert report.estimated.total == expected.total
    assert report.estimated.rewards == sum(row.reward is not None for row in told)
    assert isinstance(report.true, RegretKnown)
    assert isinstance(report.audited, RegretMeasured)
    assert report.true.rounds == report.audited.audits == sum(row.state == "rewarded" for row in mine)
    late = await Policies(store).regret(tenant, selection=Selection(until_ms=rows[0].at_ms))
    assert (late.selected, late.estimated) == (0, Unavailable("no decision is selected"))
    assert late.true == Unavailable("no selected decision has a reward")


async def test_an_unknown_feature_is_refused_with_those_that_are_known(store: RedisPolicyStore) -> None:
    """So is the bias, which every query has; of a policy with other features the places are known."""
    tenant = new_tenant()
    await seeded(store, tenant, 3)
    for feature in ("haste", "bias", ""):
        for ask in (Policies(store).status, Policies(store).regret):
            with pytest.raises(
                InvalidInput, match=f"^feature: expected one of {CONTEXT_NAMES[1]}, .*, got '{feature}'"
            ):
                await ask(tenant, selection=Selection(feature=feature))
    old = replace(KEY, features_version="0 old")
    await seeded(store, tenant, 20, key=old, dimension=3)
    found = await Policies(store).status(tenant, old.digest(), selection=Selection(feature="x2"))
    assert 0 < found.selected < 20
