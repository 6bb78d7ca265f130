"""The gate before turns: how many prepare at once, and that it lets everybody through."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from riffler.service.agent.gate import MOST, Gate
from riffler.service.agent.rewriter import Drawn
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.memory import Lease, SessionKey
from riffler.service.settings import read_settings

MANY = 3 * MOST


async def test_no_more_than_so_many_are_inside() -> None:
    """Of many that come at once, so many are inside at a time; all come through, in their order."""
    gate, inside, most, order = Gate(3), 0, 0, []

    async def passing(number: int) -> None:
        nonlocal inside, most
        async with gate.slot():
            inside += 1
            most = max(most, inside)
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*map(passing, range(50)))
    assert (most, order) == (3, list(range(50)))


async def test_who_is_cancelled_takes_no_room() -> None:
    """One that is cancelled as it waits, and one that is cancelled inside, leave as much room as there was."""
    gate = Gate(1)

    async def staying() -> None:
        async with gate.slot():
            await asyncio.Event().wait()

    inside, waiting = (asyncio.create_task(staying()) for _ in range(2))
    await asyncio.sleep(0)
    for task in (waiting, inside):
        task.cancel()
    await asyncio.gather(inside, waiting, return_exceptions=True)
    async with asyncio.timeout(10), gate.slot():
        pass


async def test_a_slot_that_was_left_is_left_once() -> None:
    """Who leaves early makes room for one, not for two."""
    gate = Gate(1)
    async with gate.slot() as slot:
        slot.leave()
        slot.leave()
        async with asyncio.timeout(10), gate.slot():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05), gate.slot():
                    pass


async def test_turns_prepare_behind_it_and_wait_for_the_model_outside(
    server_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many turns that begin at once are all with the model in the end; few at a time were before their decision."""
    barrier, inside, most = asyncio.Barrier(MANY), 0, 0

    async def meet(_: EngineRequest) -> str:
        await barrier.wait()
        return "Here."

    settings = read_settings(data_folder=server_folder, rewrites_by="rule")  # else some are with the model before
    riffler = Riffler(settings, tenant="gate", engine=ScriptedEngine(meet), seed=1)
    assert riffler.rewriter is not None
    acquire, decide = riffler.sessions.acquire, riffler.rewriter.decide

    async def acquired(key: SessionKey, ttl_s: float) -> Lease:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        return await acquire(key, ttl_s)

    async def decided(*given: Any, **named: Any) -> Drawn:
        nonlocal inside
        drawn = await decide(*given, **named)
        inside -= 1
        return drawn

    monkeypatch.setattr(riffler.sessions, "acquire", acquired)
    monkeypatch.setattr(riffler.rewriter, "decide", decided)
    async with riffler, asyncio.timeout(120):
        answers = await asyncio.gather(*(riffler.ask(f"Where is ship {number}?") for number in range(MANY)))
    assert [answer.text for answer in answers] == ["Here."] * MANY
    assert inside == 0
    assert 1 < most <= MOST
