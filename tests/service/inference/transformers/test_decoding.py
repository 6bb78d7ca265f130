"""Tokens become text without half characters, and all pieces joined are the whole."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.chat.decoding import TextDecoder
from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.marks import Mark, marks_of

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["🪨 Ω", "नमस्ते", "e\u0301", "\u202eabc", "👩‍👩‍👧"]
)


def texts(decoder: TextDecoder, token: int) -> list[str]:
    """Decode a token that is no mark."""
    pieces = decoder.add(token)
    assert not any(isinstance(piece, Mark) for piece in pieces)
    return [str(piece) for piece in pieces]


@given(text=TEXTS)
def test_the_pieces_joined_are_the_text(tokenizer: Any, text: str) -> None:
    """Also where a character takes several tokens; none of the pieces has half a character."""
    decoder = TextDecoder(tokenizer, ())
    pieces = [piece for token in tokenizer.encode(text, add_special_tokens=False) for piece in texts(decoder, token)]
    pieces.append(decoder.flush())
    assert "".join(pieces) == text
    assert "\ufffd" in text or not any("\ufffd" in piece for piece in pieces)


@given(ids=st.lists(st.integers(0, 300), max_size=30))
def test_any_tokens_give_what_they_give_together(tokenizer: Any, ids: list[int]) -> None:
    """Bytes that are no character come as U+FFFD at the latest when the reply ends, and nothing before them changes."""
    decoder = TextDecoder(tokenizer, ())
    joined = "".join([*(piece for token in ids for piece in texts(decoder, token)), decoder.flush()])
    whole = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    assert joined.replace("\ufffd", "") == whole.replace("\ufffd", "")


class Bytes:
    """A tokenizer whose tokens are any bytes."""

    def __init__(self, tokens: Sequence[bytes]) -> None:
        self._tokens = tokens

    def decode(self, ids: Sequence[int], **_given: Any) -> str:
        """Join the tokens' bytes."""
        return b"".join(self._tokens[token] for token in ids).decode(errors="replace")


def decoded(tokens: Sequence[bytes]) -> str:
    """Decode some tokens one by one."""
    decoder: Any = TextDecoder(Bytes(tokens), ())  # type: ignore[arg-type]  # all that it needs of one
    return "".join([*(piece for token in range(len(tokens)) for piece in texts(decoder, token)), decoder.flush()])


@given(text=st.text("a€é🪨", max_size=40), cuts=st.lists(st.integers(0, 160), max_size=50))
def test_tokens_may_end_one_character_and_begin_the_next(text: str, cuts: list[int]) -> None:
    """However far the next common end of a token and a character is, no character is lost."""
    raw = text.encode()
    places = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    assert decoded([raw[one:other] for one, other in pairwise(places)]) == text


def test_characters_across_many_tokens_come_before_the_end() -> None:
    """Text isn't held back for as long as tokens straddle characters, and invalid bytes don't hold it for ever."""
    raw = ("€" * 30).encode()
    tokens = [raw[:1], *(raw[at : at + 3] for at in range(1, len(raw) - 2, 3)), raw[-2:]]
    assert decoded(tokens) == "€" * 30
    decoder: Any = TextDecoder(Bytes(tokens), ())  # type: ignore[arg-type]
    assert "".join(piece for token in range(20) for piece in texts(decoder, token)) == "€" * 19
    assert decoded([b"\xff"] * 200 + [b"ok"]) == "\ufffd" * 200 + "ok"


def test_hidden_tokens_are_no_text(tokenizer: Any) -> None:
    """The end of a turn isn't shown."""
    end = tokenizer.eos_token_id
    decoder = TextDecoder(tokenizer, {end})
    ids = [*tokenizer.encode("deep"), end, *tokenizer.encode("er")]
    assert "".join([*(piece for token in ids for piece in texts(decoder, token)), decoder.flush()]) == "deeper"


@given(before=TEXTS, after=TEXTS)
def test_marks_are_told_from_their_letters(tokenizer: Any, before: str, after: str) -> None:
    """A token that opens a call comes by itself, with all text around it; the letters of it are text."""
    marks = marks_of(tokenizer, FORMS["hermes"])
    opener = tokenizer.convert_tokens_to_ids("<tool_call>")
    assert {marks[opener], "</tool_call>", "<think>", "</think>"} == set(marks.values())
    decoder = TextDecoder(tokenizer, (), marks)
    letters = [tokenizer.convert_tokens_to_ids(letter) for letter in "<tool_call>"]
    ids = [*tokenizer.encode(before), opener, *letters, *tokenizer.encode(after)]
    pieces = [*(piece for token in ids for piece in decoder.add(token)), decoder.flush()]
    at = pieces.index(Mark("<tool_call>"))
    assert "".join(str(piece) for piece in pieces[:at]) == before
    assert "".join(str(piece) for piece in pieces[at + 1 :]) == "<tool_call>" + after
