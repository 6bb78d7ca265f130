"""The length of chunks: on CUDA so that a chunk's arithmetic takes about as long as the launch of its kernels."""

from pathlib import Path

import pytest

from riffler.service.inference.transformers import TransformersEngine
from riffler.service.inference.transformers.chunks import chunk_tokens


@pytest.mark.parametrize(
    ("name", "weights", "layers", "tokens"),
    [
        ("Qwen2.5 0.5B", 358e6, 24, 2048),
        ("Llama 3.2 1B", 973e6, 16, 2048),
        ("Llama 3.2 3B", 2.82e9, 28, 1024),
        ("Llama 3.1 8B", 7.5e9, 32, 512),
        ("Llama 3.3 70B", 69.5e9, 80, 512),
        ("no layers known", 1e9, 1, 512),
        ("nothing known", 0, 1, 2048),
    ],
)
def test_larger_models_have_shorter_chunks(name: str, weights: float, layers: int, tokens: int) -> None:
    """The more weights a layer has, the fewer tokens keep the device busy; on a CPU few always do."""
    assert name
    assert chunk_tokens("cuda", int(weights), layers) == tokens
    assert chunk_tokens("cpu", int(weights), layers) == 128


async def test_a_loaded_model_has_the_chunks_of_its_device(random_folder: Path) -> None:
    """What is computed at once, and reused in steps of, is what its kind and device call for."""
    engine = TransformersEngine(str(random_folder), device="cpu")
    await engine.ready()
    assert engine._loaded is not None
    assert engine._loaded.worker.rounds.chunk == 128
    await engine.aclose()
