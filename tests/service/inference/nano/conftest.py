"""A small model with random weights, saved as transformers does it, with the graph that runs without torch."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from riffler.service.inference.nano import NanoEngine

TEMPLATES = Path(__file__).parents[1] / "transformers/templates"
TEXT = "How deep is the harbour of Vorn? The harbour is nine metres deep, and its lighthouse has the key. ".split(" ")


@pytest.fixture(scope="session")
def tiny() -> Any:
    """The module that makes tiny models."""
    return pytest.importorskip(
        "riffler.service.inference.transformers.tiny", reason="the extra `local` isn't installed"
    )


@pytest.fixture(scope="session")
def export() -> Any:
    """What writes the graph."""
    module = pytest.importorskip(
        "riffler.service.training.nano.export", reason="the extra `train` isn't installed", exc_type=ImportError
    )
    return module.export


@pytest.fixture(scope="session")
def tokenizer(tiny: Any) -> Any:
    """A small tokenizer with Qwen's template."""
    return tiny.train_tokenizer(
        TEXT * 9,
        (TEMPLATES / "hermes.jinja").read_text(),
        end="<|im_end|>",
        special=["<|im_start|>", "<|endoftext|>"],
        added=["<tool_call>", "</tool_call>"],
    )


@pytest.fixture(scope="session")
def folder(tiny: Any, tokenizer: Any, export: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model. Its choices are far apart: two next to each other differ by 1 or so in logits."""
    made: Path = tmp_path_factory.mktemp("nano")
    tiny.save(tiny.make_model(len(tokenizer), width=128, spread=0.3), tokenizer, made)
    export(made)
    return made


@pytest.fixture
async def engine(folder: Path) -> AsyncIterator[NanoEngine]:
    """The engine with that model."""
    made = NanoEngine(folder)
    yield made
    await made.aclose()
