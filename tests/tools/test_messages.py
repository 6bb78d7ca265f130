"""Messages: what is kept, and what is refused in which words."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import InvalidMessage
from riffler.tools.asking import find_asking
from riffler.tools.messages import DEEPEST, Message, read_messages
from riffler.tools.tokens import EstimatedTokens

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(min_size=1).filter(lambda name: name not in {"role", "content"}), JSON, max_size=4),
    st.text(),
)
def test_a_message_is_kept_byte_for_byte(extra: dict[str, Any], text: str) -> None:
    """Unknown fields, their order and all texts survive."""
    extra = {name: value for name, value in extra.items() if name not in {"tool_calls", "tool_call_id"}}
    value = {**extra, "role": "user", "content": text}
    message = Message.of(value)
    assert json.dumps(message.to_dict()) == json.dumps(value)
    assert message.with_texts([text]) is message
    assert message.with_texts([text + "!"]).to_dict() == {**value, "content": text + "!"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"role": "usr", "content": "a"}, r"messages\[1\].role: Input should be 'system'"),
        ({"role": "user", "content": 3}, r"messages\[1\].content"),
        ({"role": "user"}, r"messages\[1\].content: .*got none of them"),
        ({"role": "tool", "content": "a"}, r"messages\[1\].tool_call_id"),
        ({"role": "user", "content": [{"type": "text"}]}, r"content\[0\].text: expected a string"),
        ({"role": "user", "content": "\ud800"}, r"messages\[1\]"),
        ({"role": "user", "content": "a", "x": "\ud800"}, "UTF-8"),
        ({"role": "user", "content": "a", "x": float("nan")}, "JSON"),
        ({"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f"}}]}, "arguments"),
    ],
)
def test_bad_messages_are_refused(value: dict[str, Any], words: str) -> None:
    """The error names the message, the field and what was expected."""
    with pytest.raises(InvalidMessage, match=words):
        read_messages([{"role": "user", "content": "fine"}, value])


def test_slots_are_filled_one_by_one() -> None:
    """Texts of parts are replaced in order, and other parts stay; another number of texts is a mistake."""
    parts = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "x"}},
        {"type": "text", "text": "b"},
    ]
    message = Message.of({"role": "user", "content": parts})
    assert message.with_texts(["c", "d"]).texts == ("c", "d")
    assert message.with_texts(["c", "d"]).to_dict()["content"][1] == parts[1]
    with pytest.raises(ValueError, match="1 texts for 2 slots"):
        message.with_texts(["c"])


LONG = "The harbour was built long ago. " * 300


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Short, all of it.", "Short, all of it."),
        (f"{LONG}\n\nWho built it?", "Who built it?"),
        (f"Who built it?\n\n{LONG}", "Who built it?"),
        (f"{LONG}\n\nSay who built it.", "Say who built it."),
        (f"{LONG}\nWho built it?", "Who built it?"),
    ],
)
def test_the_part_that_asks(text: str, asks: str) -> None:
    """A short message asks as a whole; of a long one the paragraph with the question does, else the last one."""
    found = find_asking(Message.user(text), 0, EstimatedTokens())
    assert found is not None
    assert text[found.span.start : found.span.end].endswith(asks)
    assert found.span.end - found.span.start <= 3000


def test_nothing_asks_in_no_text() -> None:
    """A message without text has no asking part."""
    assert find_asking(Message.user("  \n"), 0, EstimatedTokens()) is None


@pytest.mark.parametrize("inner", [lambda value: [value], lambda value: {"x": value}])
def test_what_is_too_deep_is_refused(inner: Callable[[Any], Any]) -> None:
    """A hundred lists and objects inside each other are kept; one more is not. Beside each other there may be more."""
    value: Any = 1
    for _ in range(DEEPEST - 1):
        value = inner(value)
    assert Message.of({"role": "user", "content": "x", "y": value}).json
    assert Message.of({"role": "user", "content": "x", "y": [inner(1)] * DEEPEST}).json
    with pytest.raises(InvalidMessage, match="inside each other"):
        Message.of({"role": "user", "content": "x", "y": inner(value)})
