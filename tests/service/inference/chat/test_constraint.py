"""Which tokens may come."""

from pathlib import Path

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineGarbled
from riffler.service.inference.chat.constraint import (
    CallConstraint,
    allowed_tokens,
    call_tokens_of,
    spelling_of,
)
from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.grammar import call_of
from riffler.service.inference.chat.own_strings import strings_from
from riffler.service.inference.nano.tokenizer import NanoTokenizer
from riffler.tools.registry import PROFILES, Registry

TOOLS = Registry(PROFILES["paper"]).schemas()
CALL = '{"name": "fold_fragment", "arguments": {"fragment_id": "f00001"}}'


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> NanoTokenizer:
    """A byte-level tokenizer with the tags of a call."""
    inner = tokenizers.Tokenizer(tokenizers.models.BPE())
    inner.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<end>"], initial_alphabet=alphabet, show_progress=False
    )
    inner.train_from_iterator([f"{CALL} größer 語"] * 9, trainer)
    inner.add_tokens([tokenizers.AddedToken(tag, special=False) for tag in ("<tool_call>", "</tool_call>")])
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    inner.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"eos_token": "<end>"}')
    return NanoTokenizer(folder)


@given(text=st.text())
def test_the_bytes_of_tokens_are_those_of_the_text(tokenizer: NanoTokenizer, text: str) -> None:
    """Of any script, also where a character is of several tokens."""
    spelled = spelling_of(tokenizer)
    assert b"".join(spelled[token] for token in tokenizer.encode(text)) == text.encode()
    assert not set(tokenizer.added_tokens_decoder) & set(spelled)


def test_a_call_is_closed_when_it_is_whole_and_never_left_before(tokenizer: NanoTokenizer) -> None:
    """Outside of calls all may come; within, no end of the reply and no other call; behind one, another one."""
    tokens, added = call_tokens_of(tokenizer, FORMS["hermes"]), tokenizer.get_added_vocab()
    assert tokens is not None
    opener, closer, end = (added[text] for text in ("<tool_call>", "</tool_call>", "<end>"))
    constraint = CallConstraint(tokens, lambda: call_of(TOOLS, strings_from(["f00001 f00002"])))
    for _ in range(2):
        assert not constraint.holds
        assert all(constraint.allows(token) for token in range(len(tokenizer)))
        constraint.take(opener)
        for token in tokenizer.encode(CALL):
            assert constraint.holds
            assert constraint.allows(token)
            assert not any(map(constraint.allows, (opener, closer, end)))
            constraint.take(token)
        assert constraint.allows(closer)
        assert not constraint.allows(end)
        constraint.take(closer)


def test_what_is_written_already_counts(tokenizer: NanoTokenizer) -> None:
    """Where a call was begun for the model, it goes on from there."""
    tokens, spelled = call_tokens_of(tokenizer, FORMS["hermes"]), spelling_of(tokenizer)
    assert tokens is not None
    start = call_of(TOOLS, strings_from(["f00001"]))
    constraint = CallConstraint(tokens, lambda: start, b'{"name": "')
    may = {spelled[token] for token in spelled if constraint.allows(token)}
    first = {tool["function"]["name"][0].encode() for tool in TOOLS}
    assert {text for text in may if len(text) == 1} == first
    assert all(any(tool["function"]["name"].encode().startswith(text) for tool in TOOLS) for text in may)


@pytest.mark.parametrize("form", [None, "llama", "mistral", "qwen_xml"])
def test_calls_of_another_form_are_not_constrained(tokenizer: NanoTokenizer, form: str | None) -> None:
    """Nothing is known of what may stand in them."""
    assert call_tokens_of(tokenizer, None if form is None else FORMS[form]) is None


class Even:
    """Lets even tokens come."""

    holds = True

    def allows(self, token: int) -> bool:
        """Tell."""
        return token % 2 == 0

    def take(self, token: int) -> None:
        """Do nothing."""


def test_the_most_likely_that_may_come_are_left_and_no_more_are_asked_for() -> None:
    """In their order; a vocabulary of any size costs what is in front."""
    asked = iter([3, 8, 5, 2, 7, 4, 9])
    assert allowed_tokens(Even(), asked, 2, "engine") == [8, 2]
    assert list(asked) == [7, 4, 9]


def test_no_token_that_may_come_is_an_error() -> None:
    """It says that the call can't be ended."""
    with pytest.raises(EngineGarbled, match="engine: no token may come"):
        allowed_tokens(Even(), [1, 3], 2, "engine")
