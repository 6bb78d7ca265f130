"""While a log is learned anew after a correction, draws are by what was known, and learning goes on."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.service.agent.test_learning import KEY, POLICY, Watched, correct, log, same

from riffler.bandits.given import Given
from riffler.bandits.policies.base import Rewarded, learned
from riffler.service.agent.learning import Learner
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import News, PolicyName, Read


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corrections=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 4)), min_size=1, max_size=5),
    at_a_time=st.integers(1, 20),
)
async def test_while_a_log_is_learned_anew_draws_are_by_what_was_known(
    store: RedisPolicyStore, corrections: list[tuple[int, int]], at_a_time: int
) -> None:
    """Whoever can't wait gets a whole log's state: never less, and of each reward never an older one than another got.

    In the end it is that of the newest log.
    """
    name = PolicyName(f"tenant-{secrets.token_hex(8)}", KEY, 2)
    rows, hurried = await log(store, name, 1, 20), Learner(POLICY, store, at_a_time=at_a_time, wait_s=0.0)
    were = {place: [rows[place].reward] for place, _ in corrections}

    def folds(least: dict[int, int]) -> Iterator[tuple[dict[int, int], Any]]:
        """Give what is known of whom of each reward some value is known, none older than another got."""
        for numbers in product(*(range(least[place], len(values)) for place, values in were.items())):
            seen = dict(zip(were, numbers, strict=True))
            given_rows = [replace(row, reward=were[n][seen[n]]) if n in were else row for n, row in enumerate(rows)]
            yield seen, learned(POLICY, 2, given_rows)

    async def look(least: dict[int, int]) -> dict[int, int]:
        """Tell which of its values is known of each reward."""
        state = await hurried.state(name)
        return next(seen for seen, fold in folds(least) if same(state, fold))

    async with asyncio.timeout(60):
        while not same(await hurried.state(name), learned(POLICY, 2, rows)):
            pass
        known = dict.fromkeys(were, 0)
        for number, (place, looks) in enumerate(corrections):
            await correct(store, name, rows, place, 0.5 + number / 16)
            were[place].append(0.5 + number / 16)
            for _ in range(looks):
                known = await look(known)
        while known != {place: len(values) - 1 for place, values in were.items()}:
            known = await look(known)


@pytest.mark.parametrize("busy", [False, True])
async def test_who_asks_while_a_log_is_learned_anew_hardly_waits(
    memory_connection: RedisConnection, tenant: str, *, busy: bool
) -> None:
    """What was known serves at once, also who asked first and nobody knew of the correction yet.

    So it does when the reading was under way already, longer than what is waited for then.
    """
    store, loop = Watched(memory_connection), asyncio.get_running_loop()
    name, learner = PolicyName(tenant, KEY, 2), Learner(POLICY, store, at_a_time=2, wait_s=40)
    async with asyncio.timeout(60):
        rows = await log(store, name, 1, 20)
        before = await learner.state(name)
        assert same(before, learned(POLICY, 2, rows))
        await correct(store, name, rows, 0, 0.125)
        store.held = range(21) if busy else range(6, 20)
        start = loop.time()
        asked = [asyncio.create_task(learner.state(name)) for _ in range(2)]
        if busy:
            await asyncio.sleep(0.2)
            store.held = range(6, 20)
            store.may.set()
            store.may.clear()
        for each in asked:
            assert same(await each, before)
        for _ in range(3):
            assert same(await learner.state(name), before)
        assert loop.time() - start < 20
        store.may.set()
        while not same(await learner.state(name), learned(POLICY, 2, rows)):
            pass


class Corrected(RedisPolicyStore):
    """A store in which an old reward is corrected, and a new one comes, whenever `restless` news are read twice."""

    def __init__(self, connection: RedisConnection) -> None:
        super().__init__(connection)
        self.restless: PolicyName | None = None
        self.ids, self.rng, self.asked = list[str](), np.random.default_rng(1), 0

    async def filled(self, name: PolicyName, count: int) -> None:
        """Log decisions with their rewards, the oldest of which are those corrected later."""
        await log(self, name, 1, count)
        self.ids = [row.decision.id for row in await self.log(name, 0, 3)]

    async def news(self, name: PolicyName, read: Read, limit: int) -> News:
        """See the port."""
        self.asked += name == self.restless
        if name == self.restless and self.asked % 2:
            id_, reward = self.ids[self.rng.integers(3)], float(self.rng.random())
            await self.reward(name.tenant, id_, Given(reward), correct=True)
            await log(self, name, int(self.rng.integers(10**6)), 1)
        return await super().news(name, read, limit)


async def fold(store: RedisPolicyStore, name: PolicyName) -> Any:
    """Learn a log in one go."""
    rows = []
    for row in sorted(await store.log(name), key=lambda row: row.order):
        made = row.decision
        rows.append(Rewarded(made.arm, np.array(made.x), row.reward or 0.0, made.propensities[made.arm]))
    return learned(POLICY, 2, rows)


async def test_steady_corrections_of_old_rewards_stop_no_learning(
    memory_connection: RedisConnection, tenant: str
) -> None:
    """Corrections that come faster than a log is learned anew: draws take new rewards in, and never know fewer.

    When the corrections end, what is known is the fold.
    """
    store, name = Corrected(memory_connection), PolicyName(tenant, KEY, 2)

    async def slow(work: Callable[[], Any]) -> Any:
        await asyncio.sleep(0.001)
        return work()

    learner = Learner(POLICY, store, at_a_time=5, wait_s=0.01, run=slow)
    await store.filled(name, 40)
    async with asyncio.timeout(30):
        while (await learner.state(name)).sums.count < 40:
            pass
        store.restless, counts = name, [40]
        while counts[-1] < 70:
            counts.append((await learner.state(name)).sums.count)
        assert counts == sorted(counts)
        store.restless = None
        whole = await fold(store, name)
        while not same(await learner.state(name), whole):
            pass


async def test_who_is_kept_no_more_ends_a_reading(memory_connection: RedisConnection, tenant: str) -> None:
    """Corrections without end keep no reading of a tenant whose state isn't kept any more."""
    store, name = Corrected(memory_connection), PolicyName(tenant, KEY, 2)
    learner = Learner(POLICY, store, at_a_time=5, wait_s=0.01, most_names=1)
    await store.filled(name, 20)
    async with asyncio.timeout(30):
        while (await learner.state(name)).sums.count < 20:
            pass
        store.restless = name
        await learner.state(name)
        await learner.state(PolicyName(f"{tenant}-other", KEY, 2))
        asked = -1
        while asked != store.asked:
            asked = store.asked
            await asyncio.sleep(0.2)
