"""Reports in turn: who asks for the same waits for the same, and few are waited for."""

import asyncio

import pytest

from riffler.errors import ReportsBusy
from riffler.service.agent.offload import with_log
from riffler.service.agent.watch.shared import SharedReports


class Reports:
    """Makes numbered reports when it is let."""

    def __init__(self) -> None:
        self.begun = self.at_once = self.most_at_once = 0
        self.let = asyncio.Event()

    async def make(self) -> int:
        """Make one."""
        self.begun += 1
        number = self.begun
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.let.wait()
        finally:
            self.at_once -= 1
        return number


async def settled() -> None:
    """Let all tasks go on as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_same_is_made_once_and_others_one_at_a_time() -> None:
    """Five who ask for one get one; another one is made after it, and one asked for later is made anew."""
    shared, reports = SharedReports(), Reports()
    same = [asyncio.create_task(shared.get("t", "status", reports.make)) for _ in range(5)]
    other = asyncio.create_task(shared.get("t", "arms", reports.make))
    foreign = asyncio.create_task(shared.get("u", "status", reports.make))
    await settled()
    assert reports.begun == 1
    reports.let.set()
    assert await asyncio.gather(*same, other, foreign) == [1] * 5 + [2, 3]
    assert reports.most_at_once == 1
    assert await shared.get("t", "status", reports.make) == 4


async def test_too_many_are_refused() -> None:
    """A tenant has room for four and all tenants for sixteen; when they are done there is room again."""
    shared, reports = SharedReports(), Reports()
    waiting = [
        asyncio.create_task(shared.get(f"t{tenant}", number, reports.make))
        for tenant in range(4)
        for number in range(3)
    ]
    waiting += [asyncio.create_task(shared.get("t0", 3, reports.make))]
    await settled()
    with pytest.raises(ReportsBusy):
        await shared.get("t0", 4, reports.make)
    waiting += [asyncio.create_task(shared.get("t9", number, reports.make)) for number in range(3)]
    await settled()
    with pytest.raises(ReportsBusy):
        await shared.get("t8", 0, reports.make)
    waiting += [asyncio.create_task(shared.get("t0", 3, reports.make))]  # which is made already
    reports.let.set()
    await asyncio.gather(*waiting)
    assert await shared.get("t8", 0, reports.make) == 17


async def test_nobody_waits_for_it_and_it_is_stopped() -> None:
    """One of two who goes away stops nothing; when the last one goes, the report stops, and its turn is free."""
    shared, reports = SharedReports(), Reports()
    first, second = [asyncio.create_task(shared.get("t", 0, reports.make)) for _ in range(2)]
    await settled()
    first.cancel()
    await settled()
    assert (reports.at_once, second.done()) == (1, False)
    second.cancel()
    await settled()
    assert reports.at_once == 0
    reports.let.set()
    assert await shared.get("t", 0, reports.make) == 2


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    """Who waits for a report that fails gets its error; asked again, it is made again."""
    shared = SharedReports()

    async def fail() -> int:
        raise KeyError("gone")

    found = await asyncio.gather(*(shared.get("t", 0, fail) for _ in range(2)), return_exceptions=True)
    assert [type(each) for each in found] == [KeyError, KeyError]
    reports = Reports()
    reports.let.set()
    assert await shared.get("t", 0, reports.make) == 1


async def test_work_on_logs_is_bounded() -> None:
    """While a long one runs, 31 more may wait; more are refused, and cancelled ones give their room back."""
    loop, begun = asyncio.get_running_loop(), asyncio.Event()
    gate: asyncio.Future[None] = loop.create_future()

    async def opened() -> None:
        await gate

    def long() -> None:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(opened(), loop).result(30)

    waiting = [asyncio.create_task(with_log(long))]
    await begun.wait()
    waiting += [asyncio.create_task(with_log(lambda: None)) for _ in range(31)]
    await settled()
    with pytest.raises(ReportsBusy):
        await with_log(lambda: None)
    waiting.pop().cancel()
    await settled()
    waiting.append(asyncio.create_task(with_log(lambda: None)))
    await settled()
    gate.set_result(None)
    await asyncio.gather(*waiting)
