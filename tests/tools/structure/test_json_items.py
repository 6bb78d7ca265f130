"""JSON is cut between its items, and what isn't JSON is refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.structure.scripts import pieces

from riffler.errors import NotJson
from riffler.tools.structure import json_items
from riffler.tools.structure.kinds import structure_of
from riffler.tools.tokens import EstimatedTokens

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def cut(text: str) -> list[str]:
    """Cut a text, and give the pieces."""
    return pieces(text, list(structure_of(text, 0, len(text), "json", target_tokens=None, counter=EstimatedTokens())))


@given(st.lists(JSON, min_size=2, max_size=6), st.sampled_from([None, 0, 2]), st.booleans())
def test_each_element_is_a_piece(values: list[Any], indent: int | None, escaped: bool) -> None:
    """An array's pieces are its elements, with the brackets and commas beside them, whatever is inside."""
    parts = cut(json.dumps(values, indent=indent, ensure_ascii=escaped))
    bare = [part.strip() for part in parts]
    bare[0], bare[-1] = bare[0][1:], bare[-1][:-1]
    assert [json.loads(part.strip().removesuffix(",")) for part in bare] == values


@given(st.dictionaries(st.text(max_size=5), JSON, min_size=2, max_size=6), st.sampled_from([None, 2]))
def test_each_member_is_a_piece(values: dict[str, Any], indent: int | None) -> None:
    """An object's pieces are its members, each a key with its value."""
    parts = [part.strip() for part in cut(json.dumps(values, indent=indent))]
    parts[0], parts[-1] = parts[0][1:], parts[-1][:-1]
    assert [json.loads("{" + part.strip().removesuffix(",") + "}") for part in parts] == [
        {key: value} for key, value in values.items()
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Found:\n{"results": [{"a": 1},\n {"b": 2}]}\nThat is all.', None),
        ('{"a": 1}\n{"b": 2}\n', ['{"a": 1}\n', '{"b": 2}\n']),
        ('say [note] or {x}: ["[", "]"] end', ["say [note] or {x}: ", '["[", ', '"]"] ', "end"]),
        ("[1,2,-3]", ["[1,", "2,", "-3]"]),
        ("[[[[1, 2]]]]", ["[[[[1, ", "2]]]]"]),
        ("[[[[[1, 2]]]]]", ["[[[[[1, 2]]]]]"]),
        ("[]", ["[]"]),
        ("{}", ["{}"]),
        ("[1]", ["[1]"]),
        ("no JSON here", ["no JSON here"]),
        ("[" + "9" * 5000 + ", 1]", ["[" + "9" * 5000 + ", ", "1]"]),
    ],
)
def test_what_is_cut_where(text: str, expected: list[str] | None) -> None:
    """Text around stays whole, values a line are items, and an array alone in an object is opened, three deep."""
    found = ["Found:\n", '{"results": [{"a": 1},\n ', '{"b": 2}]}\n', "That is all."]
    assert cut(text) == (expected or found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[1,\n 2,\n x]', "line 3, column 2: expected valid JSON .*, got 'x]'"),
        ('[01, 2]', "column 3: expected ',' or ']', got '1, 2]'"),
        ('[1., 2]', "column 3: expected ',' or ']', got '., 2]'"),
        ('["a\tb", 2]', "column 4: expected valid JSON .Invalid control"),
        ('[1 2]', "line 1, column 4: expected ',' or ']', got '2]'"),
        ('{"a": 1, b: 2}', "column 10: expected a key in double quotes, got 'b: 2}'"),
        ('{"a" 1}', "column 6: expected ':' after a key, got '1}'"),
        ('[1, 2', "column 6: expected ',' or ']', got the end of the text"),
        ('["a', "column 2: expected valid JSON"),
        ('[1, 2,]', "column 7: expected valid JSON"),
        ("[0," + "[" * 100_000, "column 4: expected fewer lists and objects inside each other"),
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(text: str, words: str) -> None:
    """The refusal says where, what was expected and what came."""
    with pytest.raises(NotJson, match=words):
        cut(text)


def test_plain_items_are_not_parsed_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An array of two million numbers takes no two million calls of the parser, and is cut where it was."""
    parsed: list[int] = []
    value_end = json_items._value_end
    monkeypatch.setattr(json_items, "_value_end", lambda text, place: parsed.append(place) or value_end(text, place))
    assert cut('[1, -2.5e+3 ,"a,b", 0]') == ["[1, ", "-2.5e+3 ,", '"a,b", ', "0]"]
    assert parsed == [20]


@given(st.text(alphabet='[]{}",:1 a\\\n', max_size=40))
def test_any_text_is_cut_or_refused(text: str) -> None:
    """Nothing else can happen, and pieces are never blank."""
    try:
        parts = cut(text)
    except NotJson:
        return
    assert len(parts) == 1 or all(part.strip() for part in parts)
