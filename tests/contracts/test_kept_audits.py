"""Audits in a policy store, and the budget that they may take a day, on a real server."""

import asyncio
import secrets
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.insight.audited_regret import Audit
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.errors import MemoryCorrupt, UnknownDecision
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import PolicyName
from riffler.service.ports.keys import audit_account, policy_keys

KEY = PolicyKey("scripted", "m", "1", "1", "1")
DIGEST = KEY.digest()
FOUND = KeptAudit(Audit({"none": 0.25, "reread": 1.0}, "none", 0.1), 900, "scripted m 1", "clarity")
TAKERS, EACH = 40, 30


def decide(session: str = "s") -> Decision:
    """A decision of two arms."""
    chances = {"none": 0.5, "reread": 0.5}
    return Decision(
        decision_id(DIGEST, secrets.token_bytes(8)), session, "1", (1.0,), ("none", "reread"), chances, "none", "p", "1"
    )


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the server that all tests share."""
    return RedisPolicyStore(memory_connection)


@pytest.fixture
def name() -> PolicyName:
    """A policy of a tenant that no other test has."""
    return PolicyName(f"tenant-{secrets.token_hex(8)}", DIGEST, 1)


async def test_the_first_audit_of_a_decision_stands(store: RedisPolicyStore, name: PolicyName) -> None:
    """An audit comes back as it was found, with its decision and a time of the store; a second one changes nothing."""
    decision = await store.record(name, decide())
    await store.audit(name.tenant, decision.id, FOUND)
    await store.audit(name.tenant, decision.id, replace(FOUND, tokens=1))
    (logged,), kept = await store.log(name), await store.audits(name)
    assert kept == {decision.id: replace(FOUND, at_ms=kept[decision.id].at_ms)}
    assert 0 <= kept[decision.id].at_ms - logged.at_ms < 60_000


async def test_all_audits_are_read(store: RedisPolicyStore, name: PolicyName) -> None:
    """Also those that no single command reads come, each once, the oldest first, and no other policy's."""
    ids = [(await store.record(name, decide())).id for _ in range(1100)]
    await asyncio.gather(*[store.audit(name.tenant, id_, FOUND) for id_ in ids])
    kept = await store.audits(name)
    assert kept.keys() == set(ids)
    times = [each.at_ms for each in kept.values()]
    assert times == sorted(times)
    assert await store.audits(replace(name, tenant="another")) == {}
    assert await store.audits(name, ids) == kept
    assert [await store.audited(name), await store.audited(replace(name, tenant="another"))] == [1100, 0]


async def test_audits_of_some_decisions_are_read_alone(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """They come whole, the oldest first; who has none, or isn't there, is left out, and no other one is looked at."""
    made = [(await store.record(name, decide())).id for _ in range(4)]
    for id_ in made[:3]:
        await store.audit(name.tenant, id_, FOUND)
    kept = await store.audits(name)
    key = policy_keys(name.tenant, name.digest)[8]
    await memory_connection.run(lambda client: client.hset(key, made[2], "can't be read"))
    assert list((await store.audits(name, [made[1], decide().id, made[3], made[0]])).items()) == [
        (id_, each) for id_, each in kept.items() if id_ in made[:2]
    ]
    assert await store.audits(name, []) == await store.audits(replace(name, tenant="another"), made) == {}
    with pytest.raises(MemoryCorrupt, match="audit"):
        await store.audits(name, made)
    assert await store.audited(name) == 3


async def test_only_known_decisions_have_audits(store: RedisPolicyStore, name: PolicyName) -> None:
    """Of a decision that isn't there, or not the tenant's, nothing is kept."""
    decision = await store.record(name, decide())
    with pytest.raises(UnknownDecision):
        await store.audit(name.tenant, decide().id, FOUND)
    with pytest.raises(UnknownDecision):
        await store.audit("another", decision.id, FOUND)
    assert await store.audits(name) == {}


async def test_deleting_a_session_deletes_its_audits(store: RedisPolicyStore, name: PolicyName) -> None:
    """Audits of its decisions are gone, those of another session stay, and one that comes too late isn't kept."""
    await store.introduce(name, KEY)
    gone, late, stays = [await store.record(name, decide(session)) for session in ("s", "s", "t")]
    for each in (gone, stays):
        await store.audit(name.tenant, each.id, FOUND)
    assert await store.forget(name.tenant, "s") == 2
    with pytest.raises(UnknownDecision):
        await store.audit(name.tenant, late.id, FOUND)
    assert list(await store.audits(name)) == list(await store.audits(name, [gone.id, stays.id])) == [stays.id]
    assert await store.audited(name) == 1


@pytest.mark.parametrize("text", ["", "x {}", "1", "1 {}", '1 {"rewards": 1}', "1 []"])
async def test_what_is_no_audit_is_told(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection, text: str
) -> None:
    """A field that can't be read is an error, and no audit that is left out."""
    key = policy_keys(name.tenant, name.digest)[8]
    await memory_connection.run(lambda client: client.hset(key, decide().id, text))
    with pytest.raises(MemoryCorrupt, match="audit"):
        await store.audits(name)


async def test_many_takers_never_overrun_the_budget(server_folder: Path, name: PolicyName) -> None:
    """Of many that take at once, over connections of their own, exactly as many are served as fit."""
    async with AsyncExitStack() as stack:
        made = [RedisConnection(embedded=EmbeddedServer(server_folder)) for _ in range(4)]
        stores = [RedisPolicyStore(await stack.enter_async_context(aclosing(each))) for each in made]
        ids, budget = [decide().id for _ in range(TAKERS)], EACH * 7 + 1
        taken = await asyncio.gather(*[stores[at % 4].reserve(name, id_, EACH, budget) for at, id_ in enumerate(ids)])
        assert sum(taken) == 7
        await asyncio.gather(*[stores[0].settle(name, id_, 10) for id_ in ids])  # who got nothing gives nothing back
        assert not await stores[1].reserve(name, decide().id, budget - 70 + 1, budget)
        assert await stores[1].reserve(name, decide().id, budget - 70, budget)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from("rs"), st.integers(0, 3), st.integers(0, 60), st.integers(1, 2)), max_size=12)
)
def test_the_account_is_what_was_reserved_or_settled(
    server_folder: Path, steps: list[tuple[str, int, int, int]]
) -> None:
    """Whatever is reserved and settled, repeated or not: a reservation is given exactly where there is room for it."""

    async def run() -> None:
        async with aclosing(RedisConnection(embedded=EmbeddedServer(server_folder))) as connection:
            store, name = RedisPolicyStore(connection), PolicyName(f"tenant-{secrets.token_hex(8)}", DIGEST, 1)
            took: dict[str, int] = {}
            for kind, who, tokens, times in steps:
                id_ = f"d{who}"
                for _ in range(times):
                    if kind == "s":
                        await store.settle(name, id_, tokens)
                        took |= {id_: tokens} if id_ in took else {}
                        continue
                    room = id_ in took or sum(took.values()) + tokens <= 100
                    assert await store.reserve(name, id_, tokens, 100) == room
                    if room:
                        took.setdefault(id_, tokens)

    asyncio.run(run())


async def test_a_day_begins_with_the_whole_budget(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """What was spent yesterday is no matter, what is settled of it neither, and the account is gone in the end."""
    key, yesterdays, todays = audit_account(name.tenant, name.digest), decide().id, decide().id
    assert await store.reserve(name, yesterdays, 100, 100)
    await memory_connection.run(lambda client: client.hincrby(key, "day", -1))
    assert await store.reserve(name, todays, 100, 100)
    await store.settle(name, yesterdays, 0)
    assert not await store.reserve(name, decide().id, 1, 100)
    assert 86_400_000 < await memory_connection.run(lambda client: client.pttl(key)) <= 2 * 86_400_000
