"""Other models than Llama: the engine's greedy reply is that of transformers' own `generate`, alone and in company."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidSetting
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.inference.transformers.layers import is_plain
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message

transformers = pytest.importorskip("transformers", reason="the extra `local` isn't installed")
torch = pytest.importorskip("torch", reason="the extra `local` isn't installed")

SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 1024,
    "initializer_range": 0.3,
}
LONGROPE: dict[str, Any] = {
    "rope_type": "longrope",
    "rope_theta": 1e4,
    "long_factor": [4.0 + at for at in range(16)],
    "short_factor": [1.0] * 16,
    "original_max_position_embeddings": 300,
}
MODELS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "qwen2": ("Qwen2", SIZES, True),
    "qwen3": ("Qwen3", {**SIZES, "head_dim": 32}, True),
    "gpt2": ("GPT2", {"n_embd": 64, "n_layer": 2, "n_head": 2, "n_positions": 1024, "initializer_range": 0.2}, True),
    "sliding": ("Mistral", {**SIZES, "sliding_window": 16}, False),
    "stretched": (
        "Phi3",
        {**SIZES, "pad_token_id": 0, "original_max_position_embeddings": 300, "rope_parameters": LONGROPE},
        False,
    ),
}
HYBRIDS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "jamba": (
        "Jamba",
        {
            **SIZES,
            "num_experts": 2,
            "use_mamba_kernels": False,
            "mamba_dt_rank": 4,
            "attn_layer_period": 2,
            "attn_layer_offset": 1,
        },
        False,
    ),
    "lfm2": ("Lfm2", {**SIZES, "layer_types": ["conv", "full_attention"]}, True),
}
MAMBA: dict[str, Any] = {"hidden_size": 64, "num_hidden_layers": 2, "num_heads": 8, "head_dim": 16, "state_size": 16}
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "mamba": ("Mamba2", {**MAMBA, "n_groups": 1}, "Mamba2ForCausalLM keeps what it read in a way of its own"),
    "rwkv": (
        "Rwkv",
        {"hidden_size": 64, "num_hidden_layers": 2, "attention_hidden_size": 64, "context_length": 512},
        "RwkvForCausalLM keeps what it read in a way of its own",
    ),
    "minimax": (
        "MiniMax",
        {
            **SIZES,
            "head_dim": 16,
            "num_local_experts": 2,
            "num_experts_per_tok": 1,
            "layer_types": ["linear_attention", "full_attention"],
            "block_size": 64,
        },
        "can't run here",
    ),
    "recurrent gemma": (
        "RecurrentGemma",
        {**SIZES, "lru_width": 64, "attention_window_size": 16, "num_hidden_layers": 3},
        "keeps a part of what it read in itself",
    ),
}


def saved(family: str, sizes: dict[str, Any], tokenizer: Any, folder: Path) -> Any:
    """Make a model with random weights, and save it."""
    torch.manual_seed(0)
    config = getattr(transformers, f"{family}Config")(vocab_size=len(tokenizer), **sizes)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    for name, values in model.named_parameters():  # recurrent layers that remember, as those of trained models do
        if name.endswith(("A_log", "dt_proj.bias")):
            torch.nn.init.constant_(values, -4.0 if name.endswith("A_log") else -2.0)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model


@pytest.mark.parametrize("name", MODELS)
async def test_it_agrees_with_generate(name: str, tokenizer: Any, tmp_path: Path) -> None:
    """Plain caches are joined and reused; models with other ones run row by row, compute all, and say the same.

    The prompts are shorter than a chunk, longer than two, and such that the reply passes the length at which a
    stretched model changes its frequencies.
    """
    family, sizes, plain = MODELS[name]
    model = saved(family, sizes, tokenizer, tmp_path)
    assert is_plain(model.config) == plain

    texts = ["deep", "How deep is the harbour of Vorn?", "key " * 20, "key harbour " * 160]
    texts += ["key " * number for number in (118, 123, 125, 126)]  # 286 to 302 tokens
    requests = [EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=24), reuse="a") for text in texts]
    engine = TransformersEngine(str(tmp_path), device="cpu")
    alone = [await complete(engine, request) for request in requests]
    together = await asyncio.gather(*(complete(engine, request) for request in requests))
    await engine.aclose()
    for text, one, other in zip(texts, alone, together, strict=True):
        chat = [{"role": "user", "content": text}]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        out = model.generate(**ids, max_new_tokens=24, do_sample=False)
        assert one.usage.prompt_tokens == ids["input_ids"].shape[1]
        said = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        assert one.message.text == other.message.text == said
    assert any(one.usage.cached_tokens > 0 for one in together) == plain
    assert max(one.usage.prompt_tokens for one in alone) > 600
    assert any(one.usage.prompt_tokens < 300 < one.usage.prompt_tokens + one.usage.completion_tokens for one in alone)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", HYBRIDS)
async def test_a_hybrid_whose_layers_begin_anew_is_not_computed_in_chunks(
    name: str, dtype: Any, tokenizer: Any, tmp_path: Path
) -> None:
    """A prompt of many chunks gives what `generate` gives; which models lose what a chunk read is found by trying."""
    family, sizes, chunked = HYBRIDS[name]
    model = saved(family, sizes, tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu", dtype=dtype, window_tokens=1024)
    await engine.ready()
    assert engine._loaded is not None
    assert engine._loaded.local.chunked == chunked
    if dtype == "float32":
        text = "key harbour " * 150
        answer = await complete(engine, EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=12)))
        chat = [{"role": "user", "content": text}]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        out = model.generate(**ids, max_new_tokens=12, do_sample=False)
        assert answer.usage.prompt_tokens > 500
        assert answer.message.text == tokenizer.decode(out[0, answer.usage.prompt_tokens :], skip_special_tokens=True)
    await engine.aclose()


@pytest.mark.parametrize("name", REFUSED)
async def test_a_model_that_keeps_no_keys_and_values_is_refused(name: str, tokenizer: Any, tmp_path: Path) -> None:
    """It would forget what it read at each token, or mix it with another request's, without an error."""
    family, sizes, named = REFUSED[name]
    saved(family, sizes, tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu", window_tokens=256)
    with pytest.raises(InvalidSetting, match=named):
        await engine.ready()
    await engine.aclose()


async def test_a_model_that_forgets_its_cache_is_refused(random_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that takes a cache and doesn't read it is found out when it is warmed up."""
    forward = transformers.LlamaModel.forward

    def forgetful(self: Any, **given: Any) -> Any:
        return forward(self, **{**given, "past_key_values": None})

    engine = TransformersEngine(str(random_folder), device="cpu")
    with monkeypatch.context() as patched:
        patched.setattr(transformers.LlamaModel, "forward", forgetful)
        with pytest.raises(InvalidSetting, match="doesn't go on from a cache"):
            await engine.ready()
    await engine.ready()
    await engine.aclose()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
async def test_rounding_is_no_forgetting(random_folder: Path, dtype: Any) -> None:
    """Coarse numbers don't make a good model look like one that forgets."""
    engine = TransformersEngine(str(random_folder), device="cpu", dtype=dtype)
    await engine.ready()
    await engine.aclose()


@pytest.mark.parametrize("kind", ["dynamic", "longrope"])
def test_stretched_positions_are_not_plain(kind: str) -> None:
    """Keys that go stale as the text grows are neither joined nor reused."""
    rope = {**LONGROPE, "factor": 2.0} if kind == "longrope" else {"factor": 2.0, "rope_theta": 1e4}
    config = transformers.LlamaConfig(**SIZES, rope_parameters={**rope, "rope_type": kind})
    assert not is_plain(config)
