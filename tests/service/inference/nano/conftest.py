"""A small model with random weights, and the engine that runs it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.service.nano_model import save_random_model

from riffler.service.inference.nano import NanoEngine


@pytest.fixture(scope="session")
def tiny() -> Any:
    """The module that makes tiny models."""
    return pytest.importorskip(
        "riffler.service.inference.transformers.tiny", reason="the extra `local` isn't installed"
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model."""
    return save_random_model(tmp_path_factory.mktemp("nano"))


@pytest.fixture
async def engine(folder: Path) -> AsyncIterator[NanoEngine]:
    """The engine with that model."""
    made = NanoEngine(folder)
    yield made
    await made.aclose()
