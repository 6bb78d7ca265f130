"""Tiny models, made here: one with random weights, and one for each form of tool calls that has learned to call."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from riffler.service.inference.transformers import TransformersEngine

TEMPLATES = Path(__file__).parent / "templates"
END = {"hermes": "<|im_end|>", "qwen_xml": "<|im_end|>", "llama": "<|eot_id|>", "mistral": "</s>"}
SPECIAL = {
    "hermes": ["<|im_start|>", "<|endoftext|>"],
    "qwen_xml": ["<|im_start|>", "<|endoftext|>"],
    "llama": ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|python_tag|>"],
    "mistral": "<s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_CALLS] [ARGS] [TOOL_RESULTS] "
    "[/TOOL_RESULTS]".split(),
}
QWEN = ["<tool_call>", "</tool_call>", "<think>", "</think>"]
ADDED = {"hermes": QWEN, "qwen_xml": QWEN, "llama": [], "mistral": []}
TEXT = "How deep is the harbour of Vorn? The harbour is nine metres deep, and its lighthouse has the key. ".split(" ")


@pytest.fixture(scope="session")
def tiny() -> Any:
    """The module that makes tiny models."""
    return pytest.importorskip(
        "riffler.service.inference.transformers.tiny", reason="the extra `local` isn't installed"
    )


@pytest.fixture(scope="session", params=["hermes", "llama", "mistral", "qwen_xml"])
def any_form(request: pytest.FixtureRequest) -> str:
    """Each form in turn."""
    form: str = request.param
    return form


@pytest.fixture(scope="session")
def make_tokenizer(tiny: Any) -> Callable[[str, Sequence[str]], Any]:
    """Makes a tokenizer with the special tokens and the template of a form, that encodes given texts well."""

    def make(form: str, texts: Sequence[str]) -> Any:
        template = (TEMPLATES / f"{form}.jinja").read_text()
        return tiny.train_tokenizer(texts, template, end=END[form], special=SPECIAL[form], added=ADDED[form])

    return make


@pytest.fixture(scope="session")
def tokenizer(make_tokenizer: Callable[[str, Sequence[str]], Any]) -> Any:
    """A small tokenizer with Qwen's template."""
    return make_tokenizer("hermes", TEXT * 9)


@pytest.fixture(scope="session")
def random_folder(tiny: Any, tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights whose choices are far apart: two next to each other differ by 1 or so in logits."""
    folder: Path = tmp_path_factory.mktemp("random")
    tiny.save(tiny.make_model(len(tokenizer), spread=0.3), tokenizer, folder)
    return folder


@pytest.fixture(scope="session")
def held() -> Callable[[TransformersEngine], AbstractContextManager[Callable[..., Awaitable[None]]]]:
    """Holds an engine's next step, so that each run has the same rounds.

    What it gives waits for a step that is held and for so many more requests, and then lets go, if there are any; not
    where it is told that others follow. Requests that are started together come in any order.
    """

    @contextmanager
    def hold(engine: TransformersEngine) -> Iterator[Callable[..., Awaitable[None]]]:
        loaded, entered, go = engine._loaded, threading.Event(), threading.Event()
        assert loaded is not None
        inbox = loaded.worker._inbox

        def wait(*_args: Any) -> None:
            entered.set()
            go.wait()

        async def come(others: int, follow: bool = False) -> None:
            while not entered.is_set() or inbox.qsize() < others:  # noqa: ASYNC110 - the worker's thread makes it so
                await asyncio.sleep(0)
            if others and not follow:
                go.set()

        hook = loaded.local.model.register_forward_pre_hook(wait)
        try:
            yield come
        finally:
            go.set()
            hook.remove()

    return hold


@pytest.fixture
async def engine(random_folder: Path) -> AsyncIterator[TransformersEngine]:
    """An engine with the random model, on the CPU."""
    made = TransformersEngine(str(random_folder), device="cpu")
    yield made
    await made.aclose()
