"""Computed beginnings are reused within a name, exactly, and never beyond it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, complete
from riffler.tools.messages import Message

WORDS = st.lists(st.sampled_from("deep harbour key Vorn is the 9 é lighthouse \n".split(" ")), max_size=40)


@pytest.fixture(scope="module")
def shared(tiny: Any, random_folder: Path) -> Iterator[TransformersEngine]:
    """One engine for all examples of a property."""
    assert tiny
    engine = TransformersEngine(str(random_folder), device="cpu", reuse_gib=0.01)
    with asyncio.Runner() as runner:
        runner.run(engine.ready())
        yield engine
        runner.run(engine.aclose())


def ask(text: str, reuse: str = "", most: int = 8) -> EngineRequest:
    """Ask for a few tokens."""
    return EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=most), reuse=reuse)


@settings(max_examples=60)
@given(texts=st.lists(WORDS.map(" ".join), min_size=2, max_size=4), cut=st.integers(0, 200), name=st.uuids().map(str))
def test_reuse_changes_no_answer(shared: TransformersEngine, texts: list[str], cut: int, name: str) -> None:
    """Whatever a session asked before, the greedy answer is that of a full computation, and reuse is counted right.

    Choices of the model are about 1 apart and rounding differs by 1e-5: a false alarm needs a tie of one in 1e5,
    so about one run in 200.
    """
    edited = texts[0][:cut] + texts[1]

    async def run() -> None:
        for text in (*texts, edited, texts[0], edited):
            fresh, reused = await complete(shared, ask(text)), await complete(shared, ask(text, name))
            assert reused.message == fresh.message
            assert reused.finish_reason == fresh.finish_reason
            assert fresh.usage.cached_tokens == 0
            assert 0 <= reused.usage.cached_tokens < reused.usage.prompt_tokens
            assert reused.usage.prompt_tokens == fresh.usage.prompt_tokens
        assert reused.usage.cached_tokens == reused.usage.prompt_tokens - 1  # asked a moment ago

    asyncio.run(run())


async def both(engine: TransformersEngine, one: EngineRequest, other: EngineRequest) -> Completion:
    """Ask one after the other, and give what came to the other."""
    await complete(engine, one)
    return await complete(engine, other)


async def test_names_share_nothing(engine: TransformersEngine) -> None:
    """The same text under another name, or under none, is computed anew."""
    assert (await both(engine, ask("deep", "a"), ask("deep", "b"))).usage.cached_tokens == 0
    assert (await both(engine, ask("key"), ask("key"))).usage.cached_tokens == 0
    assert (await complete(engine, ask("deep", "a"))).usage.cached_tokens > 0


@pytest.mark.parametrize("aside", [0, 1])
async def test_the_conversation_outlives_a_fold_and_an_aside(engine: TransformersEngine, aside: int) -> None:
    """After a fold in the middle only the rest is computed; a restore finds what was before the fold."""
    text = "deep harbour key " * 20
    first = await complete(engine, ask(text, "a"))
    for number in range(aside):
        await complete(engine, ask(f"aside {number}", "a"))
    folded = await complete(engine, ask(text[:170] + "[folded]" + text[200:], "a"))
    restored = await complete(engine, ask(text, "a"))
    assert 40 < folded.usage.cached_tokens < folded.usage.prompt_tokens - 40
    assert restored.usage.cached_tokens == restored.usage.prompt_tokens - 1
    assert restored.message == first.message


async def test_rows_in_a_batch_are_kept_each(engine: TransformersEngine) -> None:
    """What was computed in company is reused as well, padding and all."""
    texts = [f"deep harbour {'key ' * number}" for number in range(6)]
    first = await asyncio.gather(*(complete(engine, ask(text, text)) for text in texts))
    again = await asyncio.gather(*(complete(engine, ask(text, text)) for text in texts))
    assert [one.message for one in first] == [one.message for one in again]
    assert all(one.usage.cached_tokens == one.usage.prompt_tokens - 1 for one in again)


@pytest.mark.parametrize("reuse_gib", [0.0, 60 * 512 / 2**30])
async def test_what_was_let_go_is_computed_again(random_folder: Path, reuse_gib: float) -> None:
    """With no room, or room for one session only, answers stay the same, and usage says what was computed."""
    engine = TransformersEngine(str(random_folder), device="cpu", reuse_gib=reuse_gib)
    first = await both(engine, ask("deep", "a"), ask("key", "b"))
    assert first.usage.cached_tokens == 0
    again = await complete(engine, ask("deep", "a"))
    assert again.usage.cached_tokens == 0
    assert again.message == (await complete(engine, ask("deep"))).message
    await engine.aclose()


async def test_a_cancelled_call_leaves_what_it_computed(engine: TransformersEngine) -> None:
    """Work that was done isn't lost: the same beginning is found by the next call."""
    items = engine.generate(EngineRequest((Message.user("deep"),), stream=True, reuse="a"))
    await anext(items)
    await items.aclose()
    answer = await complete(engine, ask("deep", "a"))
    assert answer.usage.cached_tokens == answer.usage.prompt_tokens - 1
    assert answer.message == (await complete(engine, ask("deep"))).message
