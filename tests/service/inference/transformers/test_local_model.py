"""A real transformer with random weights: reuse, batches and limits change nothing of what it says.

Its weights say nothing sensible, but greedily always the same, so any mistake in positions, masks or caches shows.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest
import tokenizers
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from riffler.errors import EngineRejected, EngineTimeout, EngineUnavailable, InvalidSetting
from riffler.service.inference.registry import build_engine
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, TextDelta, complete
from riffler.tools.messages import Message

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{m.role}}\n{{m.content}}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WORDS = st.lists(st.sampled_from("hello the harbour opens at six blue boat".split()), min_size=1, max_size=30).map(
    " ".join
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two layers with random weights, and a tokenizer of bytes."""
    made = tmp_path_factory.mktemp("random-llama")
    inner = tokenizers.Tokenizer(tokenizers.models.BPE())
    inner.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<|im_start|>", "<|im_end|>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(["hello the harbour opens at six blue boat"] * 9, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<|im_end|>")
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=320,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).save_pretrained(made)
    tokenizer.save_pretrained(made)
    return made


@pytest.fixture
async def engine(folder: Path) -> AsyncIterator[TransformersEngine]:
    """The engine, closed afterwards."""
    made = TransformersEngine(str(folder))
    yield made
    await made.aclose()


def asking(text: str, reuse: str = "", tokens: int = 12, stream: bool = False) -> EngineRequest:
    """A greedy request."""
    sampling = Sampling(temperature=0.0, max_tokens=tokens)
    return EngineRequest((Message.user(text),), sampling=sampling, stream=stream, reuse=reuse)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=2, max_size=4))
async def test_what_is_reused_changes_nothing(engine: TransformersEngine, turns: list[tuple[str, str, str]]) -> None:
    """However a session's prompt is edited from turn to turn, its answers are those of a full computation."""
    name = str(hash(tuple(turns)))
    for parts in turns:
        text = " ".join(parts)
        whole = await complete(engine, asking(text))
        reused = await complete(engine, asking(text, reuse=name))
        assert reused.message == whole.message
        assert whole.usage.cached_tokens == 0
        assert reused.usage.prompt_tokens == whole.usage.prompt_tokens
        assert 0 <= reused.usage.cached_tokens < reused.usage.prompt_tokens
        again = await complete(engine, asking(text, reuse=name))
        assert again.message == whole.message
        assert again.usage.cached_tokens >= whole.usage.prompt_tokens - 2, "the same prompt is there already"


async def test_nothing_is_reused_of_another_session(engine: TransformersEngine) -> None:
    """Names don't share: the second session computes all of what the first one asked."""
    await complete(engine, asking("hello the harbour", reuse="one"))
    assert (await complete(engine, asking("hello the harbour", reuse="two"))).usage.cached_tokens == 0
    assert (await complete(engine, asking("hello the harbour", reuse="one"))).usage.cached_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
async def test_together_is_as_alone(engine: TransformersEngine, stream: bool) -> None:
    """Twelve requests of different lengths at once say what each says alone, and end where it ends."""
    texts = ["the harbour opens at six " * (1 + number % 5) + "boat " * number for number in range(12)]
    alone = [await complete(engine, asking(text, tokens=4 + number)) for number, text in enumerate(texts)]
    together = await asyncio.gather(
        *(complete(engine, asking(text, tokens=4 + number, stream=stream)) for number, text in enumerate(texts))
    )
    assert [each.message for each in together] == [each.message for each in alone]
    assert [each.usage for each in together] == [each.usage for each in alone]


async def test_the_deltas_join_to_the_text(engine: TransformersEngine) -> None:
    """Random bytes that are no whole characters are held back until they are, and nothing is said twice."""
    items = [item async for item in engine.generate(asking("the blue boat", tokens=40, stream=True))]
    last = items[-1]
    assert isinstance(last, Completion)
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == last.message.text


async def test_a_request_that_is_left_leaves_the_others_alone(engine: TransformersEngine) -> None:
    """Closing one iterator, or cancelling one task, frees its place; who runs beside it says what it would alone."""
    expected = await complete(engine, asking("hello the harbour", tokens=30))
    left = engine.generate(asking("boat " * 50, tokens=800, stream=True))
    assert isinstance(left, AsyncGenerator)
    await anext(left)
    cancelled = asyncio.create_task(complete(engine, asking("six " * 50, tokens=800)))
    beside = asyncio.create_task(complete(engine, asking("hello the harbour", tokens=30)))
    await asyncio.sleep(0.05)
    cancelled.cancel()
    await left.aclose()
    assert (await beside).message == expected.message
    assert (await asyncio.gather(cancelled, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    assert (await complete(engine, asking("hello the harbour", tokens=30))).message == expected.message


async def test_a_seed_repeats_what_is_drawn(engine: TransformersEngine) -> None:
    """The same seed draws the same tokens, alone and beside others; another one draws others."""

    async def drawn(seed: int) -> str:
        sampling = Sampling(temperature=1.0, max_tokens=20, seed=seed)
        return (await complete(engine, EngineRequest((Message.user("hello"),), sampling=sampling))).message.text

    first = await drawn(1)
    assert list(await asyncio.gather(drawn(1), drawn(2), drawn(1))) == [first, await drawn(2), first]
    assert first != await drawn(2), "odds of a false alarm: under 1e-20, with 300 tokens of about equal chance"


async def test_what_doesn_t_fit_is_refused_and_leaves_the_engine_well(engine: TransformersEngine) -> None:
    """A prompt longer than the window is refused by its numbers, and the next one is answered."""
    with pytest.raises(EngineRejected, match="1024"):
        await complete(engine, asking("harbour " * 2000))
    assert (await complete(engine, asking("hello"))).usage.prompt_tokens > 0


async def test_what_takes_too_long_is_ended(folder: Path) -> None:
    """A request over its time fails by that time; the engine is well afterwards."""
    engine = TransformersEngine(str(folder), timeout_s=0.001)
    try:
        await engine.ready()
        with pytest.raises(EngineTimeout, match="0.001 s"):
            await complete(engine, asking("boat " * 100, tokens=900))
        await engine.ready()
    finally:
        await engine.aclose()


async def test_a_closed_engine_says_so(folder: Path) -> None:
    """Closed twice, also before any use, it refuses calls."""
    engine = TransformersEngine(str(folder))
    await engine.aclose()
    await engine.aclose()
    with pytest.raises(EngineUnavailable):
        await complete(engine, asking("hello"))


@pytest.mark.parametrize("device", ["cuda", "abacus"])
async def test_a_device_that_isn_t_there_is_named(folder: Path, device: str) -> None:
    """A wrong device is told when the engine gets ready, or before."""
    if device == "cuda" and torch.cuda.is_available():
        device = "cuda:99"
    with pytest.raises(InvalidSetting, match=device):
        await build_engine("transformers", model=str(folder), device=device).ready()


async def test_a_model_that_isn_t_there_is_named(tmp_path: Path) -> None:
    """An empty folder is no model, and a missing name is told before anything is loaded."""
    with pytest.raises(InvalidSetting, match=tmp_path.name):
        await build_engine("transformers", model=str(tmp_path)).ready()
    with pytest.raises(InvalidSetting, match="model"):
        build_engine("transformers")
