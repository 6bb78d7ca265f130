"""Computed beginnings are reused within a name, exactly, and never beyond it."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, Usage, complete
from riffler.tools.messages import Message

CHUNK, SMALL = 128, 8
TOKEN_BYTES = 2 * 2 * 1 * 32 * 4  # layers, keys and values, heads, width, float32
TEXT = "How deep is the harbour of Vorn? The harbour is nine metres deep, and its lighthouse has the key. ".split(" ")
LONG = "deep harbour key " * 20
"""Some 300 tokens."""
WORDS = st.lists(st.sampled_from("deep harbour key Vorn is the 9 é lighthouse \n".split(" ")), max_size=40)


@pytest.fixture(scope="module")
def shared(tiny: Any, random_folder: Path) -> Iterator[TransformersEngine]:
    """One engine for all examples of a property, with small chunks, so that a short text has many."""
    assert tiny
    engine = TransformersEngine(str(random_folder), device="cpu", reuse_gib=0.01)
    with asyncio.Runner() as runner:
        runner.run(engine.ready())
        assert engine._loaded is not None
        engine._loaded.worker.rounds.chunk = SMALL
        yield engine
        runner.run(engine.aclose())


def ask(text: str, reuse: str = "", most: int = 8) -> EngineRequest:
    """Ask for a few tokens."""
    return EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=most), reuse=reuse)


def whole(usage: Usage, chunk: int = CHUNK) -> int:
    """Tell how much of a prompt can be reused at most: whole chunks, the last token not among them."""
    return (usage.prompt_tokens - 1) // chunk * chunk


@settings(max_examples=30)
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
            assert reused.usage.cached_tokens % SMALL == 0
        assert reused.usage.cached_tokens == whole(reused.usage, SMALL)  # asked a moment ago

    asyncio.run(run())


async def both(engine: TransformersEngine, one: EngineRequest, other: EngineRequest) -> Completion:
    """Ask one after the other, and give what came to the other."""
    await complete(engine, one)
    return await complete(engine, other)


async def test_names_share_nothing(engine: TransformersEngine) -> None:
    """The same text under another name, or under none, is computed anew."""
    assert (await both(engine, ask(LONG, "a"), ask(LONG, "b"))).usage.cached_tokens == 0
    assert (await both(engine, ask(LONG + "key"), ask(LONG + "key"))).usage.cached_tokens == 0
    assert (await complete(engine, ask(LONG, "a"))).usage.cached_tokens > 0


@pytest.mark.parametrize("aside", [0, 1])
async def test_the_conversation_outlives_a_fold_and_an_aside(engine: TransformersEngine, aside: int) -> None:
    """After a fold in the middle only the rest is computed; a restore finds what was before the fold."""
    text = "deep harbour key " * 40
    first = await complete(engine, ask(text, "a"))
    for number in range(aside):
        await complete(engine, ask(f"aside {number}", "a"))
    folded = await complete(engine, ask(text[:340] + "[folded]" + text[400:], "a"))
    restored = await complete(engine, ask(text, "a"))
    assert folded.usage.cached_tokens == CHUNK < whole(folded.usage)
    assert restored.usage.cached_tokens == whole(restored.usage) > CHUNK
    assert restored.message == first.message


async def test_rows_in_a_batch_are_kept_each(engine: TransformersEngine) -> None:
    """What was computed in company is reused as well, padding and all."""
    texts = [f"{LONG} {'key ' * number}" for number in range(6)]
    first = await asyncio.gather(*(complete(engine, ask(text, text)) for text in texts))
    again = await asyncio.gather(*(complete(engine, ask(text, text)) for text in texts))
    assert [one.message for one in first] == [one.message for one in again]
    assert all(one.usage.cached_tokens == whole(one.usage) > 0 for one in again)


@pytest.mark.parametrize("reuse_gib", [0.0, 200 * TOKEN_BYTES / 2**30])
async def test_what_was_let_go_is_computed_again(random_folder: Path, reuse_gib: float) -> None:
    """With no room, or room for one session only, answers stay the same, and usage says what was computed."""
    engine = TransformersEngine(str(random_folder), device="cpu", reuse_gib=reuse_gib)
    first = await both(engine, ask(LONG, "a"), ask("key" + LONG, "b"))
    assert first.usage.cached_tokens == 0
    again = await complete(engine, ask(LONG, "a"))
    assert again.usage.cached_tokens == 0
    assert again.message == (await complete(engine, ask(LONG))).message
    await engine.aclose()


async def test_a_cancelled_call_leaves_what_it_computed(engine: TransformersEngine) -> None:
    """Work that was done isn't lost: the same beginning is found by the next call."""
    items = engine.generate(EngineRequest((Message.user(LONG),), stream=True, reuse="a"))
    await anext(items)
    await items.aclose()
    answer = await complete(engine, ask(LONG, "a"))
    assert answer.usage.cached_tokens == whole(answer.usage) > 0
    assert answer.message == (await complete(engine, ask(LONG))).message


async def test_in_half_precision_reuse_changes_nothing_either(tiny: Any, tokenizer: Any, tmp_path: Path) -> None:
    """What is reused has been computed in chunks of the same shapes, so that even bfloat16 gives the same numbers.

    When rows of replies, or parts of chunks, were reused, 3 to 5 of 40 such answers differed: 15 miss that in one run
    of five, so that the next test looks at each bit.
    """
    tiny.save(tiny.make_model(len(tokenizer), width=256, layers=4, spread=0.1), tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu", dtype="bfloat16")
    await engine.ready()
    assert engine._loaded is not None
    engine._loaded.worker.rounds.chunk = 32
    rng, cached = random.Random(1), 0
    for number in range(15):
        text = " ".join(rng.choice(TEXT) for _ in range(rng.randrange(60, 250)))
        alone = await complete(engine, ask(text, most=40))
        await complete(engine, ask(text[: len(text) // 2] + " other end", f"s{number}", 5))
        reused = await complete(engine, ask(text, f"s{number}", 40))
        assert reused.message == alone.message
        cached += reused.usage.cached_tokens
    await engine.aclose()
    assert cached > 1000


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
async def test_the_numbers_are_those_of_a_full_computation(
    tiny: Any, tokenizer: Any, tmp_path: Path, dtype: Any
) -> None:
    """Logits after a prompt whose beginning is reused, of any length, equal those of a full computation bit by bit."""
    torch = pytest.importorskip("torch")
    tiny.save(tiny.make_model(len(tokenizer), width=256), tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu", dtype=dtype)
    await engine.ready()
    assert engine._loaded is not None
    logits: list[Any] = []
    hook = engine._loaded.local.model.register_forward_hook(lambda *given: logits.append(given[-1].logits[:, -1]))
    rng, reused = random.Random(2), []
    for number in range(8):
        text = " ".join(rng.choice(TEXT) for _ in range(rng.randrange(60, 250)))
        await complete(engine, ask(text, most=1))
        full = logits[-1]
        await complete(engine, ask(text[: len(text) * 3 // 4] + " other end", f"s{number}", 1))
        reused.append((await complete(engine, ask(text, f"s{number}", 1))).usage.cached_tokens)
        assert torch.equal(logits[-1], full)
    hook.remove()
    await engine.aclose()
    assert sum(each > 0 for each in reused) > 4


async def test_of_a_prompt_beyond_the_room_its_beginning_is_kept(random_folder: Path) -> None:
    """A conversation that is longer than what can be kept is not computed as a whole each time."""
    engine = TransformersEngine(str(random_folder), device="cpu", reuse_gib=300 * TOKEN_BYTES / 2**30)
    answer = await both(engine, ask("deep harbour " * 100, "a"), ask("deep harbour " * 100, "a"))
    assert answer.usage.prompt_tokens > 400
    assert answer.usage.cached_tokens == 2 * CHUNK
    assert answer.message == (await complete(engine, ask("deep harbour " * 100))).message
    await engine.aclose()


async def test_what_is_contained_pushes_nothing_out(engine: TransformersEngine) -> None:
    """A conversation shortened three times, as its end is folded, is still there as a whole when it is restored."""
    for words in (70, 60, 50, 40, 30):
        await complete(engine, ask("deep harbour key " * words, "a"))
    answer = await complete(engine, ask("deep harbour key " * 70, "a"))
    assert answer.usage.cached_tokens == whole(answer.usage)
