"""The window, and memory: clear errors, and whoever can go on does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import EngineOutOfMemory, EngineRejected
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.inference.transformers.group import Group
from riffler.service.inference.transformers.layers import bytes_of
from riffler.service.inference.transformers.rounds import Rounds
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message

Held = Callable[[TransformersEngine], AbstractContextManager[Callable[..., Awaitable[None]]]]
TOKEN_BYTES = 2 * 2 * 1 * 32 * 4  # layers, keys and values, heads, width, float32


def ask(text: str, most: int | None = 12, reuse: str = "") -> EngineRequest:
    """Ask for a few tokens."""
    return EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=most), reuse=reuse)


@pytest.mark.parametrize("most", [None, 20])
async def test_what_exceeds_the_window_is_rejected_with_both_numbers(
    engine: TransformersEngine, most: int | None
) -> None:
    """The prompt's tokens and the window are named, before anything is computed."""
    with pytest.raises(EngineRejected, match=r"\d+ tokens.* window of 2048"):
        await complete(engine, ask("deep harbour " * 1000, most))


@pytest.mark.parametrize("most", [None, 2000])
async def test_a_reply_ends_with_the_window_at_the_latest(random_folder: Path, most: int | None) -> None:
    """A model that never ends by itself is cut at the window, and says so; also when it may say more than that."""
    engine = TransformersEngine(str(random_folder), device="cpu", window_tokens=64)
    answer = await complete(engine, ask("deep", most))
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


async def test_the_window_is_what_memory_holds(random_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Once it is ready, an engine has the window that its memory has room for, and can fill it to the last token."""
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=700 * TOKEN_BYTES / 2**30)
    assert (engine.info.window_tokens, engine.info.settled) == (2048, False)
    await engine.ready()
    window = engine.info.window_tokens
    assert engine.info.settled
    assert 600 < window < 700
    assert f"window_tokens={window} own_tokens=2048" in caplog.text
    number = next(n for n in range(window, 0, -1) if engine.counter.count("deep " * n) < window - 100)
    answer = await complete(
        engine, EngineRequest((Message.user("deep " * number),), sampling=Sampling(temperature=3.0, seed=1))
    )
    assert answer.finish_reason == "length"
    assert answer.usage.prompt_tokens + answer.usage.completion_tokens == window
    await engine.aclose()


async def test_a_reply_that_grows_to_the_limit_ends_there_alone(random_folder: Path) -> None:
    """The one that needs too much ends with the memory; the others get what they get without a limit."""
    free = TransformersEngine(str(random_folder), device="cpu")
    small = [ask("deep " * number) for number in range(1, 5)]
    alone = [(await complete(free, request)).message for request in small]
    await free.aclose()
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=150 * TOKEN_BYTES / 2**30)
    results = await asyncio.gather(
        complete(engine, replace(ask("much"), sampling=Sampling(max_tokens=1000, temperature=3.0, seed=1))),
        *(complete(engine, one) for one in small),
    )
    window = engine.info.window_tokens
    await engine.aclose()
    assert results[0].finish_reason == "length"
    assert results[0].usage.prompt_tokens + results[0].usage.completion_tokens == window
    assert [result.message for result in results[1:]] == alone


async def test_kept_beginnings_make_room_first(random_folder: Path) -> None:
    """What is kept counts within the limit, and goes before anybody has to wait."""
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=700 * TOKEN_BYTES / 2**30, reuse_gib=1)
    for name in "abcdef":
        await complete(engine, ask(name + " deep harbour" * 20, reuse=name))
    assert engine._loaded is not None
    store = engine._loaded.worker.rounds.store
    assert 256 * TOKEN_BYTES <= store.size <= 700 * TOKEN_BYTES
    assert (await complete(engine, ask("deep harbour " * 100))).usage.completion_tokens > 0
    assert store.size <= 256 * TOKEN_BYTES
    await engine.aclose()


async def test_joining_costs_nothing_that_is_kept(random_folder: Path) -> None:
    """Two replies of 320 tokens for which there is room, but not to join them beside what is kept, run apart."""
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=1400 * TOKEN_BYTES / 2**30, reuse_gib=1)
    await engine.ready()
    await complete(engine, ask("deep harbour key " * 20, reuse="a"))
    await asyncio.gather(*(complete(engine, ask(f"{word} deep harbour " * 40, 30)) for word in ("key", "Vorn")))
    again = await complete(engine, ask("deep harbour key " * 20, reuse="a"))
    await engine.aclose()
    assert again.usage.cached_tokens == 128


@pytest.mark.parametrize(("name", "kept"), [("join", "abc"), ("beginning_of", "bcd")])
async def test_a_device_without_memory_for_a_copy_keeps_what_it_can(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch, name: str, kept: str
) -> None:
    """A join that finds no memory costs nobody anything; a beginning to be kept costs the oldest ones, one by one."""
    torch = pytest.importorskip("torch")
    text = " deep harbour key" * 20
    for session in "abc":
        await complete(engine, ask(session + text, reuse=session))
    right, failed = getattr(Group, name), False

    def fail(*given: Any, **named: Any) -> Any:
        nonlocal failed
        if not failed:
            failed = True
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return right(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Group, name, fail)
        if name == "join":
            await asyncio.gather(*(complete(engine, ask("deep " * number, 20)) for number in (1, 2)))
        else:
            await complete(engine, ask("d" + text, reuse="d"))
            await complete(engine, ask("one round later"))
    assert failed
    assert engine._loaded is not None
    assert {key[0] for key in engine._loaded.worker.rounds.store._entries} == set(kept)


@contextmanager
def counted(engine: TransformersEngine) -> Iterator[dict[str, int]]:
    """Give how many tokens were computed, and the most bytes that all caches and kept beginnings took at a step."""
    loaded = engine._loaded
    assert loaded is not None
    rounds, seen = loaded.worker.rounds, {"tokens": 0, "bytes": 0}

    def note(_module: Any, _args: Any, kwargs: dict[str, Any], _out: Any) -> None:
        seen["tokens"] += kwargs["input_ids"].numel()
        taken = sum(bytes_of(group.cache) for group in (*rounds._filling, *rounds._groups)) + rounds.store.size
        seen["bytes"] = max(seen["bytes"], taken)

    hook = loaded.local.model.register_forward_hook(note, with_kwargs=True)
    yield seen
    hook.remove()


async def test_the_limit_holds_with_all_that_is_beside_the_tokens(random_folder: Path) -> None:
    """Room behind caches, padding and kept beginnings count: never is there more, whoever comes and goes."""
    limit = 1500 * TOKEN_BYTES
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=limit / 2**30)
    await engine.ready()
    with counted(engine) as seen:
        await asyncio.gather(*(complete(engine, ask("deep key " * (9 * n), 20 + 9 * n, f"s{n}")) for n in range(8)))
    await engine.aclose()
    assert limit / 2 < seen["bytes"] <= limit


async def test_a_short_request_costs_a_long_one_nothing(random_folder: Path) -> None:
    """Where the two don't fit together with padding they run apart, and nothing is computed twice."""
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=1900 * TOKEN_BYTES / 2**30)
    await engine.ready()
    with counted(engine) as seen:
        long = engine.generate(replace(ask("deep harbour " * 300, 300), stream=True))
        await anext(long)
        short = await complete(engine, ask("x", 30))
        items = [item async for item in long]
    await engine.aclose()
    usages = [short.usage, items[-1].usage]  # type: ignore[union-attr]
    assert seen["tokens"] <= sum(usage.prompt_tokens + usage.completion_tokens for usage in usages)


async def test_who_must_wait_is_the_youngest_alone(random_folder: Path, held: Held) -> None:
    """When replies outgrow the limit, the older rows keep what they have: little is computed twice.

    Drawn at temperature 3 a random model's replies are long. Some 1.3 times what is needed is computed; when the whole
    group had to wait it was 1.6 times.
    """
    free = TransformersEngine(str(random_folder), device="cpu")
    requests = [
        EngineRequest((Message.user("long " * n),), sampling=Sampling(max_tokens=250, temperature=3.0, seed=n))
        for n in range(1, 5)
    ]
    alone = [(await complete(free, request)).message for request in requests]
    await free.aclose()
    engine = TransformersEngine(str(random_folder), device="cpu", memory_gib=600 * TOKEN_BYTES / 2**30)
    await engine.ready()
    with counted(engine) as seen, held(engine) as come:
        calls = [asyncio.create_task(complete(engine, requests[0]))]
        await come(0)
        for number, request in enumerate(requests[1:], 1):
            calls.append(asyncio.create_task(complete(engine, request)))
            await come(number, follow=number < 3)
        together = await asyncio.gather(*calls)
    await engine.aclose()
    needed = sum(one.usage.prompt_tokens + one.usage.completion_tokens for one in together)
    assert [one.message for one in together] == alone
    assert needed < seen["tokens"] < 1.4 * needed


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
    with counted(engine) as seen:
        together = await asyncio.gather(*(complete(engine, request) for request in requests))
    hook.remove()
    assert [one.message for one in together] == alone
    needed = sum(one.usage.prompt_tokens + one.usage.completion_tokens for one in together)
    assert seen["tokens"] < 2 * needed


@pytest.mark.parametrize("when", ["keeping", "joining", "dropping", "drawing"])
async def test_no_memory_beside_the_model_costs_no_answer(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Where a copy, or the drawing of a token, finds no memory, less is kept or joined, or computed again.

    There is no way to let the CPU's allocator fail at one place: what is called there is made to raise its error, once
    for a drop or a draw, which have to be done in the end.
    """
    torch = pytest.importorskip("torch")
    requests = [ask("deep harbour key " * (15 + number), 10 + 5 * number, f"s{number}") for number in range(4)]
    alone = [(await complete(engine, replace(request, reuse=""))).message for request in requests]
    names = {
        "keeping": (Group, "beginning_of"),
        "joining": (Group, "join"),
        "dropping": (Group, "drop"),
        "drawing": (Rounds, "_draw"),
    }
    owner, name = names[when]
    right, raised = getattr(owner, name), 0

    def fail(*given: Any, **named: Any) -> Any:
        nonlocal raised
        several = any(isinstance(each, Group) and len(each.rows) > 2 for each in given)
        if when in ("keeping", "joining") or (several and raised == 0):
            raised += 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return right(*given, **named)

    with counted(engine) as seen, monkeypatch.context() as patched:
        patched.setattr(owner, name, fail)
        together = await asyncio.gather(*(complete(engine, request) for request in requests))
    assert raised > 0
    assert [one.message for one in together] == alone
    if when in ("keeping", "joining"):
        assert seen["tokens"] <= sum(one.usage.prompt_tokens + one.usage.completion_tokens for one in together)


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
