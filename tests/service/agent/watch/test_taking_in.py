"""A log that is taken in again, changed meanwhile, in lots, or not whole."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.service.agent.watch.logs import DIMENSION, KEY, new_tenant, seeded
from tests.service.agent.watch.test_transfer import into, out_of, what_is_known

from riffler.bandits.cost import LARGEST_COST, Cost
from riffler.bandits.given import Given
from riffler.errors import InvalidInput
from riffler.service.agent.watch import taking_in
from riffler.service.agent.watch.policies import Policies
from riffler.service.agent.watch.status import CostStatus
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import LoggedDecision, PolicyName, Read
from riffler.service.ports.taking import TakeOutcome


class Counting(RedisPolicyStore):
    """A store that notes how many rows each call took."""

    def __init__(self, connection: RedisConnection) -> None:
        super().__init__(connection)
        self.lots: list[int] = []

    async def take(self, name: PolicyName, rows: Sequence[LoggedDecision]) -> Sequence[TakeOutcome]:
        """See the port."""
        self.lots.append(len(rows))
        return await super().take(name, rows)


@pytest.fixture
def store(memory_connection: RedisConnection) -> Counting:
    """A store on the server that all tests share."""
    return Counting(memory_connection)


def changed(line: str, **change: Any) -> str:
    """Change a row."""
    return json.dumps(json.loads(line) | change)


async def test_a_corrected_log_corrects(store: Counting) -> None:
    """A reward that was corrected where it came from is corrected here: what is known is as of the corrected log."""
    source, target = new_tenant(), new_tenant()
    made = await seeded(store, source, 20)
    first = await into(store, target, await out_of(store, source))
    for row in (await store.news(made.name, Read(), 100)).rows[2:4]:
        await store.reward(source, row.decision.id, Given(0.125), correct=True)
    name = PolicyName(target, KEY.digest(), DIMENSION)
    await what_is_known(store, name)
    again = await into(store, target, await out_of(store, source))
    assert (again.rewards, again.corrected, again.repeated) == (0, 2, first.rewards - 2)
    assert await what_is_known(store, name) == await what_is_known(store, made.name)
    assert (await into(store, target, await out_of(store, source))).repeated == first.rewards


async def test_what_is_known_here_of_a_decision_stands(store: Counting) -> None:
    """An import of one's own log, older or altered, makes no cost, refusal or void of what happened here."""
    tenant = new_tenant()
    made = await seeded(store, tenant, 8, rewarded=0.0)
    header, *rows, end = await out_of(store, tenant)
    for decision in made.decisions:
        await store.spent(tenant, decision.id, Cost(99, 9.0))
    before = await store.log(made.name)
    await into(store, tenant, [header, *rows, end])
    altered = [changed(row, state="void", unexecuted="why", cost={"tokens": 1, "ms": 1.0}) for row in rows]
    await into(store, tenant, [header, *altered, end])
    assert await store.log(made.name) == before
    assert {"open", "void"} == {row.state for row in before}


async def test_a_cost_that_was_not_known_here_is_taken_in(store: Counting) -> None:
    """A later export tells what an earlier one didn't know yet."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 1)
    header, row, end = await out_of(store, source)
    for cost in (None, {"tokens": 1, "ms": 2.0}, {"tokens": 3, "ms": 4.0}):
        await into(store, target, [header, changed(row, cost=cost), end])
    (found,) = await store.log(PolicyName(target, KEY.digest(), DIMENSION))
    assert found.cost == Cost(1, 2.0)


async def test_rewards_of_what_was_given_up_here_are_told_apart(store: Counting) -> None:
    """They are counted apart from those that are here already, and change nothing."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 4, rewarded=1.0)
    header, *rows, end = await out_of(store, source)
    void = [changed(row, state="void", reward=None, order=0) for row in rows[:3]]
    await into(store, target, [header, *void, end])
    done = await into(store, target, [header, *rows, end])
    assert (done.void, done.rewards, done.corrected, done.repeated) == (3, 1, 0, 0)
    states = [row.state for row in await store.log(PolicyName(target, KEY.digest(), DIMENSION))]
    assert states == ["void"] * 3 + ["rewarded"]


async def test_rows_are_taken_in_lots(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call takes many; where a row is refused, those before it are taken in, and none after it."""
    source, target, refusing = new_tenant(), new_tenant(), new_tenant()
    await seeded(store, source, 25, rewarded=1.0)
    header, *rows, end = await out_of(store, source)
    monkeypatch.setattr(taking_in, "_AT_ONCE", 10)
    await into(store, target, [header, *rows, end])
    assert store.lots == [10, 10, 5]
    with pytest.raises(InvalidInput, match="line 18: "):
        await into(store, refusing, [header, *rows[:16], changed(rows[16], arm="expand"), *rows[17:]])
    assert len(await store.log(PolicyName(refusing, KEY.digest(), DIMENSION))) == 16
    other = json.loads(rows[22])["x"]
    with pytest.raises(InvalidInput, match="line 24: id: .* is another decision here"):
        await into(store, target, [header, *rows[:22], changed(rows[22], x=[*other[:-1], other[-1] + 1]), *rows[23:]])


async def test_a_file_that_is_not_whole_is_told(store: Counting) -> None:
    """Its end counts its rows: without it, or with another count, the file is a part."""
    source = new_tenant()
    await seeded(store, source, 3)
    header, *rows, end = await out_of(store, source)
    assert json.loads(end) == {"end": "riffler-decisions", "rows": 3}
    for lines, whole in ([*rows, end], True), (rows, False), ([*rows[:2], end], False), ([], False):
        done = await into(store, new_tenant(), [header, *lines])
        assert (done.whole, done.rows) == (whole, sum(line != end for line in lines))
    with pytest.raises(InvalidInput, match="line 5: expected nothing after the file's end"):
        await into(store, new_tenant(), [header, *rows[:2], end, rows[2]])
    with pytest.raises(InvalidInput, match="line 2: expected an end, as an export has it: rows: "):
        await into(store, new_tenant(), [header, '{"end":"riffler-decisions"}'])


async def test_a_file_without_judges_is_read(store: Counting) -> None:
    """Exports named no judge and no criterion once."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 1, rewarded=1.0)
    header, line, end = await out_of(store, source)
    row = json.loads(line)
    assert (row.pop("criterion"), row.pop("judge")) == ("relevance", "judge 1 of m")
    assert (await into(store, target, [header, json.dumps(row), end])).rewards == 1
    (found,) = await store.log(PolicyName(target, KEY.digest(), DIMENSION))
    assert (found.criterion, found.judge) == ("", "")


async def test_what_is_exported_can_be_taken_in(store: Counting) -> None:
    """A reason with control characters, as an engine's words may have them, goes out without."""
    source, target = new_tenant(), new_tenant()
    made = await seeded(store, source, 1)
    noted = replace(made.decisions[0], id=f"{made.decisions[0].id[:-4]}ffff")
    await store.record(made.name, noted)
    await store.unexecuted(source, noted.id, "no\x1b[2J\nway")
    await into(store, target, await out_of(store, source))
    log = await store.log(PolicyName(target, KEY.digest(), DIMENSION))
    assert "no [2J way" in {row.unexecuted for row in log}


@pytest.mark.parametrize(
    ("cost", "field"),
    [
        ({"tokens": 10**400, "ms": 1.0}, "cost.tokens"),
        ({"tokens": LARGEST_COST + 1, "ms": 1.0}, "cost.tokens"),
        ({"tokens": 1, "ms": 1.7e308}, "cost.ms"),
        ({"tokens": 1, "ms": float("inf")}, "cost.ms"),
        ({"tokens": 1, "ms": float("nan")}, "cost.ms"),
    ],
    ids=["tokens", "just too many tokens", "ms", "infinite ms", "no number of ms"],
)
async def test_no_cost_breaks_a_status(store: Counting, cost: dict[str, float], field: str) -> None:
    """A cost of which means overflow is refused by its name; of the largest ones that are taken the status is told."""
    source, target = new_tenant(), new_tenant()
    await seeded(store, source, 4)
    header, *rows, end = await out_of(store, source)
    with pytest.raises(InvalidInput, match=rf"^line 2: expected a decision: {field}: expected .*1000000000000"):
        await into(store, target, [header, changed(rows[0], cost=cost)])
    largest = {"tokens": LARGEST_COST, "ms": float(LARGEST_COST)}
    await into(store, target, [header, *(changed(row, cost=largest) for row in rows), end])
    told = (await Policies(store, KEY).status(target)).cost
    assert told == CostStatus(4, LARGEST_COST, LARGEST_COST)
