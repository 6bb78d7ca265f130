"""Nano's tokenizer: any text comes back, numbers are digits, and its template has calls in Hermes' form."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.training.nano.counting import PieceCounts
from riffler.service.training.nano.samples_file import read_samples, write_samples
from riffler.tools.tokens import EstimatedTokens

training = pytest.importorskip("riffler.service.training.nano.tokenizer", reason="the extra `local` isn't installed")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Samples of a few episodes."""
    folder: Path = tmp_path_factory.mktemp("samples")
    asyncio.run(write_samples(folder, 1, 8, EstimatedTokens()))
    return [*read_samples(folder)]


@pytest.fixture(scope="module")
def tokenizer(samples: list[dict[str, Any]]) -> Any:
    """A tokenizer trained on them."""
    return training.train_tokenizer(samples, 700)


def signature(function: dict[str, Any]) -> str:
    """Write a tool as the template does."""
    wanted = function["parameters"]
    names = [name + ("" if name in wanted.get("required", ()) else "?") for name in wanted["properties"]]
    return f"{function['name']}({', '.join(names)})"


def shown(tokenizer: Any, sample: dict[str, Any]) -> str:
    """Render a sample; arguments are objects there, as in transformers."""
    messages = json.loads(json.dumps([*sample["messages"], sample["said"]]))
    for call in (call for message in messages for call in message.get("tool_calls") or ()):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    text: str = tokenizer.apply_chat_template(messages, tools=sample["tools"], tokenize=False)
    return text


@given(text=st.text() | st.text("<|user end>/tool_call9 "))
def test_any_text_comes_back(tokenizer: Any, text: str) -> None:
    """Byte for byte, digits one by one."""
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    digits = [
        tokenizer.decode([id_]) for id_ in ids if any(letter in "0123456789" for letter in tokenizer.decode([id_]))
    ]
    assert all(len(digit) == 1 for digit in digits)


def test_a_sample_is_rendered_in_the_form_of_hermes(tokenizer: Any, samples: list[dict[str, Any]]) -> None:
    """Tools come first, a line each with its parameters; what is said stands at the end, and can be read back."""
    calls = 0
    for sample in samples:
        text = shown(tokenizer, sample)
        tools = text.split("<tools>\n", 1)[1].split("\n</tools>", 1)[0].split("\n")
        assert tools == [signature(tool["function"]) for tool in sample["tools"]]
        said = text.rpartition("<|assistant|>")[2]
        assert said.endswith("<|end|>")
        note, _, rest = said.removesuffix("<|end|>").partition("<tool_call>\n")
        assert note.rstrip("\n") == (sample["said"].get("content") or "").rstrip("\n")
        if rest:
            [called], found = sample["said"]["tool_calls"], json.loads(rest.removesuffix("\n</tool_call>"))
            assert found["name"] == called["function"]["name"]
            assert found["arguments"] == json.loads(called["function"]["arguments"])
            calls += 1
    assert calls > 4


@given(
    word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1), before=st.sampled_from([" ", "\n", "\t", ' "', "«", ": "])
)
def test_a_word_has_the_same_tokens_wherever_it_stands(tokenizer: Any, word: str, before: str) -> None:
    """After a space, a quote or at a line's beginning: what is copied is the same there and here."""
    alone = tokenizer.encode(word)
    assert tokenizer.encode(f"{before}{word}")[-len(alone) :] == alone


@given(text=st.text(st.characters() | st.sampled_from(" \n\tab<|end|>")))
def test_counts_by_pieces_are_the_tokenizers(tokenizer: Any, text: str) -> None:
    """No token reaches over white space, so that pieces can be counted one by one."""
    inner = Encoded(tokenizer)
    assert PieceCounts(inner).count(text) == inner.count(text)


class Encoded:
    """Counts with a tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def count(self, text: str) -> int:
        """Count a text's tokens."""
        return len(self._tokenizer.encode(text))
