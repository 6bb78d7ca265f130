"""The doors of an event loop: one for each model, and so many of them at most."""

import asyncio
import gc
import threading
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from tests.service.integrations.openai_client.wrapped import MODEL, wrapped

from riffler.service.integrations.openai_client.door import Door, Wording
from riffler.service.integrations.openai_client.doors import MOST_DOORS, Doors
from riffler.service.ports.engine import EngineRequest

MADE_UP = [f"made-up-{number}" for number in range(MOST_DOORS + 4)]


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


def asked(text: str) -> Any:
    """Give a conversation of one message."""
    return [{"role": "user", "content": text}]


async def test_names_of_models_fill_no_memory(server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many models are asked for, so many doors stay, those used last; others are closed, none in the middle.

    The first model of all answers when all others have: it is dropped then, and not before.
    """
    released, closed, close = threading.Event(), list[Door](), Door.aclose

    async def told(door: Door) -> None:
        await close(door)
        closed.append(door)

    async def reply(request: EngineRequest) -> str:
        text = request.messages[-1].text
        if text == "wait" and not await asyncio.to_thread(released.wait, 120):
            raise TimeoutError
        return f"said {text}"

    async def ask(client: openai.AsyncOpenAI, model: str, text: str) -> str | None:
        answer = await client.chat.completions.create(model=model, messages=asked(text))
        return answer.choices[0].message.content

    monkeypatch.setattr(Door, "aclose", told)
    async with wrapped(server_folder, reply, rewriting=False) as bench:
        waiting = asyncio.create_task(ask(bench.through, MODEL, "wait"))
        while not bench.bodies:  # noqa: ASYNC110 - the server is in another thread
            await asyncio.sleep(0.01)
        for name in MADE_UP:
            assert await ask(bench.through, name, name) == f"said {name}"
        async with asyncio.timeout(30):
            while len(closed) < len(MADE_UP) + 1 - MOST_DOORS:  # noqa: ASYNC110 - nobody waits for it
                await asyncio.sleep(0.01)
        assert len(_open(closed)) == MOST_DOORS
        released.set()
        assert await waiting == "said wait"
        assert [body["model"] for body in bench.bodies] == [MODEL, *MADE_UP]
        assert await ask(bench.through, MADE_UP[0], "again") == "said again"
        async with asyncio.timeout(30):
            while len(closed) < len(MADE_UP) + 2 - MOST_DOORS:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert len(_open(closed)) == MOST_DOORS
    assert not _open(closed)
    closed.clear()
    gc.collect()  # a socket that was left open is told of here


async def test_a_burst_of_models_is_served(server_folder: Path) -> None:
    """Where more models than may stay are asked for at once, each answers; when they have, as few stay as may."""
    async with wrapped(server_folder, lambda request: request.messages[-1].text, rewriting=False) as bench:
        create = bench.through.chat.completions.create
        answers = await asyncio.gather(*(create(model=name, messages=asked(name)) for name in MADE_UP))
        assert [answer.choices[0].message.content for answer in answers] == MADE_UP
        del answers
        async with asyncio.timeout(30):
            while len(_open([])) > MOST_DOORS:
                gc.collect()
                await asyncio.sleep(0.05)
    gc.collect()  # as above


async def test_closed_doors_make_no_more() -> None:
    """A door that is asked for when all are closed, or made meanwhile, is told as a lost connection, and none stays."""
    begun, going_on, closed, nobody = threading.Event(), threading.Event(), list[str](), Wording(*[Any] * 2)

    async def close() -> None:
        closed.append("late")

    def make(_model: str) -> Door:
        begun.set()
        if not going_on.wait(60):
            raise TimeoutError
        return Door(*[Any] * 2, nobody, close)

    doors = Doors(make, nobody)
    late = asyncio.create_task(doors.of("late"))
    assert await asyncio.to_thread(begun.wait, 60)
    await doors.aclose()
    going_on.set()
    for lost in (late, doors.of("never")):
        with pytest.raises(httpx2.ReadError, match="closed"):
            await lost
    assert closed == ["late"]


def _open(closed: list[Door]) -> list[Door]:
    """Give the doors that there are, but those that were closed."""
    found = [each for each in gc.get_objects() if type(each) is Door]
    return [each for each in found if not any(each is other for other in closed)]
