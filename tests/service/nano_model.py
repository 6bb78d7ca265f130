"""A small model of the kind of nano with random weights, saved as transformers does it, and with its graph."""

from pathlib import Path
from typing import Any

import pytest

TEMPLATE = Path(__file__).parent / "inference/transformers/templates/hermes.jinja"
TEXT = "How deep is the harbour of Vorn? The harbour is nine metres deep, and its lighthouse has the key. ".split(" ")


def save_random_model(folder: Path) -> Path:
    """Save one whose choices are far apart: two next to each other differ by 1 or so in logits.

    Args:
        folder: Where to.

    Returns:
        The folder. Without the extras that it takes, the test is skipped.
    """
    tiny = pytest.importorskip(
        "riffler.service.inference.transformers.tiny", reason="the extra `local` isn't installed"
    )
    exporting = pytest.importorskip(
        "riffler.service.training.nano.export", reason="the extra `train` isn't installed", exc_type=ImportError
    )
    tokenizer = tiny.train_tokenizer(
        TEXT * 9,
        TEMPLATE.read_text(),
        end="<|im_end|>",
        special=["<|im_start|>", "<|endoftext|>"],
        added=["<tool_call>", "</tool_call>"],
    )
    tiny.save(_random_model(len(tokenizer)), tokenizer, folder)
    exporting.export(folder)
    return folder


def _random_model(vocabulary: int) -> Any:
    """Make one, in float32: convolutions and attention by turns."""
    import torch  # noqa: PLC0415 - an extra
    from transformers import Lfm2Config, Lfm2ForCausalLM  # noqa: PLC0415 - an extra

    config = Lfm2Config(
        vocab_size=vocabulary,
        hidden_size=128,
        intermediate_size=256,
        block_auto_adjust_ff_dim=False,
        num_hidden_layers=4,
        layer_types=["conv", "full_attention"] * 2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        initializer_range=0.3,
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Lfm2ForCausalLM(config)
    model.train(False)
    return model
