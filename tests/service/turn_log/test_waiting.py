"""Records that wait while Redis is away, on a real Redis that goes, hangs and comes back."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.service.http.own_redis import OwnRedis

from riffler.errors import EngineTimeout
from riffler.service.agent.recording import Notes
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.observer import Observers
from riffler.service.ports.turn_log import TurnRecord
from riffler.service.settings import read_settings
from riffler.service.turn_log.store import RedisTurnLog
from riffler.service.turn_log.waiting import WaitingTurnLog

PATIENCE_S = 20.0


class Heard(Observers):
    """Hears of records that wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = self.lost = 0

    def unrecorded(self, waiting: int, lost: int) -> None:
        """Note it."""
        self.waiting, self.lost = waiting, self.lost + lost


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A server of this test."""
    with OwnRedis(tmp_path) as own:
        yield own


@pytest.fixture
async def connection(redis: OwnRedis) -> AsyncIterator[RedisConnection]:
    """A connection to it."""
    made = RedisConnection(redis.url, timeout_s=1.0)
    yield made
    await made.aclose()


@pytest.fixture
def heard() -> Heard:
    """Who hears of what waits."""
    return Heard()


@pytest.fixture
def log(connection: RedisConnection, heard: Heard) -> WaitingTurnLog:
    """A log in which five records may wait."""
    return WaitingTurnLog(RedisTurnLog(connection, heard), heard, most=5)


def turn(number: int, session: str = "s", life: str = "l1") -> TurnRecord:
    """Make a record that can be told from others."""
    return TurnRecord("turn", session, "failed", "MemoryUnavailable", life=life, version=number)


async def until_kept(heard: Heard) -> None:
    """Wait until nothing waits any more."""
    deadline = time.monotonic() + PATIENCE_S
    while heard.waiting:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def lost_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give the lines of Riffler's log that tell of a lost record."""
    return [message for message in caplog.messages if "not recorded" in message]


async def test_what_happens_in_an_outage_is_told_after_it(redis: OwnRedis, log: WaitingTurnLog, heard: Heard) -> None:
    """In order, each once, by itself; and when each of them ended is when it came, not when it was kept."""
    assert await log.add("t", turn(0))
    redis.kill()
    began_ms = time.time() * 1000
    assert [await log.add("t", turn(number)) for number in (1, 2, 3)] == ["", "", ""]
    assert (heard.waiting, heard.lost) == (3, 0)
    ended_ms = time.time() * 1000
    await asyncio.sleep(1)
    redis.start()
    await until_kept(heard)
    kept = await log.newest("t", 10)
    assert [each.version for each in kept] == [3, 2, 1, 0]
    assert kept[-1].late_ms == 0
    for each in kept[:3]:
        assert each.late_ms >= 1000
        assert began_ms - 5 <= each.ended_ms <= ended_ms + 900, "the server's clock is this machine's"
    assert await log.add("t", turn(4)), "nothing waits, so the next one is kept at once"
    await log.aclose()


async def test_a_new_record_comes_behind_those_that_wait(redis: OwnRedis, log: WaitingTurnLog, heard: Heard) -> None:
    """Also when the server is back: it is a reason to try at once, and comes last."""
    redis.kill()
    for number in range(3):
        await log.add("t", turn(number))
    redis.start()
    assert await log.add("t", turn(3)) == ""
    await until_kept(heard)
    assert [each.version for each in await log.newest("t", 10)] == [3, 2, 1, 0]
    await log.aclose()


async def test_so_many_wait_and_no_more(
    redis: OwnRedis, log: WaitingTurnLog, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    """The oldest are lost, and each leaves a line that says what it would have told of."""
    redis.kill()
    for number in range(7):
        await log.add("t", turn(number))
    assert (heard.waiting, heard.lost) == (5, 2)
    assert (
        lost_lines(caplog)
        == ["event='not recorded' outcome='failed' error='MemoryUnavailable' why='too many wait'"] * 2
    )
    redis.start()
    await until_kept(heard)
    assert [each.version for each in await log.newest("t", 10)] == [6, 5, 4, 3, 2]
    await log.aclose()


async def test_what_belongs_to_a_deleted_session_waits_no_more(
    redis: OwnRedis, log: WaitingTurnLog, heard: Heard
) -> None:
    """Records of its life, and those that never knew one, go; of another life, session or tenant they stay."""
    redis.kill()
    for number, (tenant, session, life) in enumerate(
        [("t", "s", "l1"), ("t", "s", ""), ("t", "s", "l2"), ("t", "other", "l1"), ("u", "s", "l1")]
    ):
        await log.add(tenant, turn(number, session, life))
    redis.start()
    gone = await log.forget("t", "s", "l1")
    await until_kept(heard)
    assert gone == 2
    assert [each.version for each in await log.newest("t", 10)] == [3, 2]
    assert [each.version for each in await log.newest("u", 10)] == [4]
    await log.aclose()


async def test_what_waits_in_another_process_does_not_come_back(
    redis: OwnRedis, connection: RedisConnection, log: WaitingTurnLog, heard: Heard
) -> None:
    """Its session was deleted there meanwhile: of that life nothing is kept, and what waits behind it is."""
    redis.kill()
    await log.add("t", turn(0))
    await log.add("t", turn(1, life="l2"))
    redis.start()
    await RedisTurnLog(connection, heard).forget("t", "s", "l1")  # before it is kept, or after
    await until_kept(heard)
    assert [each.version for each in await log.newest("t", 10)] == [1]
    await log.aclose()


@pytest.mark.parametrize("back", [True, False])
async def test_a_service_that_stops_keeps_what_it_can(
    redis: OwnRedis, log: WaitingTurnLog, heard: Heard, caplog: pytest.LogCaptureFixture, back: bool
) -> None:
    """With the server back all is kept before the end; without it what waits is lost, and told as such."""
    redis.kill()
    for number in range(2):
        await log.add("t", turn(number))
    if back:
        redis.start()
    await log.aclose()
    assert (heard.waiting, heard.lost) == (0, 0 if back else 2)
    assert len(lost_lines(caplog)) == heard.lost
    if back:
        assert [each.version for each in await log.newest("t", 10)] == [1, 0]


async def test_a_record_that_is_no_record_keeps_nobody_behind_it(
    redis: OwnRedis, log: WaitingTurnLog, heard: Heard
) -> None:
    """A bug that meets one of them costs that one alone."""
    redis.kill()
    await log.add("t", turn(0))
    await log.add("t", TurnRecord("turn", "s", times_ms={"model": object()}))  # type: ignore[dict-item]
    await log.add("t", turn(1))
    redis.start()
    await until_kept(heard)
    assert [each.version for each in await log.newest("t", 10)] == [1, 0]
    await log.aclose()


async def test_nobody_waits_long_for_a_record(redis: OwnRedis) -> None:
    """A server that hangs holds a turn's end up for half a second; its record is there later, once."""
    settings = read_settings(redis_url=redis.url, rewriting=False)
    async with Riffler(settings, f"tenant-{secrets.token_hex(8)}", ScriptedEngine([])) as riffler:
        await riffler.recorder.turn(Notes(riffler.tenant))
        redis.hang()
        try:
            began = time.monotonic()
            await riffler.recorder.turn(Notes(riffler.tenant), EngineTimeout("no word"))
            assert 0.4 < time.monotonic() - began < 1.5, "it waited for two seconds before"
            await asyncio.sleep(2.5)  # until the attempt is given up, so that another one is made
        finally:
            redis.go_on()
        await riffler.recorder.aclose()
        assert [each.error for each in await riffler.turn_log.newest(riffler.tenant, 10)] == ["EngineTimeout", ""]
