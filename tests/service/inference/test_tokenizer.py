"""Counting with a model's own tokenizer: a tiny one, built here and loaded from a folder."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineTimeout, InvalidSetting
from riffler.service.inference.tokenizer import ModelTokens

tokenizers = pytest.importorskip("tokenizers", reason="the extra `local` isn't installed")
pytest.importorskip("transformers", reason="the extra `local` isn't installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a byte-level tokenizer on a sentence and save it as a model's folder, which adds `<s>` and `</s>`."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["the harbour of the harbour town"] * 20, trainer)
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    place = tmp_path_factory.mktemp("model")
    tokenizer.save(str(place / "tokenizer.json"))
    (place / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    return place


@pytest.fixture(scope="module")
def counter(folder: Path) -> ModelTokens:
    """Load it once."""
    return ModelTokens(str(folder))


@pytest.mark.parametrize(("text", "count"), [("", 0), (" harbour", 1), ("the harbour", 2), ("xyz", 3), ("é", 2)])
def test_it_counts_as_the_tokenizer_does(counter: ModelTokens, text: str, count: int) -> None:
    """Words of the vocabulary are one token, other bytes one each, and nothing is added around them."""
    assert counter.count(text) == count


@given(text=st.text(st.characters(codec="utf-8")))
def test_only_the_empty_text_is_free(counter: ModelTokens, text: str) -> None:
    """A text costs something, and never more than its bytes."""
    assert (counter.count(text) == 0) == (text == "")
    assert counter.count(text) <= len(text.encode())


def test_a_tokenizer_that_drops_white_space_still_charges_for_it(tmp_path: Path) -> None:
    """The port's rule that only the empty text is zero holds for every tokenizer."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    assert ModelTokens(str(tmp_path)).count(" \n ") == 1


@pytest.mark.parametrize(
    "content",
    [None, "", "{", "[]", "{}", '{"model": 5}', '{"version":"1.0","model":{"type":"Strange"}}'],
    ids=["none", "empty", "half", "list", "nothing in it", "wrong type", "strange model"],
)
def test_a_folder_without_a_usable_tokenizer_is_a_wrong_setting(tmp_path: Path, content: str | None) -> None:
    """Whatever is wrong with the folder, the error is one line that names it."""
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
        (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    with pytest.raises(InvalidSetting, match="can't be loaded") as caught:
        ModelTokens(str(tmp_path), local_only=True).load()
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "no such name", "a/b/c/d", "riffler-nobody/has-this"])
def test_a_name_that_is_nowhere_is_a_wrong_setting(name: str) -> None:
    """A name that the local cache doesn't have is refused, without the network here."""
    with pytest.raises(InvalidSetting, match="can't be loaded"):
        ModelTokens(name, local_only=True).load()


async def test_it_loads_off_the_event_loop(folder: Path) -> None:
    """Ten callers share one load, the loop goes on meanwhile, and one who gives up stops nobody."""
    loads, went_on = list[int](), threading.Event()

    class Counting(ModelTokens):
        def load(self) -> Any:
            loads.append(threading.get_ident())
            assert went_on.wait(30), "the event loop waits for the load"
            return super().load()

    counter = Counting(str(folder))
    tasks = [asyncio.create_task(counter.get_ready()) for _ in range(10)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.wait(tasks[:1])
    went_on.set()
    await asyncio.gather(*tasks[1:])
    assert len(loads) == 1
    assert loads[0] != threading.get_ident()
    assert counter.count("the harbour") == 2


async def test_one_that_takes_too_long_is_waited_for_no_longer(folder: Path) -> None:
    """Who waited is told; the load goes on, and the next one to ask gets what it made."""
    here = threading.Event()

    class Slow(ModelTokens):
        def load(self) -> Any:
            assert here.wait(60)
            return super().load()

    counter = Slow(str(folder))
    with pytest.raises(EngineTimeout, match=r"isn't loaded after 0\.05 s"):
        await counter.get_ready(0.05)
    here.set()
    await counter.get_ready()
    assert counter.count("the harbour") == 2


def test_a_missing_extra_is_named() -> None:
    """Without transformers the error says what to install; making the counter needs nothing."""
    code = (
        "import sys; sys.modules['transformers'] = None\n"
        "from riffler.service.inference.tokenizer import ModelTokens\n"
        "try: ModelTokens('x').count('text')\n"
        "except Exception as exc: print(type(exc).__name__, exc)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("InvalidSetting")
    assert "pip install 'riffler[local]'" in done.stdout
