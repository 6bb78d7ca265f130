"""What may be written in a call."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.chat.constraint import strings_from
from riffler.service.inference.chat.grammar import State, advance, call_of, is_whole
from riffler.tools.registry import EVERY_TOOL, Registry

TOOLS = Registry(EVERY_TOOL).schemas()
VIEW = ['f00001 The harbour is "nine" metres deep.\n', "s0001a in f0001b: größer", "f0000c"]
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


def call(name: str, **arguments: Any) -> bool:
    """Tell whether a call of one of our tools may be written in view of `VIEW`."""
    written = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False).encode()
    return is_whole(advance(call_of(TOOLS, strings_from(VIEW)), written))


@pytest.mark.parametrize(
    ("name", "arguments", "may"),
    [
        ("fold_fragment", {"fragment_id": "f0001b"}, True),
        ("fold_fragment", {"fragment_id": "f0001c"}, False),
        ("get_search_detail", {"search_id": "s0001a"}, True),
        ("get_search_detail", {"search_id": "s0001b"}, False),
        ("fold_fragments", {"fragments": ["f00001", "f0000c-f0001b"], "but": ["f0001b"]}, True),
        ("fold_fragments", {"fragments": ["all"]}, True),
        ("fold_fragments", {"fragments": ["f00001-f0000d"]}, False),
        ("fold_fragments", {"fragments": []}, False),
        ("fragment_context", {"start_marker": 'The harbour is "nine"', "end_marker": "deep.\n"}, True),
        ("fragment_context", {"start_marker": "The harbor", "end_marker": "deep"}, False),
        ("fragment_context", {"start_marker": "", "end_marker": "deep"}, False),
        ("fragment_context", {"start_marker": "deep.\ns0001a", "end_marker": "deep"}, False),
        ("find_in_context", {"queries": ["depth", "größer"], "how": "ranked"}, True),
        ("find_in_everything", {"queries": ["depth"]}, False),
    ],
)
def test_ids_exist_and_quotes_are_copied(name: str, arguments: dict[str, Any], may: bool) -> None:
    """An id is one of the view; a marker stands in one of its texts; a tool is one on offer; a query is free."""
    assert call(name, **arguments) is may


def test_a_quote_ends_between_characters_only() -> None:
    """Not within an escape, nor within the bytes of a letter."""
    head = b'{"name": "fragment_context", "arguments": {"start_marker": "'
    begun = advance(call_of(TOOLS, strings_from(VIEW)), head)
    assert advance(begun, 'größer"'.encode())
    assert not advance(begun, 'grö"'.encode()[:-2] + b'"')
    assert not advance(begun, b'is \\", "end')
    assert not advance(begun, "ö".encode()[1:])
    other = advance(call_of(TOOLS, strings_from(["a\nb"])), head)
    assert not advance(other, b"n")  # of the line's end, which is no n
    assert advance(other, b'\\nb"')


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


def test_nothing_to_copy_is_no_dead_end() -> None:
    """Where a view has no text, a marker may be any."""
    head = b'{"name": "fragment_context", "arguments": {"start_marker": "'
    assert advance(call_of(TOOLS, strings_from([""])), head + b"a")
