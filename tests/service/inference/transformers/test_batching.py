"""Requests run together as they would alone; newcomers join, leavers leave, and nobody holds up or fails another."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import EngineRejected, EngineTimeout
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, TextDelta, complete
from riffler.tools.messages import Message

Held = Callable[[TransformersEngine], AbstractContextManager[Callable[..., Awaitable[None]]]]


def ask(text: str, most: int = 12, **sampling: Any) -> EngineRequest:
    """Ask for a few tokens."""
    return EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=most, **sampling))


@contextmanager
def watched(engine: TransformersEngine, slow_s: float = 0.0) -> Iterator[list[tuple[int, int]]]:
    """Give the shapes, rows and tokens, of all forward passes as they happen."""
    shapes: list[tuple[int, int]] = []

    def note(_module: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        shapes.append(tuple(kwargs["input_ids"].shape))
        time.sleep(slow_s)

    loaded = engine._loaded
    assert loaded is not None
    hook = loaded.local.model.register_forward_pre_hook(note, with_kwargs=True)
    yield shapes
    hook.remove()


async def until(holds: Callable[[], bool]) -> None:
    """Wait, in turns with the worker's thread, until something holds."""
    while not holds():  # noqa: ASYNC110 - the thread makes it so, which has no event to set
        await asyncio.sleep(0)


@pytest.mark.parametrize("stream", [False, True])
async def test_together_is_as_alone(engine: TransformersEngine, stream: bool) -> None:
    """Prompts of many lengths, more than a batch, get greedily what each gets by itself."""
    requests = [ask("deep harbour " * (number % 7 + 1) + str(number), 5 + number) for number in range(20)]
    alone = [await complete(engine, request) for request in requests]
    with watched(engine) as shapes:
        together = await asyncio.gather(*(complete(engine, replace(each, stream=stream)) for each in requests))
    assert together == alone
    assert max(rows for rows, _ in shapes) > 4


@pytest.mark.parametrize("temperature", [0.7, 3.0])
async def test_a_seed_is_repeatable_in_company(engine: TransformersEngine, temperature: float) -> None:
    """Draws belong to the row: the same seed gives the same text alone and in a batch, another seed another text.

    Two seeds give the same 12 tokens at temperature 3 with a chance under 1e-6.
    """
    seeded = ask("deep", temperature=temperature, top_p=0.95, seed=7)
    alone = await complete(engine, seeded)
    crowd = [ask(f"key {seed}", temperature=temperature, seed=seed) for seed in range(5)]
    together = await asyncio.gather(*(complete(engine, request) for request in (*crowd, seeded)))
    assert together[-1] == alone
    if temperature > 1:
        other = await complete(engine, ask("deep", temperature=temperature, top_p=0.95, seed=8))
        assert other.message != alone.message


async def test_newcomers_join_between_two_tokens(engine: TransformersEngine) -> None:
    """A short request that comes later is computed together with the long one, and ends before it."""
    await engine.ready()
    ended: list[str] = []

    async def asked(text: str, most: int) -> None:
        await complete(engine, ask(text, most))
        ended.append(text)

    with watched(engine) as shapes:
        long = asyncio.create_task(asked("long", 600))
        await until(lambda: len(shapes) >= 5)  # it is being decoded
        await asked("short", 12)
        await long
    assert ended == ["short", "long"]
    assert (2, 1) in shapes


async def test_short_prompts_pass_a_long_one_and_do_not_stop_it(engine: TransformersEngine, held: Held) -> None:
    """The prompt that is nearest to its end and the oldest have turns, whoever came first."""
    await engine.ready()
    with watched(engine) as shapes, held(engine) as come:
        long = asyncio.create_task(complete(engine, ask("deep harbour " * 380, 1)))
        await come(0)
        short = [asyncio.create_task(complete(engine, ask(f"key {number}", 1))) for number in range(6)]
        await come(len(short))
        await asyncio.gather(*short)
        assert (await long).usage.prompt_tokens > 1500
    assert [tokens < 128 for _, tokens in shapes[:12]] == [False, True] * 6


async def test_a_long_prompt_holds_nobody_up(engine: TransformersEngine) -> None:
    """While a prompt is computed in chunks, others get a token between two chunks."""
    long = engine.generate(replace(ask("long", 1500), stream=True))
    await anext(long)
    with watched(engine) as shapes:
        await complete(engine, ask("deep harbour " * 400, 1))
    await long.aclose()
    chunks = [at for at, (_, tokens) in enumerate(shapes) if tokens > 1]
    assert len(chunks) > 2
    assert all(after - before > 1 for before, after in pairwise(chunks))


@pytest.mark.parametrize("way", ["close", "cancel"])
async def test_who_leaves_makes_room_at_once(random_folder: Path, way: str) -> None:
    """With room for one, the next request doesn't wait for the 1,900 tokens that nobody wants any more."""
    engine = TransformersEngine(str(random_folder), device="cpu", batch_size=1)
    await engine.ready()
    with watched(engine) as shapes:
        if way == "close":
            items = engine.generate(replace(ask("long", 1900), stream=True))
            await anext(items)
            await items.aclose()
        else:
            task = asyncio.create_task(complete(engine, ask("long", 1900)))
            await asyncio.sleep(0.05)  # lets it start; how far it comes doesn't matter
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await complete(engine, ask("short", 3))
    await engine.aclose()
    assert len(shapes) < 1000


async def test_who_leaves_leaves_the_others_alone(engine: TransformersEngine) -> None:
    """One call is closed and one cancelled while a third is computed with them: it says what it says alone."""
    beside = ask("deep", 30)
    alone = await complete(engine, beside)
    with watched(engine) as shapes:
        left = engine.generate(replace(ask("long " * 50, 800), stream=True))
        await anext(left)
        cancelled = asyncio.create_task(complete(engine, ask("key " * 50, 800)))
        third = asyncio.create_task(complete(engine, beside))
        await until(lambda: bool(shapes))
        cancelled.cancel()
        await left.aclose()
        assert await third == alone
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def test_a_deadline_ends_a_call_and_no_other(random_folder: Path) -> None:
    """Whoever takes too long gets EngineTimeout, in the queue as well; the next is served.

    Each step takes 10 ms, so that the long ones would take 20 s each.
    """
    engine = TransformersEngine(str(random_folder), device="cpu", batch_size=1, timeout_s=1.0)
    await engine.ready()
    with watched(engine, 0.01):
        late = await asyncio.gather(*(complete(engine, ask(text, 1900)) for text in "ab"), return_exceptions=True)
        assert [type(error) for error in late] == [EngineTimeout, EngineTimeout]
        assert "timeout_s" in str(late[0])
        assert isinstance(await complete(engine, ask("short", 2)), Completion)
    await engine.aclose()


async def test_a_bad_request_fails_alone(engine: TransformersEngine) -> None:
    """Requests that are refused, or can't be drawn, don't touch those beside them."""
    good = ask("deep")
    alone = await complete(engine, good)
    bad = [ask("x", temperature=-1.0), ask("x", top_p=0.0), ask("x", 0), ask("x " * 5000)]
    results = await asyncio.gather(*(complete(engine, one) for one in (good, *bad, good)), return_exceptions=True)
    assert results[0] == results[-1] == alone
    assert [type(error) for error in results[1:-1]] == [EngineRejected] * 4


async def test_deltas_joined_are_the_text(engine: TransformersEngine) -> None:
    """A random model writes bytes that are no characters: they come as one sign, as without a stream."""
    for text in ("deep", "key"):
        items = [item async for item in engine.generate(replace(ask(text, 60), stream=True))]
        answer = items[-1]
        assert isinstance(answer, Completion)
        assert "".join(item.text for item in items if isinstance(item, TextDelta)) == answer.message.text
        assert (await complete(engine, ask(text, 60))).message == answer.message


async def test_a_stop_text_ends_the_reply(engine: TransformersEngine) -> None:
    """The reply ends before the stop text, with `stop` as the reason."""
    whole = (await complete(engine, ask("deep", 40))).message.text
    stop = whole[len(whole) // 2 :][:2]
    answer = await complete(engine, ask("deep", 40, stop=(stop,)))
    assert answer.message.text == whole[: whole.index(stop)]
    assert answer.finish_reason == "stop"
