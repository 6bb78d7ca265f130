"""What may stand in a string."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riffler.service.inference.chat.nodes import advance, is_whole
from riffler.service.inference.chat.strings import Text

HALVES = [rb"\ud83d", rb"\uDE00", rb"\uD7ff", rb"\ue000", rb"\u00e4", rb"\n", b"\\", b"\\u", b"d8"]
BYTES = [
    b"a",
    b'"',
    b"\x7f",
    b"\xc3",
    b"\xb6",
    b"\xe2",
    b"\xed",
    b"\x82",
    b"\xa0",
    b"\xf0",
    b"\xf4",
    b"\x90",
    b"\xff",
    b"\x1f",
]


@given(st.lists(st.sampled_from(HALVES + BYTES), max_size=6).map(b"".join))
@example(rb"\ud83d\ude00")
@example(rb"\ude00\ud83d")
@example(b"\xf0\x9f\x98\x80")
@example(b"\xed\xa0\xbd")
@example(b"\xc3")
def test_a_string_is_text_and_all_text_may_be_written(written: bytes) -> None:
    """No half of a surrogate pair alone, and bytes are UTF-8: just what Python's own readers take, and can encode."""
    try:
        fine = isinstance(json.loads(f'"{written.decode()}"').encode(), bytes)
    except ValueError:
        fine = False
    assert is_whole(advance(((Text(),),), written + b'"')) is fine


@pytest.mark.parametrize("text", ["", "a"])
def test_a_string_that_may_not_be_empty_is_not(text: str) -> None:
    """Where a schema asks for a character at least."""
    assert is_whole(advance(((Text(empty=False),),), f'{text}"'.encode())) is bool(text)
