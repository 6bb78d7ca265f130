"""Counting tokens by estimate."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import Registry
from riffler.tools.tokens import MESSAGE_OVERHEAD_TOKENS, EstimatedTokens, count_message, count_schemas

COUNTER = EstimatedTokens()


@given(st.text(), st.text())
def test_counts_add_up(one: str, other: str) -> None:
    """Only the empty text has none; two texts together have as many as apart, up to one for the rounding."""
    assert (COUNTER.count(one) == 0) == (one == "")
    apart = COUNTER.count(one) + COUNTER.count(other)
    assert apart - 2 <= COUNTER.count(one + other) <= apart + 1


@pytest.mark.parametrize(
    ("text", "tokens"), [("a" * 100, 22), ("1" * 100, 40), (";" * 100, 55), ("港" * 100, 90), ("ж" * 100, 50)]
)
def test_scripts_have_their_weights(text: str, tokens: int) -> None:
    """A hundred characters of a script count as documented, up to the rounding."""
    assert COUNTER.count(text) in {tokens, tokens + 1}


def test_messages_and_schemas() -> None:
    """A message counts its texts, the names and arguments of its calls and its role; schemas count as JSON."""
    call = ToolCall("an id that counts nothing", "find", '{"a": 1}')
    expected = MESSAGE_OVERHEAD_TOKENS + sum(map(COUNTER.count, ["Looking.", "find", '{"a": 1}']))
    assert count_message(Message.assistant("Looking.", [call]), COUNTER) == expected
    assert count_schemas(({"a": 1}, {"b": 2}), COUNTER) == 2 * COUNTER.count('{"a": 1}')
    assert 300 < count_schemas(Registry().schemas(), COUNTER) < 2000


class Told:
    """Counts a character as a token, and a tool as one."""

    def count(self, text: str) -> int:
        """Count characters."""
        return len(text)

    def count_tools(self, schemas: Sequence[dict[str, object]]) -> int:
        """Count tools."""
        return len(schemas)


def test_a_counter_may_know_what_its_model_is_told_of_tools() -> None:
    """Its own count is taken in place of that of their JSON."""
    assert count_schemas(({"a": 1}, {"b": 2}), Told()) == 2
