"""The doors of an event loop: one for each model."""

import asyncio
import threading
from typing import Any

from riffler.service.integrations.openai_client.door import Door, Doors, Wording


async def nothing() -> None:
    """Give back nothing."""


async def test_a_known_model_waits_for_no_other() -> None:
    """While a model's door is made, which takes seconds, requests for another model go through theirs."""
    made, nobody = threading.Event(), Wording(*[Any] * 2)
    makes: list[str] = []

    def make(model: str) -> Door:
        makes.append(model)
        if model == "slow" and not made.wait(60):
            raise TimeoutError
        return Door(*[Any] * 2, nobody, nothing)  # nothing is asked of it

    doors = Doors(make, nobody)
    known = await doors.of("known")
    slow = [asyncio.create_task(doors.of("slow")) for _ in range(2)]
    while "slow" not in makes:  # noqa: ASYNC110 - it is made in a thread
        await asyncio.sleep(0.01)
    assert await asyncio.wait_for(doors.of("known"), 30) is known
    assert not any(task.done() for task in slow)
    made.set()
    first, second = await asyncio.gather(*slow)
    assert first is second
    assert makes == ["known", "slow"]
    await doors.aclose()
