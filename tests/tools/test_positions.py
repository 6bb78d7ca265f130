"""Positions of messages as a model writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import InvalidArguments
from riffler.tools.positions import positions


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)).map(sorted), min_size=1, max_size=8))
def test_positions_are_the_union_of_their_ranges(ranges: list[list[int]]) -> None:
    """Each index once, ascending, however ranges lie over each other."""
    found = positions(",".join(f"{first}-{last}" for first, last in ranges), 30, "messages")
    assert list(found) == sorted({index for first, last in ranges for index in range(first - 1, last)})


@pytest.mark.timeout(30)  # no measure: each range read by itself takes minutes
def test_many_ranges_of_everything_cost_no_more_than_one() -> None:
    """A hostile argument costs its own length."""
    assert len(positions("1-," * 300_000 + "1", 20_000, "messages")) == 20_000


def test_an_end_beyond_the_last_message_is_the_last() -> None:
    """A model that doesn't know how many there are names more."""
    assert positions("29-40,-90", 30, "messages") == tuple(range(30))


@pytest.mark.parametrize("text", ["x", "-", "0", "3-2", "31", "31-40", "1,,2"])
def test_what_is_no_position_is_refused(text: str) -> None:
    """The refusal names the argument."""
    with pytest.raises(InvalidArguments, match=r"^messages: "):
        positions(text, 30, "messages")
