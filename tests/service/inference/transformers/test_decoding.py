"""Tokens become text without half characters, and all pieces joined are the whole."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.transformers.decoding import TextDecoder

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["🪨 Ω", "नमस्ते", "e\u0301", "\u202eabc", "👩‍👩‍👧"]
)


@given(text=TEXTS)
def test_the_pieces_joined_are_the_text(tokenizer: Any, text: str) -> None:
    """Also where a character takes several tokens; none of the pieces has half a character."""
    decoder = TextDecoder(tokenizer, ())
    pieces = [decoder.add(token) for token in tokenizer.encode(text, add_special_tokens=False)]
    pieces.append(decoder.flush())
    assert "".join(pieces) == text
    assert "\ufffd" in text or not any("\ufffd" in piece for piece in pieces)


@given(ids=st.lists(st.integers(0, 300), max_size=30))
def test_any_tokens_give_what_they_give_together(tokenizer: Any, ids: list[int]) -> None:
    """Bytes that are no character come as U+FFFD at the latest when the reply ends, and nothing before them changes."""
    decoder = TextDecoder(tokenizer, ())
    joined = "".join([*(decoder.add(token) for token in ids), decoder.flush()])
    whole = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    assert joined.replace("\ufffd", "") == whole.replace("\ufffd", "")


def test_hidden_tokens_are_no_text(tokenizer: Any) -> None:
    """The end of a turn isn't shown."""
    end = tokenizer.eos_token_id
    decoder = TextDecoder(tokenizer, {end})
    ids = [*tokenizer.encode("deep"), end, *tokenizer.encode("er")]
    assert "".join([*(decoder.add(token) for token in ids), decoder.flush()]) == "deeper"
