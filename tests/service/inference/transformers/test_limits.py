"""The window, and memory: clear errors, and whoever can go on does."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import EngineOutOfMemory, EngineRejected
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message

TOKEN_BYTES = 2 * 2 * 1 * 32 * 4  # layers, keys and values, heads, width, float32


def ask(text: str, most: int | None = 12, reuse: str = "") -> EngineRequest:
    """Ask for a few tokens."""
    return EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=most), reuse=reuse)


@pytest.mark.parametrize("most", [None, 2000])
async def test_what_exceeds_the_window_is_rejected_with_both_numbers(
    engine: TransformersEngine, most: int | None
) -> None:
    """The prompt's tokens and the window are named, before anything is computed."""
    text = "deep harbour " * (1000 if most is None else 30)
    with pytest.raises(EngineRejected, match=r"\d+ tokens.* window of 2048"):
        await complete(engine, ask(text, most))


async def test_without_a_limit_a_reply_ends_with_the_window(random_folder: Path) -> None:
    """A model that never ends by itself is cut at the window, and says so."""
    engine = TransformersEngine(str(random_folder), device="cpu", window_tokens=64)
    answer = await complete(engine, ask("deep", None))
    await engine.aclose()
    assert answer.usage.prompt_tokens + answer.usage.completion_tokens == 64
    assert answer.finish_reason == "length"


async def test_a_prompt_beyond_the_memory_limit_names_what_to_change(random_folder: Path) -> None:
    """Nothing is computed for it, and a smaller one is served."""
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=100 * TOKEN_BYTES / 2**30)
    with pytest.raises(EngineOutOfMemory, match="memory_gib"):
        await complete(engine, ask("deep harbour " * 60))
    assert (await complete(engine, ask("deep"))).usage.completion_tokens > 0
    await engine.aclose()


async def test_a_reply_that_grows_beyond_the_limit_fails_alone(random_folder: Path) -> None:
    """The one that needs too much fails in the middle; the others get what they get without a limit."""
    free = TransformersEngine(str(random_folder), device="cpu")
    small = [ask("deep " * number) for number in range(1, 5)]
    alone = [(await complete(free, request)).message for request in small]
    await free.aclose()
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=150 * TOKEN_BYTES / 2**30)
    results = await asyncio.gather(
        complete(engine, ask("much", 1000)), *(complete(engine, one) for one in small), return_exceptions=True
    )
    await engine.aclose()
    assert isinstance(results[0], EngineOutOfMemory)
    assert [getattr(result, "message", result) for result in results[1:]] == alone


async def test_kept_beginnings_make_room_first(random_folder: Path) -> None:
    """What is kept counts within the limit, and goes before anybody has to wait."""
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=150 * TOKEN_BYTES / 2**30)
    for name in "abcdef":
        await complete(engine, ask(name, reuse=name))
    assert engine._loaded is not None
    assert 0 < engine._loaded.worker.rounds.store.size <= 150 * TOKEN_BYTES
    assert (await complete(engine, ask("deep harbour " * 8))).usage.completion_tokens > 0
    await engine.aclose()


@pytest.mark.parametrize("error", ["torch", "cpu"])
async def test_a_device_out_of_memory_runs_fewer_at_a_time(engine: TransformersEngine, error: str) -> None:
    """A device that holds two rows serves eight requests, each with what it gets alone.

    There is no GPU to fill in CI: a hook raises PyTorch's own errors where a batch is larger.
    """
    torch = pytest.importorskip("torch")
    requests = [ask("deep " * number, 20, "same") for number in range(1, 9)]
    alone = [(await complete(engine, request)).message for request in requests]
    assert engine._loaded is not None

    def refuse(_module: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        if kwargs["input_ids"].shape[0] > 2:
            raise (
                torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
                if error == "torch"
                else RuntimeError("DefaultCPUAllocator: can't allocate memory")
            )

    hook = engine._loaded.local.model.register_forward_pre_hook(refuse, with_kwargs=True)
    together = await asyncio.gather(*(complete(engine, request) for request in requests))
    hook.remove()
    assert [one.message for one in together] == alone


async def test_a_request_that_does_not_fit_alone_is_out_of_memory(engine: TransformersEngine) -> None:
    """What can't be computed even by itself is said, with what to change, and the next is served."""
    torch = pytest.importorskip("torch")
    await engine.ready()
    assert engine._loaded is not None

    def refuse(*_args: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    hook = engine._loaded.local.model.register_forward_pre_hook(refuse)
    with pytest.raises(EngineOutOfMemory, match="batch_size"):
        await complete(engine, ask("deep"))
    hook.remove()
    assert (await complete(engine, ask("deep"))).usage.completion_tokens > 0
