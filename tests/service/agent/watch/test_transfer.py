"""A log as a file: out of one tenant, into another one, and what is refused."""

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.service.agent.watch.logs import DIMENSION, FEATURES, KEY, OTHER, POLICY, new_tenant, seeded

from riffler.bandits.decision import Decision
from riffler.bandits.given import Given
from riffler.errors import InvalidInput, LogReplaced, UnknownPolicy
from riffler.service.agent.learning import Learner
from riffler.service.agent.watch.log_file import MOST_LINE
from riffler.service.agent.watch.policies import Policies
from riffler.service.agent.watch.taking_in import TakenIn, lines_of
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import LoggedDecision, News, PolicyName, Read
from riffler.service.ports.keys import policy_keys


async def bytes_of(lines: list[str]) -> AsyncIterator[bytes]:
    """Give lines as a file does."""
    for line in lines:
        yield line.encode() + b"\n"


async def out_of(store: RedisPolicyStore, tenant: str) -> list[str]:
    """Export the policy that decided last."""
    return [line async for line in await Policies(store).export(tenant)]


async def into(store: RedisPolicyStore, tenant: str, lines: list[str]) -> TakenIn:
    """Import for a policy that draws."""
    return await Policies(store, KEY).take_in(tenant, bytes_of(lines))


async def what_is_known(store: RedisPolicyStore, name: PolicyName) -> list[bytes]:
    """Give all that the policy has learned, as bytes."""
    state = await Learner(POLICY, store, wait_s=60).state(name)
    recent = state.watch.recent(state.dimension)
    sums = [state.sums.gram, state.sums.moment, state.fit.coefficients, state.covariance, recent.moment]
    return [np.asarray(each).tobytes() for each in sums] + [str((dict(state.arms), state.watch.total)).encode()]


def told(logged: LoggedDecision) -> tuple[Any, ...]:
    """Give what a row keeps: all but session, times, places, the policy's digest and the reward's source."""
    decision = replace(logged.decision, id=logged.decision.id[-16:], session="")
    judged = logged.reward, dict(logged.parts), logged.criterion, logged.judge
    return decision, logged.state, judged, logged.cost, logged.unexecuted


@pytest.mark.parametrize("parts", [1, 3])
async def test_what_was_exported_is_learned_bit_for_bit(store: RedisPolicyStore, parts: int) -> None:
    """Into an empty tenant, and another policy: the same rewards in the same order, and open and void rows too.

    So it is of a file that is sent in parts, each with the header.
    """
    source, target = new_tenant(), new_tenant()
    made = await seeded(store, source, 60)
    await store.forget(source, "s3")
    corrected = (await store.news(made.name, Read(), 100)).rows[5].decision.id
    await store.reward(source, corrected, Given(0.125, "feedback"), correct=True)
    header, *rows, _end = await out_of(store, source)
    bounds = [len(rows) * part // parts for part in range(parts + 1)]
    for start, end in pairwise(bounds):
        await Policies(store, OTHER).take_in(target, bytes_of([header, *rows[start:end]]))
    name = PolicyName(target, OTHER.digest(), DIMENSION)
    assert await what_is_known(store, name) == await what_is_known(store, made.name)
    before, after = await store.log(made.name), await store.log(name)
    assert len(after) == len(rows) == 48
    assert sorted(map(told, after), key=lambda row: row[0].id) == sorted(map(told, before), key=lambda row: row[0].id)
    assert {row.source for row in after} == {None, "import"}
    assert {row.decision.session for row in after} == {""}
    assert {row.state for row in after} == {"open", "rewarded", "void"}


async def test_a_second_import_changes_nothing(store: RedisPolicyStore) -> None:
    """Also when a reward was corrected meanwhile, or an open decision was rewarded: what is here stands."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 20)
    lines = await out_of(store, source)
    first = await into(store, target, lines)
    name = PolicyName(target, KEY.digest(), DIMENSION)
    await store.reward(target, (await store.log(name))[0].decision.id, Given(0.5), correct=True)
    before = await store.log(name), await what_is_known(store, name)
    second = await into(store, target, lines)
    assert (await store.log(name), await what_is_known(store, name)) == before
    assert (first.rows, first.rewards, first.repeated) == (20, second.repeated, 0)
    assert second.rewards == 0


async def test_a_broken_import_goes_on(store: RedisPolicyStore) -> None:
    """A file that is cut off in a row is refused there, and the whole file taken in after it gives the whole log."""
    source, broken, whole = new_tenant(), new_tenant(), new_tenant()
    await seeded(store, source, 20)
    lines = await out_of(store, source)
    with pytest.raises(InvalidInput, match="line 9: expected a decision: "):
        await into(store, broken, [*lines[:8], lines[8][:300]])
    names = [PolicyName(tenant, KEY.digest(), DIMENSION) for tenant in (broken, whole)]
    assert len(await store.log(names[0])) == 7
    for tenant in (broken, whole):
        await into(store, tenant, lines)
    assert await what_is_known(store, names[0]) == await what_is_known(store, names[1])


async def test_no_session_is_named(store: RedisPolicyStore) -> None:
    """A file holds nothing that a user wrote: no name of a session either."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 1)
    secret = f"secret-{secrets.token_hex(4)}"
    await store.record(made.name, replace(made.decisions[0], id=f"{made.decisions[0].id[:-1]}g", session=secret))
    assert secret not in "\n".join(await out_of(store, tenant))


class Meanwhile(RedisPolicyStore):
    """A store in which something happens before the second page of rewards is read."""

    async def happen(self) -> None:
        """Do nothing yet."""

    asked = 0

    async def news(self, name: PolicyName, read: Read, limit: int) -> News:
        """See the port."""
        self.asked += 1
        if self.asked == 2:
            await self.happen()
        return await super().news(name, read, min(limit, 10))


async def test_what_changes_meanwhile_breaks_no_export(memory_connection: RedisConnection) -> None:
    """A reward that comes or is corrected, or a session that is deleted, while it runs: each row once, in order."""
    store, tenant = Meanwhile(memory_connection), new_tenant()
    made = await seeded(store, tenant, 40)
    rewarded = [row.decision.id for row in (await RedisPolicyStore.news(store, made.name, Read(), 100)).rows]
    open_ones = [row.decision.id for row in await store.log(made.name) if row.state == "open"]

    async def happen() -> None:
        await store.reward(tenant, rewarded[0], Given(0.0), correct=True)
        await store.reward(tenant, open_ones[0], Given(1.0))
        await store.forget(tenant, "s2")

    store.happen = happen  # type: ignore[method-assign]
    rows = [json.loads(line) for line in (await out_of(store, tenant))[1:-1]]
    ids = [row["id"] for row in rows]
    orders = [row["order"] for row in rows if row["order"]]
    assert len(set(ids)) == len(ids)
    assert orders == sorted(orders)
    left = {decision.id for decision in made.decisions if decision.session != "s2"}
    assert left <= set(ids)
    assert ids[0] == rewarded[0]
    assert rows[0]["reward"] != 0.0, "it was written before it was corrected"
    assert (await into(store, new_tenant(), await out_of(store, tenant))).rewards >= len(left & set(rewarded))


async def test_a_reward_that_comes_after_the_rewards_were_read_is_of_the_next_export(
    memory_connection: RedisConnection,
) -> None:
    """What was open when the rewards were read is open in the file: its order is that of one moment."""
    store, tenant = RedisPolicyStore(memory_connection), new_tenant()
    made = await seeded(store, tenant, 10, rewarded=0.5)
    first = next(row.decision.id for row in await store.log(made.name) if row.state == "open")
    lines = []
    async for line in await Policies(store).export(tenant):
        lines.append(json.loads(line))
        if lines[-1].get("state") in {"open", "void"}:
            break
    last = (await store.decision(tenant, first)).order
    assert last == 0
    await store.reward(tenant, first, Given(1.0))
    whole = [json.loads(line) for line in await out_of(store, tenant)]
    assert next(row for row in whole[1:] if row["id"] == first)["state"] == "rewarded"


async def test_a_log_that_is_replaced_ends_its_export(memory_connection: RedisConnection) -> None:
    """When Redis loses the log while it is exported, the export says so in place of going on with another one."""
    store, tenant = Meanwhile(memory_connection), new_tenant()
    made = await seeded(store, tenant, 40)
    keys = policy_keys(tenant, made.name.digest)

    async def happen() -> None:
        await memory_connection.run(lambda client: client.delete(*keys))

    store.happen = happen  # type: ignore[method-assign]
    with pytest.raises(LogReplaced):
        await out_of(store, tenant)


async def test_arms_that_do_not_exist_are_left_out(store: RedisPolicyStore) -> None:
    """Rows of such arms are counted by name, a few of the names, and nothing is stored of them."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 30)
    lines = await out_of(store, source)
    rows = [json.loads(line) for line in lines[1:-1]]
    for number, row in enumerate(rows[:25]):
        name = f"old{number}" if number < 15 else "old3"
        row["allowed"] = [name, "none"]
        row["propensities"] = {name: 1.0, "none": 0.0}
        row["arm"] = name
    done = await into(store, target, [lines[0], *map(json.dumps, rows)])
    assert done.rows == 30
    assert sum(done.left_out.values()) == 25
    assert len(done.left_out) == 11
    assert done.left_out["old3"] == 11
    assert done.left_out["others"] == 5
    assert len(await store.log(PolicyName(target, KEY.digest(), DIMENSION))) == 5


async def test_who_learns_is_named(store: RedisPolicyStore) -> None:
    """A policy by its digest, or the one that draws; another one is unknown, and without any there is none."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 3, key=OTHER)
    lines = await out_of(store, tenant)
    assert (await Policies(store).take_in(tenant, bytes_of(lines), OTHER.digest())).digest == OTHER.digest()
    assert (await Policies(store, KEY).take_in(tenant, bytes_of(lines), OTHER.digest())).digest == OTHER.digest()
    assert len(await store.log(made.name)) == 3, "its own rows are there already"
    with pytest.raises(UnknownPolicy, match="no policy '00000000'"):
        await Policies(store, KEY).take_in(tenant, bytes_of(lines), "00000000")
    with pytest.raises(InvalidInput, match="rewriting"):
        await Policies(store).take_in(tenant, bytes_of(lines))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"features_version": "0 test"}, f"features_version: expected '{FEATURES}', the policy's, got '0 test'"),
        ({"x": [1.0, 0.0]}, f"context vector: expected {DIMENSION} numbers, got 2"),
        ({"x": [1e7] * DIMENSION}, "x: expected numbers of at most"),
        ({"id": "d1"}, "id: "),
        ({"arm": "expand"}, "arm: expected an allowed one"),
        ({"allowed": []}, "allowed: expected one or more"),
        ({"allowed": ["none", "none"]}, "allowed: expected one or more different"),
        ({"propensities": {"none": 1.0}}, "propensities: expected one for each"),
        ({"propensities": {"none": 0.5, "reread": 0.1, "simplify": 0.1}}, "propensities: expected a sum of 1"),
        ({"propensities": {"none": 1.5, "reread": 0, "simplify": 0}}, "propensities.none: "),
        ({"reward": 1.5}, "reward: expected a number from 0 to 1, got 1.5"),
        ({"reward": "1"}, "reward: expected a number from 0 to 1, got '1'"),
        ({"reward": None}, "reward: expected one where the state is rewarded"),
        ({"state": "open"}, "reward: expected one where the state is rewarded"),
        ({"state": "lost"}, "state: "),
        ({"order": 0}, "order: expected rewards in the order"),
        ({"parts": {"judge": float("inf")}}, "part"),
        ({"parts": {f"part {n}": 1.0 for n in range(40)}}, "parts: expected at most 32"),
        ({"cost": {"tokens": -1, "ms": 0}}, "cost.tokens: "),
        ({"surprise": 1}, "surprise: "),
        ({"unexecuted": "x" * 2000}, "unexecuted: "),
        ({"judge": "a\x1b[2J"}, "judge: expected a text without control characters"),
        ({"unexecuted": "x\x1b[2Jboom"}, "unexecuted: expected a text without control characters, got 'x\\x1b[2Jboom'"),
        ({"policy": "\u202ecod"}, "policy: expected a text without control characters"),
        ({"policy_version": "1\n2"}, "policy_version: expected a text without control characters"),
        ({"parts": {"a\x07": 1.0}}, "expected a text without control characters"),
        ({"allowed": ["none", "evil\x1b[31m"]}, "allowed.1: expected a name of letters"),
        ({"propensities": {"evil\x1b[31m": 1.0}}, "expected a name of letters"),
        ({"allowed": [f"a{number}" for number in range(65)]}, "allowed: "),
        ({"\x1b[2J": 1}, " [2J: "),
        (
            {"arm": "none", "allowed": ["none", "reread"], "propensities": {"none": 0.0, "reread": 1.0}},
            "had propensity 0",
        ),
        ({"unexecuted": "x" * MOST_LINE}, "expected at most"),
    ],
    ids=str,
)
async def test_what_is_no_row_is_refused_with_its_line(
    store: RedisPolicyStore, change: dict[str, Any], text: str
) -> None:
    """Each refusal names the line and what was expected; nothing of the row is stored, and the rows before it are."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 4, rewarded=1.0)
    lines = await out_of(store, source)
    lines.insert(2, "")  # is counted, and passed over
    lines[3] = json.dumps(json.loads(lines[3]) | change)
    with pytest.raises(InvalidInput, match=r"^line 4: ") as caught:
        await into(store, target, lines)
    assert text in str(caught.value)
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()
    (kept,) = await store.log(PolicyName(target, KEY.digest(), DIMENSION))
    assert kept.state == "rewarded"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("", "the file is empty"),
        ("[]", "expected a header"),
        ("[" * 50_000, "expected a header"),
        ('{"format": "riffler-decisions", "version": 2}', "version: expected 1, got 2"),
        ('{"messages": [], "user\\u001b": 1}', r"expected a riffler-decisions file, got keys 'messages, user\x1b'"),
        ('{"format": "other"}', "expected a riffler-decisions file, got keys 'format'"),
        (f'{{"format": "riffler-decisions", "version": {"9" * 5000}}}', "expected a header"),
        ("\udcff", "expected a header"),
    ],
)
async def test_a_file_begins_with_its_header(store: RedisPolicyStore, line: str, text: str) -> None:
    """Without one, with one of another version, or with what is no text, nothing is taken in."""

    async def file() -> AsyncIterator[bytes]:
        yield line.encode("utf-8", "surrogateescape")

    target = new_tenant()
    with pytest.raises(InvalidInput, match="^line 1: ") as caught:
        await Policies(store, KEY).take_in(target, file())
    assert text in str(caught.value)
    assert await store.policies(target) == []


@pytest.mark.parametrize("change", [{"features_version": "0 test"}, {"dimension": 3}])
async def test_the_log_of_other_features_is_refused_at_once(store: RedisPolicyStore, change: dict[str, Any]) -> None:
    """The header says so, before any row is read."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 1)
    header = json.loads((await out_of(store, source))[0])
    with pytest.raises(InvalidInput, match="^line 1: "):
        await into(store, target, [json.dumps(header | change)])


async def test_another_decision_of_this_id_is_refused(store: RedisPolicyStore) -> None:
    """An id that is another decision's here is told, and that one stays."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 2)
    lines = await out_of(store, source)
    await into(store, target, lines)
    row = json.loads(lines[1])
    row["x"][3] += 0.5
    with pytest.raises(InvalidInput, match="line 2: id: .* is another decision here"):
        await into(store, target, [lines[0], json.dumps(row)])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=DIMENSION, max_size=DIMENSION),
    st.floats(0, 1, exclude_min=True),
    st.floats(0, 1),
    st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20),
)
@example([5e-324, -0.0, 0.1, 1 / 3] + [1e6] * (DIMENSION - 4), 1 - 2**-53, 0.1, "é\ud7ff'\"")
async def test_numbers_come_back_bit_for_bit(
    store: RedisPolicyStore, x: list[float], chance: float, reward: float, part: str
) -> None:
    """Whatever numbers a decision has, those that were imported have the same bits."""
    source, target = new_tenant(), new_tenant()
    name = PolicyName(source, KEY.digest(), DIMENSION)
    chances = {"none": chance, "reread": 1 - chance}
    decision = Decision(f"d{KEY.digest()}{'0' * 16}", "", FEATURES, tuple(x), tuple(chances), chances, "none", "p", "1")
    await store.introduce(name, KEY)
    await store.record(name, decision)
    await store.reward(source, decision.id, Given(reward, "number", {f"p{part}": reward}))
    await into(store, target, await out_of(store, source))
    (found,) = await store.log(PolicyName(target, KEY.digest(), DIMENSION))
    assert np.array(found.decision.x).tobytes() == np.array(x).tobytes()
    assert (found.decision, found.reward, found.parts) == (decision, reward, {f"p{part}": reward})


@given(st.lists(st.binary(max_size=12) | st.just(b"\n"), max_size=12))
async def test_chunks_are_parted_into_lines(chunks: list[bytes]) -> None:
    """However bytes come, the lines are those of the whole."""

    async def coming() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    assert [line async for line in lines_of(coming())] == b"".join(chunks).split(b"\n")


async def test_a_line_without_an_end_is_not_collected() -> None:
    """A line that is too long isn't read to its end."""
    asked = 0

    async def coming() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b"x" * 60_000

    (line,) = [line async for line in lines_of(coming())]
    assert len(line) > MOST_LINE
    assert asked == 2
