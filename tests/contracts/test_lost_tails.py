"""A log that lost its newest rewards in a crash is told from the one that was read, whatever was given since."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.contracts.test_policy_store import DIGEST, KEY, decide, elsewhere, learned_of

from riffler.bandits.decision import Decision
from riffler.bandits.given import Given
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import PolicyName, Read
from riffler.service.ports.keys import policy_keys

REWARDS, CHANGES = 2, 3
"""Places among a policy's keys."""

Step = Callable[[RedisPolicyStore, PolicyName, list[Decision]], Awaitable[object]]


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the server that all tests share."""
    return RedisPolicyStore(memory_connection)


@pytest.fixture
async def name(store: RedisPolicyStore) -> PolicyName:
    """A policy of a tenant that no other test has."""
    made = PolicyName(f"tenant-{secrets.token_hex(8)}", DIGEST, 2)
    await store.introduce(made, KEY)
    return made


async def kept(connection: RedisConnection, name: PolicyName) -> Callable[[], Awaitable[None]]:
    """Keep a policy's log as it is now.

    Returns:
        What a crash does that takes all since.
    """
    keys = policy_keys(name.tenant, name.digest, "s")
    for key in keys:
        await connection.run(lambda client, key=key: client.copy(key, f"{key}:kept", replace=True))

    async def crash() -> None:
        for key in keys:
            await connection.run(lambda client, key=key: client.delete(key))
            await connection.run(lambda client, key=key: client.copy(f"{key}:kept", key))

    return crash


async def recorded(store: RedisPolicyStore, name: PolicyName, count: int) -> list[Decision]:
    """Log open decisions of a session."""
    return [await store.record(name, decide()) for _ in range(count)]


def give(which: int, reward: float, token: str | None = None, *, correct: bool = False) -> Step:
    """Reward a decision."""
    return lambda store, name, made: store.reward(name.tenant, made[which].id, Given(reward), token, correct=correct)


def take(which: int, reward: float) -> Step:
    """Take a decision's reward in."""
    return lambda store, name, made: store.take(name, [elsewhere(made[which], reward)])


def forget() -> Step:
    """Delete the session."""
    return lambda store, name, _: store.forget(name.tenant, "s")


@pytest.mark.parametrize(
    ("lost", "since"),
    [
        ([give(1, 1.0)], [give(1, 0.0)]),
        ([give(1, 1.0, "one")], [give(1, 0.0, "one")]),
        (
            [give(1, 1.0, "a"), give(2, 0.5, "b"), give(3, 0.5, "c")],
            [give(2, 0.5, "b"), give(1, 1.0, "a"), give(3, 0.5, "c")],
        ),
        ([take(1, 1.0)], [take(1, 0.0)]),
        ([take(1, 1.0), take(2, 0.5), take(3, 0.5)], [take(2, 0.5), take(1, 1.0), take(3, 0.5)]),
        ([take(1, 1.0)], [give(1, 1.0)]),
        ([give(1, 1.0)], []),
        ([give(0, 0.0, correct=True)], [give(0, 1.0, correct=True)]),
        ([give(0, 0.0, "one", correct=True)], [give(0, 1.0, "one", correct=True)]),
        (
            [
                give(0, 0.0, "a", correct=True),
                give(0, 1.0, "b", correct=True),
                give(1, 0.5, "c"),
                give(1, 0.25, "d", correct=True),
            ],
            [
                give(0, 1.0, "b", correct=True),
                give(0, 0.0, "a", correct=True),
                give(1, 0.5, "c"),
                give(1, 0.25, "d", correct=True),
            ],
        ),
        ([forget()], [give(1, 1.0)]),
        ([give(1, 1.0), forget()], [give(1, 0.0), forget()]),
    ],
)
async def test_what_was_read_and_lost_is_told(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection, lost: list[Step], since: list[Step]
) -> None:
    """Other rewards, corrections and deletions, or the same ones in another order, are another log."""
    made = await recorded(store, name, 4)
    await give(0, 0.5)(store, name, made)
    crash = await kept(memory_connection, name)
    for step in lost:
        await step(store, name, made)
    read = (await store.news(name, Read(), 10)).read
    await crash()
    for step in since:
        await step(store, name, made)
    news = await store.news(name, read, 10)
    assert (news.changed, list(news.rows), news.read) == (0, [], Read())


@pytest.mark.parametrize("again", [[], [give(1, 1.0, "a"), give(2, 0.5, "b"), give(0, 0.25, "c", correct=True)]])
async def test_what_was_lost_unread_or_given_again_as_it_was_is_no_other_log(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection, again: list[Step]
) -> None:
    """Nobody learns anew what is as it was: the same rewards in the same order, or none that was read."""
    made = await recorded(store, name, 4)
    await give(0, 0.5)(store, name, made)
    crash = await kept(memory_connection, name)
    read = (await store.news(name, Read(), 10)).read
    for step in [give(1, 1.0, "a"), give(2, 0.5, "b"), give(0, 0.25, "c", correct=True)]:
        await step(store, name, made)
    if again:
        read = (await store.news(name, Read(), 10)).read
    await crash()
    for step in again:
        await step(store, name, made)
    news = await store.news(name, read, 10)
    assert (news.changed, list(news.rows), news.read, news.ended) == (None, [], read, True)


async def test_a_deleted_place_tells_the_log_still(store: RedisPolicyStore, name: PolicyName) -> None:
    """Who read up to a decision that was deleted since, and was told so, reads on from there."""
    made = await recorded(store, name, 2)
    for which in (0, 1):
        await give(which, 0.5)(store, name, made)
    read = (await store.news(name, Read(), 10)).read
    await forget()(store, name, made)
    news = await store.news(name, read, 10)
    assert news.changed == 0
    again = replace(read, changes=news.read.changes, last_change=news.read.last_change)
    later = replace(decide(), session="")
    await store.record(name, later)
    await store.reward(name.tenant, later.id, Given(0.25))
    assert [row.decision for row in (await store.news(name, again, 10)).rows] == [later]
    assert (await store.news(name, replace(again, mark="0" * 16), 10)).changed == 0


async def test_a_log_that_was_written_before_marks_is_read(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """Bare decisions, an empty place of a deleted one and a change of its own form; what comes since has marks."""
    made, rewards, changes = (
        await recorded(store, name, 4),
        *policy_keys(name.tenant, name.digest)[REWARDS : CHANGES + 1],
    )
    other = await store.record(name, replace(decide(), session="t"))
    for which in (0, 1):
        await give(which, 0.5)(store, name, made)
    await store.reward(name.tenant, other.id, Given(0.75))
    for place, line in enumerate([made[0].id, made[1].id, ""]):
        await memory_connection.run(lambda client, place=place, line=line: client.lset(rewards, place, line))
    await memory_connection.run(lambda client: client.rpush(changes, f"2 {other.id}"))
    read = [(await store.news(name, Read(), limit)).read for limit in (1, 2, 3)]
    assert [each.rewards for each in read] == [1, 2, 3]
    assert await learned_of(store, name) == [(each.id, 0.5) for each in made[:2]]
    await give(2, 0.25)(store, name, made)
    for each in read:
        assert [row.reward for row in (await store.news(name, each, 10)).rows] == [0.5] * (2 - each.rewards) + [0.25]
    await give(1, 1.0, correct=True)(store, name, made)
    assert [(await store.news(name, each, 10)).changed for each in read] == [None, 1, 1]
    assert await learned_of(store, name) == [(made[0].id, 0.5), (made[1].id, 1.0), (made[2].id, 0.25)]
    await forget()(store, name, made)
    assert [(await store.news(name, each, 10)).changed for each in read] == [0, 0, 0]
    assert await learned_of(store, name) == []


async def test_many_changes_are_read_in_parts(
    store: RedisPolicyStore, name: PolicyName, memory_connection: RedisConnection
) -> None:
    """At most 1,000 at a time, and rewards only after all; who has read no reward passes them over at once."""
    made = await recorded(store, name, 3)
    for which in (0, 1):
        await give(which, 0.5)(store, name, made)
    read = (await store.news(name, Read(), 10)).read
    changes = policy_keys(name.tenant, name.digest)[CHANGES]
    lines = [f"{max(2, 2500 - number)} {number:016x}" for number in range(2499)]
    await memory_connection.run(lambda client: client.rpush(changes, *lines))
    await give(1, 0.75, correct=True)(store, name, made)
    await give(2, 0.25)(store, name, made)
    told = []
    for _ in range(4):
        news = await store.news(name, read, 10)
        told.append((news.changed, len(news.rows), news.ended, news.read.changes))
        read = replace(read, changes=news.read.changes, last_change=news.read.last_change)
    assert told == [(None, 0, False, 1000), (None, 0, False, 2000), (1, 0, False, 2500), (None, 1, True, 2500)]
    news = await store.news(name, Read(), 10)
    assert (len(news.rows), news.ended, news.read.changes) == (3, True, 2500)
