"""Logs that are longer than a report looks at: each stretch of one can be reached by its time."""

import asyncio

import pytest
from tests.service.agent.watch.logs import KEY, Seeded, new_tenant, seeded

from riffler.service.agent.watch.policies import Policies
from riffler.service.agent.watch.regret import RegretCurve
from riffler.service.agent.watch.selection import Selection
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import LoggedDecision

LIMIT = 25
PARTS = 4


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the server that all tests share."""
    return RedisPolicyStore(memory_connection)


async def long_log(store: RedisPolicyStore, tenant: str) -> list[LoggedDecision]:
    """Write a log in parts that lie apart in time, delete a session's decisions, and read what is left."""
    made: Seeded | None = None
    for part in range(PARTS):
        made = await seeded(store, tenant, 30, seed=part)
        await asyncio.sleep(0.005)
    assert made is not None
    await store.forget(tenant, "s1")
    return list(await store.log(made.name))


async def test_each_stretch_of_a_long_log_is_reached(store: RedisPolicyStore) -> None:
    """From any time to any time: its newest decisions, how many older ones it has, and where the report begins."""
    tenant = new_tenant()
    rows = await long_log(store, tenant)
    assert len(rows) > 3 * LIMIT
    times = [None, rows[10].at_ms, rows[40].at_ms + 1, rows[70].at_ms]
    for since in times:
        for until in times:
            selection = Selection(since_ms=since, until_ms=until)
            mine = [row for row in rows if (since or 0) <= row.at_ms < (until or 1 << 60)]
            status = await Policies(store).status(tenant, limit=LIMIT, selection=selection)
            assert min(len(mine), LIMIT) == status.selected <= status.looked_at <= LIMIT
            assert status.older == max(0, len(mine) - LIMIT)
            assert {arm.arm: arm.drawn for arm in status.arms} == drawn_of(mine[-LIMIT:])
            report = await Policies(store).regret(tenant, limit=LIMIT, selection=selection)
            assert report.selected == sum(row.state != "void" for row in mine[-LIMIT:])
            assert (report.older, report.from_ms) == (status.older, status.from_ms)
            if mine:
                assert report.from_ms is not None
                assert report.from_ms <= mine[-LIMIT:][0].at_ms


def drawn_of(rows: list[LoggedDecision]) -> dict[str, int]:
    """Count draws by arm; of nothing there are no arms."""
    return {arm: sum(row.decision.arm == arm for row in rows) for arm in (rows[0].decision.allowed if rows else ())}


async def test_going_back_reaches_all_decisions(store: RedisPolicyStore) -> None:
    """Each report tells from where on it is; to ask for what was made until then reaches the beginning of the log."""
    tenant = new_tenant()
    rows = await long_log(store, tenant)
    until, seen = None, set[str]()
    for _ in range(len(rows)):
        selection = Selection(until_ms=until)
        report = await Policies(store).regret(tenant, KEY.digest(), LIMIT, selection)
        assert isinstance(report.estimated, RegretCurve)
        assert report.from_ms is not None
        seen |= {row.decision.id for row in rows if report.from_ms <= row.at_ms < (until or 1 << 60)}
        if not report.older:
            break
        assert until is None or report.from_ms + 1 < until, "each step goes further back"
        until = report.from_ms + 1
    assert seen == {row.decision.id for row in rows}
    assert report.from_ms == rows[0].at_ms


async def test_a_log_of_nothing_begins_nowhere(store: RedisPolicyStore) -> None:
    """There is no time from which a report on it would be, and nothing older."""
    tenant = new_tenant()
    await seeded(store, tenant, 0)
    for selection in (Selection(), Selection(since_ms=1), Selection(until_ms=1)):
        report = await Policies(store).regret(tenant, KEY.digest(), selection=selection)
        assert (report.from_ms, report.older, report.looked_at) == (None, 0, 0)
