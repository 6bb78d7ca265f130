"""A policy's decisions, the newest first, by pages."""

import pytest
from tests.service.agent.watch.logs import ARMS, new_tenant, seeded

from riffler.errors import InvalidInput
from riffler.service.agent.watch import newest
from riffler.service.agent.watch.newest import State, newest_decisions
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import LoggedDecision, PolicyName


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the server that all tests share."""
    return RedisPolicyStore(memory_connection)


async def all_of(
    store: RedisPolicyStore, name: PolicyName, limit: int, arm: str | None = None, state: State | None = None
) -> list[LoggedDecision]:
    """Turn all pages."""
    found, before = list[LoggedDecision](), None
    while True:
        page = await newest_decisions(store, name, limit, before, arm=arm, state=state)
        assert len(page.rows) <= limit
        found += page.rows
        if page.before is None:
            return found
        before = page.before


@pytest.mark.parametrize("limit", [1, 7, 1000])
@pytest.mark.parametrize(("arm", "state"), [(None, None), ("none", None), (None, "void"), ("reread", "rewarded")])
async def test_pages_are_the_log_backwards(
    store: RedisPolicyStore, monkeypatch: pytest.MonkeyPatch, limit: int, arm: str | None, state: State | None
) -> None:
    """Together they are what is wanted of the log, each once, over deleted ones and whatever a call looks at."""
    monkeypatch.setattr(newest, "_AT_ONCE", 16)
    monkeypatch.setattr(newest, "_MOST", 30)
    tenant = new_tenant()
    made = await seeded(store, tenant, 100)
    await store.forget(tenant, "s2")
    log = await store.log(made.name)
    wanted = [row for row in log if arm in {None, row.decision.arm} and state in {None, row.state}]
    assert 0 < len(wanted) < 100
    assert await all_of(store, made.name, limit, arm, state) == wanted[::-1]


async def test_one_call_looks_at_some_only(store: RedisPolicyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may be empty and have a next one; what comes meanwhile moves no page."""
    monkeypatch.setattr(newest, "_AT_ONCE", 5)
    monkeypatch.setattr(newest, "_MOST", 10)
    tenant = new_tenant()
    made = await seeded(store, tenant, 40, rewarded=0.0)
    empty = await newest_decisions(store, made.name, 3, state="rewarded")
    assert (empty.rows, empty.before, empty.looked_at) == ((), 30, 10)
    first = await newest_decisions(store, made.name, 3)
    await seeded(store, tenant, 5, seed=2)
    rest = await newest_decisions(store, made.name, 100, first.before)
    assert [row.place for row in (*first.rows, *rest.rows)] == list(range(40))[::-1]
    assert rest.before is None


async def test_an_arm_that_never_was_is_named(store: RedisPolicyStore) -> None:
    """A misspelt arm isn't taken for one that was never drawn; an arm of today that has no draw is."""
    made = await seeded(store, new_tenant(), 10)
    with pytest.raises(InvalidInput, match=r"query.arm: expected one of .*simplify.*, got 'simplfy'"):
        await newest_decisions(store, made.name, 10, arm="simplfy")
    assert (await newest_decisions(store, made.name, 10, arm="clarify")).rows == ()
    nothing = await seeded(store, new_tenant(), 0)
    assert (await newest_decisions(store, nothing.name, 10, arm=ARMS[0])).rows == ()
