"""Text that looks like a control token stays text, to the letter, with any kind of tokenizer."""

from typing import Any

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.chat.control import ControlTokens, PieceEncoder

CONTROLS = ["<s>", "</s>", "[INST]", "[/INST]"]
TEXTS = st.lists(
    st.sampled_from([*CONTROLS, "</", "s>", "deep", " ", "  ", "\n", "é", "🪨", "a<b>c/", "[", " deep", "deep "]),
    max_size=9,
).map("".join)


def sentencepiece(scheme: str) -> Any:
    """A tokenizer that puts spaces before texts: as Mistral's does, as newer and as old ones of Llama 2 do."""
    transformers = pytest.importorskip("transformers", reason="the extra `local` isn't installed")
    inner = tokenizers.Tokenizer(tokenizers.models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    if scheme == "prepend":
        inner.normalizer = tokenizers.normalizers.Sequence(
            [tokenizers.normalizers.Prepend("▁"), tokenizers.normalizers.Replace(" ", "▁")]
        )
    else:
        inner.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(prepend_scheme=scheme)
    inner.decoder = tokenizers.decoders.Sequence(
        [
            tokenizers.decoders.Replace("▁", " "),
            tokenizers.decoders.ByteFallback(),
            tokenizers.decoders.Fuse(),
            tokenizers.decoders.Strip(" ", 1, 0),
        ]
    )
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<unk>", *CONTROLS, *(f"<0x{byte:02X}>" for byte in range(256))],
        show_progress=False,
    )
    inner.train_from_iterator(["How deep is the harbour, deep, deep a<b>c/ s> </ [INST INST]"] * 9, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


@pytest.fixture(scope="module")
def kinds(tokenizer: Any) -> dict[str, Any]:
    """A tokenizer of bytes, and three of SentencePiece's kind."""
    return {"bytes": tokenizer, **{scheme: sentencepiece(scheme) for scheme in ("first", "always", "prepend")}}


@pytest.mark.parametrize("kind", ["bytes", "first", "always", "prepend"])
@given(text=TEXTS)
def test_pieces_decode_to_the_text(kinds: dict[str, Any], kind: str, text: str) -> None:
    """No letter and no space comes or goes where a control token was kept from being one."""
    tokenizer = kinds[kind]
    controls = ControlTokens([*CONTROLS, "<|im_end|>"])
    marked, mark = controls.mark(f"How{text}")
    ids = PieceEncoder(tokenizer).encode(marked, mark)
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == f"How{text}"
    assert not set(ids) & {tokenizer.convert_tokens_to_ids(token) for token in CONTROLS if kind != "bytes"}


@pytest.mark.parametrize("kind", ["bytes", "first", "always", "prepend"])
@given(text=st.text("deph arbou\né🪨", max_size=20))
def test_without_a_mark_nothing_is_different(kinds: dict[str, Any], kind: str, text: str) -> None:
    """A prompt in one piece is encoded as it stands."""
    expected = kinds[kind].encode(text, add_special_tokens=False)
    assert PieceEncoder(kinds[kind]).encode(text, "") == expected
