"""Where a text states a key's value, notation by notation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.reader.statements import statements
from riffler.service.inference.reader.text import unwrap

STATED = [
    ("red fox: green; blue owl: grey; dark red fox: black; red fox: white;", "red fox", ["green", "white"]),
    ("red fox = green\nred fox -> blue\nred fox | teal | x", "red fox", ["green", "blue", "teal"]),
    ('{"red fox": "green", "b": 1}\n{"red fox": 3.5}', "red fox", ["green", "3.5"]),
    ('{"key": "red fox", "value": "grey"}', "red fox", ["grey"]),
    ("ts=1 key=fox value=green user=bob\nts=2 fox=red user=bob", "fox", ["green", "red"]),
    ("12:03 INFO red fox set to green\n[12:04] WARN: red fox is now dark blue.", "red fox", ["green", "dark blue"]),
    ("The harbour fee is now 12 crowns, said the clerk.", "harbour fee", ["12 crowns"]),
    ("In May the harbour fee was raised from 12 to 14.50 crowns.", "harbour fee", ["14.50 crowns"]),
    ("Please set the harbour fee to 9.", "harbour fee", ["9"]),
    ("Harbour fee ....... 12\n2021-03-04  harbour fee   13 crowns", "harbour fee", ["12", "13 crowns"]),
    ("2021-03-05,harbour fee,13,ok", "harbour fee", ["13"]),
    ("MAX_CONN = 10  # was 5\nexport MAX_CONN=20", "MAX_CONN", ["10", "20"]),
    ("- **red fox**: green\n* red fox — blue", "red fox", ["green", "blue"]),
    ("The value of red fox is St. Ives. And so on.", "red fox", ["St. Ives"]),
    ("a:1 b:2 a:3", "a", ["1", "3"]),
    ("red fox: green, blue owl: red", "red fox", ["green"]),
    ("The gate code is now 4471 and the alarm code is now 9002.", "gate code", ["4471"]),
    ("For reasons that nobody could give to anyone, the old town's red\nfox is now blue.", "fox", []),
    ("For reasons that nobody could give to anyone here the red\nfox is now blue.", "red fox", ["blue"]),
]

NOT_STATED = [
    ("dark red fox: black", "red fox"),
    ("red foxes: nine", "red fox"),
    ("red fox den: deep", "red fox"),
    ("fox_2: a; fox-2: b; my.fox: c; fox's: f; a/fox: g", "fox"),
    ("the old harbour fee is 3", "harbour fee"),
    ("if MAX_CONN == 7: exit", "MAX_CONN"),
    ("X_MAX_CONN=5", "MAX_CONN"),
    ("red fox is not green", "red fox"),
    ("Is red fox blue?", "red fox"),
    ("The owner of red fox is Tom.", "red fox"),
    ("red fox: ?", "red fox"),
    ("The current value of red fox is <value>.", "red fox"),
    ("pepper and oil: 8", "oil"),
    ("see red fox://den", "red fox"),
]


@pytest.mark.parametrize(("text", "key", "values"), STATED)
def test_values_are_read_in_every_notation(text: str, key: str, values: list[str]) -> None:
    """Signs, JSON, logs, tables, code and sentences state values, in the text's order."""
    assert [statement.value for statement in statements(unwrap(text), key)] == values


@pytest.mark.parametrize(("text", "key"), NOT_STATED)
def test_a_key_is_matched_as_a_whole_and_only_where_it_is_stated(text: str, key: str) -> None:
    """Neither a part of a longer key, nor a question, a negation or a placeholder states a value."""
    assert statements(unwrap(text), key) == []


def test_a_key_at_a_cut_may_be_part_of_a_longer_one() -> None:
    """Where the text before isn't known, a key at its very start doesn't count."""
    assert statements("fox: green", "fox", from_start=False) == []
    assert statements("fox: green", "fox")[0].value == "green"


_NAME = st.text("abcdefgh", min_size=1, max_size=8)


@given(st.lists(st.tuples(_NAME, _NAME), min_size=1, max_size=30), st.sampled_from([": ", " = ", " -> ", "="]))
def test_a_stream_reads_back(pairs: list[tuple[str, str]], sign: str) -> None:
    """A stream of pairs gives back each key's values, whatever they are called, and no other."""
    text = "; ".join(f"{key}{sign}{value}" for key, value in pairs)
    for key, _ in pairs:
        assert [one.value for one in statements(text, key)] == [value for other, value in pairs if other == key]


@given(st.text(max_size=300), st.text(max_size=10))
def test_a_value_stands_in_the_text(text: str, key: str) -> None:
    """On any text nothing fails, and a value is a piece of it after the key."""
    for statement in statements(text, key):
        assert statement.value.strip()
        assert statement.value in text[statement.start : statement.end]
