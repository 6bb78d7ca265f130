"""Pairs of keys and values, in the forms in which people and tools write them."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.pairs import LONGEST, is_prose, pair_of, pairs


def stated(text: str) -> list[tuple[str, str]]:
    """Give keys as written and values as compared."""
    return [pair_of(text[start:end]) for _, start, end in pairs(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("owner: bob, city: ulm", [("owner", "bob"), ("city", "ulm")]),
        ("城市：东京，人口：1400万。价格：5", [("城市", "东京"), ("人口", "1400万"), ("价格", "5")]),
        ("鍵：松、所有者：田中さん", [("鍵", "松"), ("所有者", "田中さん")]),
        ("We met, and so: yes; add flour, sugar: two", [("We met, and so", "yes"), ("add flour, sugar", "two")]),
        ("We met to talk about all that was left to do, sugar: two", []),
        ("note: he came, and then: left", [("note", "he came, and then: left")]),
        ("a: b, two three four five: c", [("a", "b, two three four five: c")]),
    ],
)
def test_several_on_a_line(text: str, found: list[tuple[str, str]]) -> None:
    """A comma begins a pair inside the value of another one only, with few words, of which one is uncommon."""
    assert stated(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The meeting moved. Owner: anna", [("Owner", "anna")]),
        (
            "The meeting of the whole board moved to next Thursday. Owner: anna. City: ulm",
            [("Owner", "anna"), ("City", "ulm")],
        ),
        ('He said "go." The owner: anna', [("owner", "anna")]),
        ("会议改期。负责人：李雷", [("负责人", "李雷")]),
        ("It moved. Then: rain", []),
        ("It moved. No. 5: rain", []),
        ("It moved. I have one thing more to tell: rain", []),
        ("see: a. b. City: ulm", [("see", "a. b"), ("City", "ulm")]),
        ("log {owner: anna, city: ulm} end", [("owner", "anna"), ("city", "ulm} end")]),
    ],
)
def test_after_a_sentence(text: str, found: list[tuple[str, str]]) -> None:
    """After the end of a sentence the few words before the colon are the key, without articles."""
    assert stated(text) == found


RECORD = {"status": "failed", "owner": "anna, b", "parts": {"a": 1, "b": -2.5}, "tags": ["x", "y"], "none": None}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORD),
        json.dumps(RECORD, separators=(",", ":")),
        json.dumps(RECORD, indent=8),
        json.dumps([RECORD]),
        f"the result: {json.dumps(RECORD)} as of today",
    ],
)
def test_json(text: str) -> None:
    """Each key of JSON is found, however it is spaced; its value ends where JSON's does."""
    found = dict(stated(text))
    assert {key: found[key] for key in ("status", "owner", "a", "b", "none")} == {
        "status": "failed",
        "owner": "anna, b",
        "a": "1",
        "b": "-2.5",
        "none": "null",
    }
    assert json.loads(found["tags"]) == ["x", "y"]
    assert "parts" in found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (str({"status": "failed", "owner": "it's"}), [("status", "failed"), ("owner", "it's")]),
        ('{"a":"x; y","b":"C:\\\\d \\"q\\" e","c":[{"d":1},{"d":2}]}', None),
        ('["a", "b", {"k": 1}]', [("k", "1")]),
        ('He said "yes" and "no": never', [('He said "yes" and "no', "never")]),
    ],
)
def test_quoted_keys(text: str, found: list[tuple[str, str]] | None) -> None:
    """Quotes may be single, strings may have any characters, and items of a list are no keys."""
    wanted = [("a", "x; y"), ("b", 'c:\\\\d \\"q\\" e'), ("c", ""), ("d", "1"), ("d", "2")]
    assert stated(text) == (wanted if found is None else found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "| key | value |\n|---|---|\n| status | failed |\n| **owner** | at https://x: 5 |",
            [("status", "failed"), ("owner", "at https://x: 5")],
        ),
        ("| status  | failed  |\r\n| owner | anna \nx", [("status", "failed"), ("owner", "anna")]),
        ("| a | b | c |\n| - | x |\n|| x |\n| a: b | c |\n| a |\n", []),
    ],
)
def test_rows_of_tables(text: str, found: list[tuple[str, str]]) -> None:
    """A row of two cells is a pair; heads, rules, and rows of more cells aren't."""
    assert stated(text) == found


@pytest.mark.parametrize("value", ["b" * 400, '"' + "b" * 400, '"' + '\\"' * 400 + '"', "[" + "b," * 400])
def test_long_values_are_clipped(value: str) -> None:
    """Of a long value the first characters count, whatever they are."""
    ((key, start, end),) = pairs('{"a": ' + value + "}")
    assert key == "a"
    assert 170 < end - start <= LONGEST


def test_more_keys_than_are_kept() -> None:
    """Keys are read right, also when there are more different ones than are remembered."""
    text = "".join(f"K{number}: {number}; " for number in range(1500)) * 2
    assert [key for key, _, _ in pairs(text)] == [f"k{number}" for number in range(1500)] * 2


@given(st.text() | st.text("aA1: ;.-#=\n,'\"：。{}[]|\\ "))
def test_pairs_stand_in_the_text(text: str) -> None:
    """Any text can be read: pairs are in order, of bounded length, share no character, and name their keys."""
    found = list(pairs(text))
    assert all(one[2] <= other[1] for one, other in pairwise(found))
    for key, start, end in found:
        assert 0 <= start < end <= min(len(text), start + LONGEST)
        assert " ".join(pair_of(text[start:end])[0].split()).casefold() == key


@pytest.mark.parametrize(
    ("stated", "prose"),
    [
        ("speed: 710", False),
        ("status: moved to second floor", False),
        ("Anna: we meet at five, in Ulm", True),
        ("note: " + "x" * 61, True),
        ("城市：东京", False),
        ("no pair", False),
    ],
)
def test_a_state_is_short(stated: str, prose: bool) -> None:
    """A value of more than four words, or a long one, is prose: a newer pair of its key doesn't replace it."""
    assert is_prose(stated) == prose
