"""One row's draws: those that transformers itself would allow, each with its chance, and no number is no token."""

import asyncio
import math
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineGarbled
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, complete
from riffler.tools.messages import Message

torch = pytest.importorskip("torch", reason="the extra `local` isn't installed")
transformers = pytest.importorskip("transformers", reason="the extra `local` isn't installed")
sampling = pytest.importorskip("riffler.service.inference.transformers.sampling")

SIZE = 40


def sampler(asked: Sampling, suppressed: tuple[int, ...] = (), **defaults: Any) -> Any:
    """Make one for the CPU."""
    config = transformers.GenerationConfig(**defaults)
    return sampling.Sampler(asked, config, suppressed, torch.device("cpu"), "engine")


def chances(logits: Any, ids: list[int], asked: Sampling, suppressed: tuple[int, ...], **defaults: Any) -> Any:
    """Give what `generate` draws from, with transformers' processors alone, [V]."""
    processors = transformers.LogitsProcessorList()
    if defaults.get("repetition_penalty"):
        processors.append(transformers.RepetitionPenaltyLogitsProcessor(defaults["repetition_penalty"]))
    if suppressed:
        processors.append(transformers.SuppressTokensLogitsProcessor(list(suppressed)))
    processors.append(transformers.TemperatureLogitsWarper(asked.temperature or defaults["temperature"]))
    if defaults.get("top_k"):
        processors.append(transformers.TopKLogitsWarper(defaults["top_k"]))
    processors.append(transformers.TopPLogitsWarper(asked.top_p or defaults.get("top_p") or 1.0))
    if defaults.get("min_p"):
        processors.append(transformers.MinPLogitsWarper(defaults["min_p"]))
    return torch.softmax(processors(torch.tensor([ids]), logits[None].clone()), dim=-1)[0]


@given(
    seed=st.integers(0, 10**6),
    top_k=st.sampled_from([0, 1, 5, SIZE, 99]),
    top_p=st.sampled_from([None, 0.3, 0.9, 1.0]),
    min_p=st.sampled_from([None, 0.05]),
    penalty=st.sampled_from([None, 1.3]),
    suppressed=st.sampled_from([(), (3, 4)]),
)
def test_what_is_drawn_is_what_generate_may_draw(
    seed: int, top_k: int, top_p: float | None, min_p: float | None, penalty: float | None, suppressed: tuple[int, ...]
) -> None:
    """Whatever narrows the choice, a token comes only where transformers' own processors leave it a chance."""
    torch.manual_seed(seed)
    defaults = {"do_sample": True, "temperature": 0.7, "top_k": top_k, "min_p": min_p, "repetition_penalty": penalty}
    asked = Sampling(top_p=top_p, seed=seed)
    made, ids = sampler(asked, suppressed, **defaults), [1, 2, 2, 3]
    for _ in range(6):
        logits = torch.randn(SIZE) * 3
        token = int(made.draw(logits, ids))
        assert chances(logits, ids, asked, suppressed, **defaults)[token] > 0
        ids.append(token)


@pytest.mark.parametrize("defaults", [{}, {"do_sample": True, "top_k": 4, "min_p": 0.1}])
def test_each_token_comes_with_its_chance(defaults: dict[str, Any]) -> None:
    """20,000 draws: every share is within 5 standard deviations. Odds of a false alarm: under 1e-4 for 40 tokens."""
    torch.manual_seed(0)
    logits, count = torch.randn(SIZE), 20_000
    asked = Sampling(temperature=0.8, seed=3)
    made = sampler(asked, **defaults)
    shares = torch.bincount(torch.stack([made.draw(logits, []) for _ in range(count)]), minlength=SIZE) / count
    expected = chances(logits, [], asked, (), **defaults)
    allowed = 5 * (expected * (1 - expected) / count).sqrt() + 1e-9
    assert bool(((shares - expected).abs() <= allowed).all())


@given(ids=st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=60), cuts=st.lists(st.integers(1, 60), max_size=5))
def test_a_penalty_sees_all_of_a_row_however_it_grew(ids: list[int], cuts: list[int]) -> None:
    """Ids that came one by one, or many at a time, count as if they were there from the beginning; greedily."""
    made = sampler(Sampling(temperature=0.0), repetition_penalty=1.5)
    whole = transformers.RepetitionPenaltyLogitsProcessor(1.5)
    for cut in sorted({*cuts, len(ids)}):
        logits = torch.linspace(5, -5, SIZE)
        expected = whole(torch.tensor([ids[:cut]]), logits[None].clone()).argmax()
        assert made.draw(logits, ids[:cut]) == expected


def test_only_new_ids_are_read() -> None:
    """A prompt of 30,000 tokens is gone through once, not at each token."""
    made = sampler(Sampling(temperature=0.0), repetition_penalty=1.05)
    read = 0

    class Watched(list[int]):
        def __getitem__(self, at: Any) -> Any:
            nonlocal read
            found = super().__getitem__(at)
            read += len(found) if isinstance(at, slice) else 1
            return found

        def __iter__(self) -> Any:
            nonlocal read
            read += len(self)
            return super().__iter__()

    ids = Watched(number % SIZE for number in range(30_000))
    for _ in range(50):
        ids.append(int(made.draw(torch.randn(SIZE), ids)))
    assert read == 30_000 + 49


@pytest.mark.parametrize("temperature", [0.0, 1e-38, 1e-9])
def test_a_temperature_near_0_is_greedy(temperature: float) -> None:
    """Dividing by it would give no numbers."""
    logits = torch.randn(SIZE) * 100
    assert sampler(Sampling(temperature=temperature)).draw(logits, []) == logits.argmax()


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("asked", [{}, {"temperature": 1.0}, {"temperature": 1e-38}], ids=["greedy", "drawn", "cold"])
async def test_a_model_without_numbers_is_an_error(random_folder: Path, number: float, asked: dict[str, float]) -> None:
    """Logits that are NaN or infinite give no empty answer but an error; the rows beside it, and later ones, go on."""
    engine = TransformersEngine(str(random_folder), device="cpu")
    fine = EngineRequest((Message.user("deep"),), sampling=Sampling(max_tokens=8))
    expected = await complete(engine, fine)
    assert engine._loaded is not None
    poisoned = EngineRequest((Message.user("key " * 30),), sampling=Sampling(max_tokens=8, **asked))

    def poison(_module: Any, _args: Any, kwargs: dict[str, Any], output: Any) -> None:
        for row, position in enumerate(kwargs["position_ids"][:, -1].tolist()):
            if position >= expected.usage.prompt_tokens + 8:
                output.logits[row] = number

    hook = engine._loaded.local.model.register_forward_hook(poison, with_kwargs=True)
    results = await asyncio.gather(*(complete(engine, each) for each in (fine, poisoned, fine)), return_exceptions=True)
    hook.remove()
    assert isinstance(results[1], EngineGarbled)
    assert "no finite numbers" in str(results[1])
    for result in (results[0], results[2], await complete(engine, fine)):
        assert isinstance(result, Completion)
        assert result.message == expected.message
    await engine.aclose()


async def test_tensors_are_made_off_the_event_loop(engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that is busy holds no event loop up."""
    await engine.ready()
    threads: list[str] = []
    made = sampling.Sampler.__init__

    def note(self: Any, *given_to: Any) -> None:
        threads.append(threading.current_thread().name)
        made(self, *given_to)

    monkeypatch.setattr(sampling.Sampler, "__init__", note)
    await complete(engine, EngineRequest((Message.user("deep"),), sampling=Sampling(max_tokens=2)))
    assert len(threads) == 1
    assert threads[0] != threading.main_thread().name
