"""What may be written in a call."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.chat.grammar import call_of
from riffler.service.inference.chat.nodes import State, advance, is_whole
from riffler.service.inference.chat.own_strings import strings_from

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "size": {"type": "integer", "minimum": 20, "maximum": 1000},
        "how": {"enum": ["exact", "any"]},
        "list": {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2},
        "either": {"anyOf": [{"type": "null"}, {"type": "integer"}]},
    },
    "required": ["text"],
}


def start(schema: dict[str, Any] = SCHEMA) -> State:
    """Give what may be written where one tool is on offer."""
    return call_of([{"type": "function", "function": {"name": "f", "parameters": schema}}], strings_from([]))


def allowed(arguments: str, schema: dict[str, Any] = SCHEMA) -> bool:
    """Tell whether a call with these arguments is a whole one."""
    return is_whole(advance(start(schema), f'\n{{"name": "f", "arguments": {arguments}}}\n'.encode()))


VALUES = {
    "text": st.text(),
    "size": st.integers(20, 1000),
    "how": st.sampled_from(["exact", "any"]),
    "list": st.lists(st.booleans(), min_size=1, max_size=2),
    "either": st.none() | st.integers(0, 10**6),
}


@given(
    st.fixed_dictionaries({"text": VALUES["text"]}, optional={name: VALUES[name] for name in VALUES if name != "text"}),
    st.randoms(),
    st.booleans(),
)
def test_what_the_schema_allows_may_be_written(given_: dict[str, Any], random: Any, ascii_only: bool) -> None:
    """In any order of its properties, with escapes or without."""
    items = list(given_.items())
    random.shuffle(items)
    try:
        text = json.dumps(dict(items), ensure_ascii=ascii_only)
        text.encode()
    except UnicodeEncodeError:
        return
    assert allowed(text)


@pytest.mark.parametrize(
    "arguments",
    [
        "{}",
        '{"text": 3}',
        '{"text": "a", "text": "b"}',
        '{"text": "a", "other": 1}',
        '{"text": "a", "size": 19}',
        '{"text": "a", "size": 1001}',
        '{"text": "a", "size": 020}',
        '{"text": "a", "how": "so"}',
        '{"text": "a", "list": []}',
        '{"text": "a", "list": [true, true, true]}',
        '{"text": "a", "either": "b"}',
        '{"text": "a\n"}',
        '{"text": "\\x"}',
        '{"text": "a"',
        '{"text": "a"}}',
    ],
)
def test_what_it_does_not_allow_may_not(arguments: str) -> None:
    """Neither another type, nor a value out of bounds, nor what is no JSON, nor half of it."""
    assert not allowed(arguments)


def test_no_way_leads_nowhere() -> None:
    """A number that begins as none within its bounds may not be begun."""
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 20, "maximum": 25}}}
    assert allowed('{"n": 23}', schema)
    begun = advance(start(schema), b'{"name": "f", "arguments": {"n": ')
    assert not advance(begun, b"1")
    assert not advance(begun, b"26")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text('aä"\\\n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
)


@given(ANY)
def test_where_a_schema_names_no_type_any_json_may_be_written(value: Any) -> None:
    """Foreign tools have schemas of all kinds; what isn't understood is no fetter."""
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"type": "object"}}}
    assert allowed(json.dumps({"a": value, "b": {"c": value}}, ensure_ascii=False), schema)


@pytest.mark.parametrize("number", ["0", "-1", "2.5", "-0.25", "1e5", "1.5E-7", "120"])
def test_a_number_is_written_as_json_has_it(number: str) -> None:
    """With a sign, a fraction, an exponent."""
    assert allowed(f'{{"n": {number}}}', {"type": "object", "properties": {"n": {"type": "number"}}})


@pytest.mark.parametrize("number", ["01", "1.", ".5", "1e", "1.e5", "--1", "1e999", "-", '"1"'])
def test_what_is_no_number_is_not(number: str) -> None:
    """Nor infinity, which JSON hasn't."""
    assert not allowed(f'{{"n": {number}}}', {"type": "object", "properties": {"n": {"type": "number"}}})


@pytest.mark.parametrize(("whole", "may"), [("-3", True), ("3", True), ("3.5", False), ("-", False)])
def test_a_whole_number_without_bounds_has_a_sign_and_no_fraction(whole: str, may: bool) -> None:
    """As JSON schema has it, but for 1.0."""
    schema = {"type": "object", "properties": {"n": {"type": ["integer", "null"]}}}
    assert allowed(f'{{"n": {whole}}}', schema) is may
    assert allowed('{"n": null}', schema)


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ({"properties": {"a": True}}, '{"a": [3]}'),
        ({"properties": {"a": False, "b": TEXT}, "required": ["a"]}, '{"b": "c"}'),
        ({"properties": {"a": {"type": "array", "items": True}}}, '{"a": [1, "b"]}'),
        ({"properties": {"a": {"type": "array", "items": False, "minItems": 1}}}, '{"a": []}'),
        ({"properties": {"a": {"type": "array", "minItems": 2, "maxItems": 1}}}, '{"a": [1, 2]}'),
        ({"properties": {"a": {"enum": []}}}, '{"a": 1}'),
        ({"properties": {"a": {"anyOf": []}}}, '{"a": 1}'),
        ({"properties": {"a": {"type": []}}}, '{"a": 1}'),
        ({"properties": {"a": {"type": "integer", "minimum": 3, "maximum": 2}}}, '{"a": 4}'),
        ({"properties": {"a": {"type": "integer", "minimum": None, "maximum": 1e400}}}, '{"a": 4}'),
        ({"properties": {"a": {"anyOf": [True, {"type": "null"}]}}}, '{"a": 1}'),
        ({"properties": {"b": TEXT}, "required": ["a"]}, '{"a": 1, "b": "c"}'),
        ({"required": ["a"], "additionalProperties": TEXT}, '{"b": "c", "a": "d"}'),
        ({"properties": {"b": TEXT}, "required": ["a"], "additionalProperties": False}, '{"b": "c"}'),
        ({"properties": {"b": {**TEXT, "required": True}}, "required": True}, '{"b": "c"}'),
        ({"properties": {"a": TEXT, "b": TEXT}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, '{"b": "c"}'),
        (True, "{}"),
    ],
)
def test_a_call_is_possible_whatever_the_schema(schema: Any, arguments: str) -> None:
    """A schema may be `true`, tell nothing of what it requires, or ask for what can't be."""
    assert allowed(arguments, schema)


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ({"properties": {"b": TEXT}, "required": ["a"]}, '{"b": "c"}'),
        ({"required": ["a"], "additionalProperties": TEXT}, '{"a": 1}'),
        ({"properties": {"a": False, "b": TEXT}}, '{"a": 1}'),
        ({"properties": {"a": TEXT}, "anyOf": [{"required": ["a"]}]}, "{}"),
        ({"properties": {"a": TEXT}, "anyOf": [{"required": ["a"]}]}, '"text"'),
    ],
)
def test_what_such_a_schema_says_still_holds(schema: Any, arguments: str) -> None:
    """What is required must come, though nothing tells of it, and an object is one in each of several ways."""
    assert not allowed(arguments, schema)


def test_what_a_property_may_be_is_worked_out_once() -> None:
    """Not for each token that is tried in its place: a vocabulary has thousands."""
    asked: list[str] = []
    properties = {"a": TEXT, "b": {"type": "array", "items": TEXT}}
    tool = {"function": {"name": "f", "parameters": {"properties": properties}}}
    begun = advance(call_of([tool], lambda _: lambda name, _: asked.append(name)), b'{"name": "f", "arguments": {')
    for first in range(256):
        advance(begun, bytes((first,)))
    assert asked == ["a"]
    begun = advance(begun, b'"b": [')
    asked.clear()
    for first in range(256):
        advance(begun, bytes((first,)))
    assert asked == ["b"]
