"""A small model with random weights, saved as transformers does it, with the graph that runs without torch."""

from pathlib import Path

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
    tiny.save(tiny.make_model(len(tokenizer), width=128, spread=0.3), tokenizer, folder)
    exporting.export(folder)
    return folder
