"""What is told of a policy: its counts, and one of its decisions."""

import math
from dataclasses import replace

import numpy as np
import pytest
from tests.service.agent.watch.logs import ARMS, DIMENSION, KEY, OTHER, POLICY, new_tenant, seeded

from riffler.bandits.context import CONTEXT_NAMES
from riffler.bandits.decision import Decision, decision_id
from riffler.bandits.given import Given
from riffler.bandits.insight.audited_regret import Audit, AuditedRegret, audited_regret
from riffler.bandits.insight.effects import effects
from riffler.bandits.insight.entry import Unavailable
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.bandits.mean_reward import MeanReward
from riffler.bandits.off_policy.evaluate import evaluate
from riffler.bandits.policies.base import Rewarded, learned
from riffler.bandits.policies.fixed import Fixed
from riffler.errors import InvalidInput, MemoryCorrupt, UnknownDecision, UnknownPolicy
from riffler.service.agent.audits import audited
from riffler.service.agent.watch.draw import feature_names
from riffler.service.agent.watch.entries import entries
from riffler.service.agent.watch.health import CalibrationShown
from riffler.service.agent.watch.policies import Policies
from riffler.service.agent.watch.regret import RegretCurve, RegretMeasured
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import PolicyName, Read
from riffler.service.ports.keys import policy_keys


async def test_policies_are_listed_the_newest_first(store: RedisPolicyStore) -> None:
    """The one that decided last comes first, and one that never decided last; the one that draws now is marked."""
    tenant = new_tenant()
    never = replace(KEY, model="never")
    await store.introduce(PolicyName(tenant, never.digest(), DIMENSION), never)
    await seeded(store, tenant, 3)
    await seeded(store, tenant, 2, key=OTHER)
    found = await Policies(store, KEY).listed(tenant)
    assert [each.digest for each in found] == [OTHER.digest(), KEY.digest(), never.digest()]
    assert [each.decisions for each in found] == [2, 3, 0]
    assert [each.draws_now for each in found] == [False, True, False]
    assert found[2].last_ms is None
    assert [each.draws_now for each in await Policies(store).listed(tenant)] == [None] * 3
    assert (await Policies(store).status(tenant)).policy.digest == OTHER.digest()
    assert (await Policies(store).status(tenant, KEY.digest())).policy.decisions == 3
    with pytest.raises(UnknownPolicy, match="no policy 'x"):
        await Policies(store).status(tenant, "x" * 100)
    with pytest.raises(UnknownPolicy, match="decided anything yet"):
        await Policies(store).status(new_tenant())


@pytest.mark.parametrize("limit", [1000, 70, 1])
async def test_the_status_is_what_the_log_says(store: RedisPolicyStore, limit: int) -> None:
    """Each count is that of the newest decisions of the log, though a session was deleted."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 150)
    await store.forget(tenant, "s1")
    rows = (await store.log(made.name))[-limit:]
    status = await Policies(store).status(tenant, limit=limit)
    assert status.looked_at == len(rows) == min(limit, 120)
    assert status.policy.decisions == 120
    assert (status.open, status.rewarded, status.void) == tuple(
        sum(row.state == state for row in rows) for state in ("open", "rewarded", "void")
    )
    assert status.recent == min(len(rows), 100)
    rewards = [row.reward for row in rows if row.reward is not None]
    assert status.reward == MeanReward.of(rewards)
    assert sum(status.sources.values()) == len(rewards)
    assert status.unexecuted == sum(bool(row.unexecuted) for row in rows) / len(rows)
    costs = [row.cost for row in rows if row.cost is not None]
    assert (status.cost.count if status.cost else 0) == len(costs)
    if status.cost:
        assert status.cost.tokens == pytest.approx(np.mean([each.tokens for each in costs]))
        assert status.cost.ms == pytest.approx(np.mean([each.ms for each in costs]))
    assert {arm.arm for arm in status.arms} == set(ARMS)
    assert [arm.drawn for arm in status.arms] == sorted((arm.drawn for arm in status.arms), reverse=True)
    for arm in status.arms:
        mine = [row for row in rows if row.decision.arm == arm.arm]
        recent = rows[-100:]
        assert (arm.offered, arm.drawn, arm.share) == (len(rows), len(mine), len(mine) / len(rows))
        assert arm.recent_share == sum(row.decision.arm == arm.arm for row in recent) / len(recent)
        assert arm.recent_propensity == pytest.approx(np.mean([row.decision.propensities[arm.arm] for row in recent]))
        assert arm.unexecuted == sum(bool(row.unexecuted) for row in mine)
        assert arm.reward == MeanReward.of(row.reward for row in mine if row.reward is not None)
        assert len(arm.shares) == len(status.ends) == min(40, max(1, len(rows) // 10))
        starts = (0, *status.ends[:-1])
        assert arm.shares == tuple(
            sum(row.decision.arm == arm.arm for row in rows[start:end]) / (end - start)
            for start, end in zip(starts, status.ends, strict=True)
        )
        assert 0 <= min(arm.shares) <= arm.share <= max(arm.shares) <= 1
    assert sum(arm.recent_propensity for arm in status.arms) == pytest.approx(1)
    assert len(status.rewards) == min(40, len(rewards))


async def test_the_newest_are_read_from_the_end(store: RedisPolicyStore) -> None:
    """They are the log's last ones though places before, between and behind them are empty; a long log is several."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 120)
    for session in ("s1", "s3"):
        await store.forget(tenant, session)
    kept = await store.log(made.name)
    assert 0 < len(kept) < 120
    for limit in (1, 2, 50, len(kept), 1000):
        assert await store.newest(made.name, limit) == kept[-limit:]
        for before in (0, 1, 60, 10_000):
            older = [row for row in kept if row.place < before]
            assert await store.newest(made.name, limit, before) == older[-limit:]


async def test_a_newest_stretch_may_be_all_deleted(store: RedisPolicyStore, memory_connection: RedisConnection) -> None:
    """Reading goes back over thousands of empty places, in few commands, to what is left."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 10)
    kept = await store.log(made.name)
    order = policy_keys(tenant, made.name.digest)[4]
    await memory_connection.run(lambda client: client.rpush(order, *[""] * 2500))
    assert await store.newest(made.name, 3) == kept[-3:]
    assert await store.newest(made.name, 100) == kept


async def test_a_policy_without_decisions_has_a_status(store: RedisPolicyStore) -> None:
    """Of nothing there are no means and no arms, and nothing fails."""
    tenant = new_tenant()
    await seeded(store, tenant, 0)
    status = await Policies(store).status(tenant, KEY.digest())
    assert (status.looked_at, status.reward, status.arms, status.cost, status.unexecuted) == (0, None, (), None, 0.0)
    assert (status.selected, status.ends) == (0, ())


async def test_another_policy_is_judged_on_the_log(store: RedisPolicyStore) -> None:
    """Its value is that of the estimators on the log as it was made; impossible policies and bare logs are told."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 60)
    rows = await store.log(made.name)
    found = await Policies(store).value(tenant, "fixed:reread")
    assert found.other == evaluate(entries(rows), Fixed("reread"))
    assert found.looked_at == 60
    for other, text in (
        ("bogus", "policy: expected one of adaptive"),
        ("fixed:clarify", "none, reread, simplify, got"),
    ):
        with pytest.raises(InvalidInput, match=text):
            await Policies(store).value(tenant, other)
    await seeded(store, tenant, 1, key=OTHER)
    with pytest.raises(InvalidInput, match="two"):
        await Policies(store).value(tenant, "fixed:none", OTHER.digest())


async def test_arms_and_regret_are_those_of_insight(store: RedisPolicyStore) -> None:
    """Effects are in words and by evidence; the regret's curve ends at its total; failed calls lose nothing."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 120)
    rows = await store.log(made.name)
    report = await Policies(store).arms(tenant)
    found = effects(entries(rows), CONTEXT_NAMES)
    assert [each.words for each in report.effects] == list(map(str, found.features))
    assert {each.arm for each in report.overall} == set(ARMS)
    assert report.arms == (await Policies(store).status(tenant)).arms
    regret = await Policies(store).regret(tenant)
    assert regret.looked_at == sum(row.state != "void" for row in rows)
    assert regret.failed == sum(row.state == "void" for row in rows) > 0
    assert isinstance(regret.estimated, RegretCurve)
    assert regret.estimated.course.points[-1] == regret.looked_at == regret.selected
    summed = regret.estimated.course.best_static.summed
    assert summed.low is not None
    assert regret.estimated.total == summed.mean[-1]
    assert regret.estimated.low == summed.low[-1] <= regret.estimated.total <= regret.estimated.high
    assert regret == await Policies(store).regret(tenant), "an estimate is a function of the log"
    await seeded(store, tenant, 5, key=OTHER, rewarded=0.0)
    bare = [await each(tenant, OTHER.digest()) for each in (Policies(store).arms, Policies(store).regret)]
    assert bare[0].effects == ()
    assert isinstance(bare[1].estimated, Unavailable)


async def test_audits_are_measured(store: RedisPolicyStore) -> None:
    """Without an audit there is no figure; with some it is that of insight, of the decisions that are looked at."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 30)
    for policies, why in (
        (Policies(store), "no query was audited yet"),
        (Policies(store, KEY, "audits are off"), "no query was audited: audits are off"),
        (Policies(store, OTHER, "audits are off"), "no query was audited while this policy drew"),
    ):
        assert (await policies.regret(tenant)).audited == Unavailable(why)
    answered = [row.decision for row in await store.log(made.name) if row.state != "void"]
    for number, decision in enumerate(answered[:12]):
        audit = Audit({arm: (number + place) % 5 / 4 for place, arm in enumerate(ARMS)}, decision.arm, 0.5)
        await store.audit(tenant, decision.id, KeptAudit(audit, 10, "old" if number < 5 else "new", "relevance"))
    newest = (await Policies(store).regret(tenant, limit=5)).audited
    assert newest == Unavailable("none of the selected decisions was audited")
    found = (await Policies(store).regret(tenant)).audited
    expected = audited_regret(await audited(store, made.name))
    assert isinstance(found, RegretMeasured)
    assert isinstance(expected, AuditedRegret)
    assert (found.audits, found.best_static) == (12, expected.best_static)
    assert found.judges == {"new": 7, "old": 5}
    assert (found.against_best_static, found.against) == (expected.against_best_static, dict(expected.against))
    assert (found.against_best_of_each, found.kind) == (expected.against_best_of_each, "audited")


async def test_audits_of_older_decisions_are_not_read(
    store: RedisPolicyStore, memory_connection: RedisConnection
) -> None:
    """A report on the newest decisions reads their audits alone, however many others there are: here one that can't."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 30)
    rows = [row for row in await store.log(made.name) if row.state != "void"]
    for row in (rows[0], rows[-1], rows[-2]):
        audit = Audit(dict.fromkeys(ARMS, 0.5), row.decision.arm, 0.5)
        await store.audit(tenant, row.decision.id, KeptAudit(audit, 10, "judge", "relevance"))
    key = policy_keys(tenant, made.name.digest)[8]
    await memory_connection.run(lambda client: client.hset(key, rows[0].decision.id, "can't be read"))
    found = (await Policies(store).regret(tenant, limit=10)).audited
    assert isinstance(found, RegretMeasured)
    assert found.audits == 2
    with pytest.raises(MemoryCorrupt, match="audit"):
        await Policies(store).regret(tenant)


async def test_the_health_of_a_log_is_that_of_insight(store: RedisPolicyStore) -> None:
    """Rewards are read in the order in which they counted, and an alarm names the decisions that it is about."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 0)
    rng, decisions = np.random.default_rng(2), []
    for number in range(260):
        x = (1.0, *([0.0] * (DIMENSION - 1)))
        chances = dict.fromkeys(ARMS, 1 / 3)
        decision = Decision(
            decision_id(KEY.digest(), rng.bytes(8)), "", "f", x, ARMS, chances, ARMS[number % 3], "p", "1"
        )
        decisions.append(await store.record(made.name, decision))
    for number, decision in reversed(list(enumerate(decisions))):
        await store.reward(tenant, decision.id, Given(0.9 if number > 120 else 0.1))
    status = await Policies(store).status(tenant)
    order = [decision.id for decision in reversed(decisions)]
    (alarm, *_) = status.health.alarms
    assert 130 < order.index(alarm.began) <= order.index(alarm.decision) < 160
    assert isinstance(status.health.calibration, CalibrationShown)
    assert status.health.calibration.count == 260
    assert status.health.effective == pytest.approx(260)


async def test_a_draw_is_explained(store: RedisPolicyStore) -> None:
    """Its scores are those of all rewards by now, made of what the query's features add; the rest is as logged."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 80)
    news = await store.news(made.name, Read(), 1000)
    rows = [
        Rewarded(
            row.decision.arm, np.array(row.decision.x), row.reward or 0.0, row.decision.propensities[row.decision.arm]
        )
        for row in news.rows
    ]
    state = learned(POLICY, DIMENSION, rows)
    chosen = await store.decision(tenant, news.rows[7].decision.id)
    found = await Policies(store).explain(tenant, chosen.decision.id)
    assert found.x == dict(zip(CONTEXT_NAMES, chosen.decision.x, strict=True))
    assert {arm.arm: arm.propensity for arm in found.arms} == chosen.decision.propensities
    assert [arm.propensity for arm in found.arms] == sorted(chosen.decision.propensities.values(), reverse=True)
    assert [arm.arm for arm in found.arms if arm.drawn] == [chosen.decision.arm]
    scores = POLICY.choose(state, np.array(chosen.decision.x), ARMS, np.random.default_rng(1)).scores
    for arm in found.arms:
        assert (arm.mean, arm.margin) == pytest.approx((scores[arm.arm][0], 1.96 * scores[arm.arm][1]), rel=1e-4)
        assert math.fsum(each.mean for each in arm.contributions) == pytest.approx(arm.mean, abs=1e-12)
        assert {each.feature for each in arm.contributions} == {name for name, value in found.x.items() if value}
        sizes = [abs(each.mean) for each in arm.contributions]
        assert sizes == sorted(sizes, reverse=True)
    assert (found.state, found.reward, found.source, found.parts) == (
        "rewarded",
        chosen.reward,
        "judge",
        chosen.parts,
    )
    assert found.learned == len(rows)
    with pytest.raises(UnknownDecision):
        await Policies(store).explain(tenant, "d0")


async def test_an_open_draw_is_explained(store: RedisPolicyStore) -> None:
    """Before any reward, and without a cost, there is an explanation all the same; not executed is told."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 20, rewarded=0.0)
    rows = await store.log(made.name)
    told = [await Policies(store).explain(tenant, row.decision.id) for row in rows]
    assert [(each.state, each.unexecuted) for each in told] == [(row.state, row.unexecuted) for row in rows]
    assert [(each.tokens, each.ms) for each in told] == [
        (row.cost.tokens, row.cost.ms) if row.cost else (None, None) for row in rows
    ]
    assert {each.learned for each in told} == {0}


def test_features_of_another_version_have_numbers() -> None:
    """The names are those of this version of the features; of others only places are known."""
    assert feature_names("0 x", 2) == ("x0", "x1")
    assert feature_names(KEY.features_version, 2) == ("x0", "x1")
    assert feature_names(KEY.features_version, DIMENSION) == CONTEXT_NAMES
