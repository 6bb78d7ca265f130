"""The turn log, on a real server: as it is, and with the one in front of it whose records may wait."""

import asyncio
import secrets
from dataclasses import replace

import pytest

from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.keys import turn_addition, turn_life, turn_log
from riffler.service.ports.observer import Observers
from riffler.service.ports.turn_log import EditMade, Tail, TurnLog, TurnRecord
from riffler.service.turn_log.store import RedisTurnLog
from riffler.service.turn_log.waiting import WaitingTurnLog

EDIT = EditMade(3, "model", "fold_fragments", 2, 0, 0, 900, 120, -3.5)
TURN = TurnRecord("turn", "s", life="l1", version=4, arm="none", times_ms={"model": 1.5}, edits=(EDIT,))


@pytest.fixture(params=["at once", "waiting"])
def log(memory_connection: RedisConnection, request: pytest.FixtureRequest) -> TurnLog:
    """A log on the server that all tests share."""
    log = RedisTurnLog(memory_connection, Observers())
    return log if request.param == "at once" else WaitingTurnLog(log, Observers())


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test has."""
    return f"tenant-{secrets.token_hex(8)}"


async def many(log: TurnLog, tenant: str, count: int) -> list[str]:
    """Keep so many records, of versions 0, 1, ...; give their ids in order."""
    return [await log.add(tenant, replace(TURN, version=number)) for number in range(count)]


async def test_a_record_comes_back_as_it_was(log: TurnLog, tenant: str) -> None:
    """With an id and a time of the store, the same that adding it gave; another tenant has none."""
    id_ = await log.add(tenant, TURN)
    (kept,) = await log.newest(tenant, 10)
    assert kept == replace(TURN, id=id_, at_ms=int(id_.partition("-")[0]))
    assert await log.newest(f"{tenant}x", 10) == []


@pytest.mark.parametrize("session", ["a/b:c", "{x}", "Ünï🚤", 'quo"te\\', "nul\x00l", "%2F"])
async def test_whatever_a_session_is_called_its_records_can_go(log: TurnLog, tenant: str, session: str) -> None:
    """Also names that JSON or a separator of keys has to write otherwise; those of another one stay."""
    await log.add(tenant, replace(TURN, session=session))
    await log.add(tenant, replace(TURN, session=f"{session}."))
    assert await log.forget(tenant, session, "l1") == 1
    assert [kept.session for kept in await log.newest(tenant, 10)] == [f"{session}."]


async def test_it_is_read_in_pages_from_its_end(log: TurnLog, tenant: str) -> None:
    """Pages end at the oldest, lack nothing and have nothing twice, while others add records; so do larger reads."""
    ids = await many(log, tenant, 25)
    first = await log.newest(tenant, 10)
    await many(log, tenant, 3)
    second = await log.newest(tenant, 10, before=first[-1].id)
    third = await log.newest(tenant, 10, before=second[-1].id)
    assert [kept.id for kept in (*first, *second, *third)] == ids[::-1]
    assert len(third) == 5
    assert [kept.version for kept in await log.newest(tenant, 2)] == [2, 1]


async def test_more_than_one_command_reads_comes_too(log: TurnLog, tenant: str) -> None:
    """Of over a thousand records each comes once, in order."""
    for _ in range(11):
        await asyncio.gather(*[log.add(tenant, TURN) for _ in range(100)])
    read = [kept.id for kept in await log.newest(tenant, 5000)]
    assert len(set(read)) == 1100
    assert read == sorted(read, key=lambda id_: tuple(map(int, id_.split("-"))), reverse=True)


async def test_older_ones_than_asked_for_stay_away(log: TurnLog, tenant: str) -> None:
    """`since_ms` takes those of that millisecond and later."""
    await log.add(tenant, TURN)
    await asyncio.sleep(0.005)
    newer = await log.add(tenant, TURN)
    since = int(newer.partition("-")[0])
    assert [kept.id for kept in await log.newest(tenant, 10, since_ms=since)] == [newer]
    assert await log.newest(tenant, 10, since_ms=since + 60_000) == []


async def test_who_listens_reads_what_came_since(log: TurnLog, tenant: str) -> None:
    """In order, behind what was read last, also when that is gone by now."""
    assert await log.last(tenant) is None
    assert await log.after(tenant, None, 10) == Tail()
    ids = await many(log, tenant, 4)
    assert await log.last(tenant) == ids[-1]
    for after, limit, came in [(None, 10, ids), (ids[1], 10, ids[2:]), (ids[1], 1, ids[2:3])]:
        tail = await log.after(tenant, after, limit)
        assert ([kept.id for kept in tail.records], tail.last, tail.unreadable) == (came, came[-1], ())
    await log.forget(tenant, "s", "l1")
    newer = await log.add(tenant, replace(TURN, life="l2"))
    assert [kept.id for kept in (await log.after(tenant, ids[1], 10)).records] == [newer]


async def test_the_oldest_go(memory_connection: RedisConnection, tenant: str) -> None:
    """The log stays about as long as it may be: whole nodes of the stream go at once, so it is a little longer."""
    log = RedisTurnLog(memory_connection, Observers(), kept=200)
    ids = await many(log, tenant, 600)
    kept = [record.id for record in await log.newest(tenant, 1000)]
    assert 200 <= len(kept) <= 400
    assert kept == ids[::-1][: len(kept)]


async def test_a_session_s_records_go_with_it(log: TurnLog, tenant: str) -> None:
    """Those of its life and those that never knew a life; of more records than one script looks through."""
    for number in range(1200):
        kind = number % 4
        record = [TURN, replace(TURN, life="l2"), replace(TURN, life=""), replace(TURN, session="t")][kind]
        await log.add(tenant, record)
    await log.add(f"{tenant}x", TURN)
    assert await log.forget(tenant, "s", "l1") == 600
    left = await log.newest(tenant, 5000)
    assert len(left) == 600
    assert {(kept.session, kept.life) for kept in left} == {("s", "l2"), ("t", "l1")}
    assert len(await log.newest(f"{tenant}x", 10)) == 1
    assert await log.forget(tenant, "s", "l1") == 0


async def test_what_comes_after_its_session_was_deleted_is_not_kept(log: TurnLog, tenant: str) -> None:
    """Also a record that was under way elsewhere; those of another life, session or tenant, or of no life, are kept."""
    assert await log.forget(tenant, "s", "l1") == 0
    assert await log.add(tenant, TURN) == ""
    others = [replace(TURN, life="l2"), replace(TURN, session="t"), replace(TURN, life="")]
    ids = [await log.add(tenant, record) for record in others]
    assert [kept.id for kept in await log.newest(tenant, 10)] == ids[::-1]
    assert await log.add(f"{tenant}x", TURN)
    await log.forget(tenant, "s")
    assert await log.add(tenant, replace(TURN, life="")), "that a life isn't known says nothing of it"


async def test_an_addition_sent_twice_counts_once(memory_connection: RedisConnection, tenant: str) -> None:
    """An answer that was lost on its way: the same script again gives the same id, and there is one record."""
    log = RedisTurnLog(memory_connection, Observers())
    keys = [turn_log(tenant), turn_addition(tenant, "t"), turn_life(tenant, "s", "l1")]
    text = '{"kind": "turn", "session": "s", "edits": []}'
    arguments = [text, "100", "60000"]
    package = "riffler.service.turn_log"
    said = [await memory_connection.script(package, "lua/add.lua", keys, arguments) for _ in range(2)]
    assert said[0] == said[1]
    (kept,) = await log.newest(tenant, 10)
    assert (kept.id, kept.session) == (said[0], "s")


async def test_an_addition_made_again_under_its_name_counts_once(log: TurnLog, tenant: str) -> None:
    """It gives the same id, and the record stays as it was first; additions without a name are all others."""
    ids = [await log.add(tenant, replace(TURN, version=number), "mine") for number in range(2)]
    others = [await log.add(tenant, TURN) for _ in range(2)]
    assert ids[0] == ids[1]
    assert [(kept.id, kept.version) for kept in await log.newest(tenant, 10)] == [
        (others[1], TURN.version),
        (others[0], TURN.version),
        (ids[0], 0),
    ]


async def test_a_record_of_a_later_version_is_read(memory_connection: RedisConnection, tenant: str) -> None:
    """Figures that this version doesn't know are left out, those that it lacks are at rest."""
    text = '{"kind": "turn", "session": "s", "edits": [], "new_figure": 3}'
    await memory_connection.run(lambda client: client.xadd(turn_log(tenant), {"record": text}))
    (kept,) = await RedisTurnLog(memory_connection, Observers()).newest(tenant, 10)
    assert (kept.session, kept.prompt_tokens, kept.times_ms) == ("s", 0, {})


class Heard(Observers):
    """Hears of what can't be read."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def unreadable(self, count: int) -> None:
        """Count it."""
        self.count += count


@pytest.mark.parametrize("text", ["{", "[]", "3", "null", '{"edits": 3}', '{"session": "s", "edits": [{}]}'])
async def test_what_is_no_record_is_left_out_and_told(
    memory_connection: RedisConnection, tenant: str, text: str
) -> None:
    """It keeps nothing else from being read or forgotten, either way, and is told once, however often it is met."""
    heard = Heard()
    log = RedisTurnLog(memory_connection, heard)
    (first,) = await many(log, tenant, 1)
    await memory_connection.run(lambda client: client.xadd(turn_log(tenant), {"record": text}))
    wrong = await log.last(tenant)
    assert wrong is not None
    assert await log.after(tenant, first, 10) == Tail((), wrong, (wrong,)), "who listens goes on behind it"
    (right,) = await many(log, tenant, 1)
    for _ in range(2):
        assert [kept.id for kept in await log.newest(tenant, 10)] == [right, first]
        tail = await log.after(tenant, first, 10)
        assert ([kept.id for kept in tail.records], tail.last, tail.unreadable) == ([right], right, (wrong,))
    assert heard.count == 1
    assert await log.forget(tenant, "s", "l1") == 2
    assert (await log.newest(tenant, 10), await log.last(tenant)) == ([], wrong)


async def test_a_page_is_whole_around_what_is_no_record(memory_connection: RedisConnection, tenant: str) -> None:
    """A page has fewer records than asked for only at the log's end, however many between can't be read."""
    heard = Heard()
    log, ids = RedisTurnLog(memory_connection, heard), list[str]()
    for count in (1, 3, 1200):
        ids += await many(log, tenant, 2)
        for _ in range(count):
            await memory_connection.run(lambda client: client.xadd(turn_log(tenant), {"record": "{"}))
    pages, before = list[list[str]](), None
    while page := [kept.id for kept in await log.newest(tenant, 2, before)]:
        pages, before = [*pages, page], page[-1]
    assert pages == [ids[:3:-1], ids[3:1:-1], ids[1::-1]]
    assert heard.count == 1204
