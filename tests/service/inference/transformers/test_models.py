"""Other models than Llama: the engine's greedy reply is that of transformers' own `generate`, alone and in company."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

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
    "max_position_embeddings": 512,
    "initializer_range": 0.3,
}
MODELS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "qwen2": ("Qwen2", SIZES, True),
    "qwen3": ("Qwen3", {**SIZES, "head_dim": 32}, True),
    "gpt2": ("GPT2", {"n_embd": 64, "n_layer": 2, "n_head": 2, "n_positions": 512, "initializer_range": 0.3}, True),
    "sliding": ("Mistral", {**SIZES, "sliding_window": 16}, False),
    "stretched": (
        "Llama",
        {**SIZES, "rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}},
        False,
    ),
}


@pytest.mark.parametrize("name", MODELS)
async def test_it_agrees_with_generate(name: str, tokenizer: Any, tmp_path: Path) -> None:
    """Plain caches are joined and reused; models with other ones run row by row, compute all, and say the same."""
    family, sizes, plain = MODELS[name]
    torch.manual_seed(0)
    config = getattr(transformers, f"{family}Config")(vocab_size=len(tokenizer), **sizes)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert is_plain(model.config) == plain

    texts = ["deep", "How deep is the harbour of Vorn?", "key " * 20]
    requests = [EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=16), reuse="a") for text in texts]
    engine = TransformersEngine(str(tmp_path), device="cpu")
    alone = [await complete(engine, request) for request in requests]
    together = await asyncio.gather(*(complete(engine, request) for request in requests))
    await engine.aclose()
    for text, one, other in zip(texts, alone, together, strict=True):
        chat = [{"role": "user", "content": text}]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        out = model.generate(**ids, max_new_tokens=16, do_sample=False)
        assert one.usage.prompt_tokens == ids["input_ids"].shape[1]
        said = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        assert one.message.text == other.message.text == said
        assert (other.usage.cached_tokens > 0) == plain
